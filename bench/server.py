"""Serves the site on loopback addresses, in a process of its own so that its cost is nobody else's.

Lines on its standard input set the mode and the revision; the answer is one line of JSON with what was asked for
since the line before. It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import sys
import threading
import time
from dataclasses import dataclass, field

from bench import words
from bench.pages import filler, text_of
from bench.site import Site, WatchedPage, cut

Parts = list[bytes | str]
ROBOTS = b"User-agent: *\nDisallow: /admin/\n"
_IF_NONE_MATCH = re.compile(rb"\r\nif-none-match: *([^\r]+)", re.IGNORECASE)
_IF_MODIFIED_SINCE = re.compile(rb"\r\nif-modified-since: *([^\r]+)", re.IGNORECASE)
_MODIFIED = {1: b"Mon, 02 Nov 2026 09:00:00 GMT", 2: b"Mon, 16 Nov 2026 09:00:00 GMT"}


@dataclass
class State:
    """What the next answer depends on, and what was asked for so far."""

    dynamic: bool = False
    revision: int = 1
    counts: dict[str, int] = field(default_factory=lambda: {"200": 0, "304": 0, "404": 0, "robots": 0})

    def turn(self, line: str) -> str:
        """Takes `dynamic 2` or `validators 1`; returns the counts and sets them back."""
        mode, revision = line.split()
        self.dynamic, self.revision = mode == "dynamic", int(revision)
        said = json.dumps(self.counts)
        self.counts = dict.fromkeys(self.counts, 0)
        return said


def noise(bits: int, moment: float) -> dict[str, bytes]:
    """What fills the slots of one answer.

    Args:
        bits: Chance, at least 256 bits.
        moment: Seconds since the epoch.
    """
    at = time.gmtime(moment)
    return {
        "token": b"%032x" % (bits & (1 << 128) - 1),
        "nonce": b"%016x" % (bits >> 64 & (1 << 64) - 1),
        "build": b"%08x" % (bits >> 128 & 0xFFFFFFFF),
        "node": b"web-%d" % (bits >> 160 & 31),
        "ms": b"%d" % (bits >> 165 & 255),
        "viewers": b"%d" % (12 + (bits >> 173 & 511)),
        "quote": words.QUOTES[(bits >> 182 & 1023) % len(words.QUOTES)].encode(),
        "time": time.strftime("%a, %d %b %Y %H:%M:%S GMT", at).encode(),
        "updated": time.strftime("%d %B %Y at %H:%M:%S", at).encode() + b".%03d" % (bits >> 192 & 511),
    }


class Answers:
    """Makes the answer to every request from parts that were rendered beforehand."""

    def __init__(self, site: Site, state: State) -> None:
        self._state = state
        self._dice = random.Random()
        shared = filler()
        self._parts: dict[int, dict[bytes, tuple[WatchedPage, Parts, int]]] = {1: {}, 2: {}}
        for page in site.pages:
            first = (page, cut(text_of(page, 1, changed=False), shared), 1)
            changed = page.page_id in site.truth
            second = (page, cut(text_of(page, 2, changed=True), shared), 2) if changed else first
            self._parts[1][page.path.encode()] = first
            self._parts[2][page.path.encode()] = second

    def to(self, head: bytes) -> bytes:
        """The answer to a request, given its head."""
        target = head.split(b" ", 2)[1]
        if target.startswith(b"http"):
            target = b"/" + target.split(b"/", 3)[3]
        if target == b"/robots.txt":
            self._state.counts["robots"] += 1
            return _answer(b"200 OK", b"text/plain", b"", ROBOTS)
        found = self._parts[self._state.revision].get(target)
        if found is None:
            self._state.counts["404"] += 1
            return _answer(b"404 Not Found", b"text/plain", b"", b"there is no such page\n")
        page, parts, revision = found
        kind = b"application/rss+xml; charset=utf-8" if page.feed else b"text/html; charset=utf-8"
        if self._state.dynamic:
            self._state.counts["200"] += 1
            return _answer(b"200 OK", kind, b"Cache-Control: no-store\r\n", self._filled(parts, None))
        etag = b'"%s-%d"' % (hashlib.sha256(target).hexdigest()[:16].encode(), revision)
        vouched = b"ETag: %s\r\nLast-Modified: %s\r\nCache-Control: no-cache\r\n" % (etag, _MODIFIED[revision])
        if _still_holds(head, etag, _MODIFIED[revision]):
            self._state.counts["304"] += 1
            return b"HTTP/1.1 304 Not Modified\r\n%s\r\n" % vouched
        self._state.counts["200"] += 1
        return _answer(b"200 OK", kind, vouched, self._filled(parts, page.number))

    def _filled(self, parts: Parts, fixed: int | None) -> bytes:
        """A page with its noise: new at every request, or always the same for a page with validators."""
        if fixed is None:
            slots = noise(self._dice.getrandbits(256), time.time())
        else:
            slots = noise((fixed + 1) * 0x9E3779B97F4A7C15_F39CC0605CEDC834_1082276BF3A27251_5A827999, 1_790_000_000)
        return b"".join([part if isinstance(part, bytes) else slots[part] for part in parts])


def _still_holds(head: bytes, etag: bytes, modified: bytes) -> bool:
    if match := _IF_NONE_MATCH.search(head):
        return etag in match[1]
    match = _IF_MODIFIED_SINCE.search(head)
    return match is not None and match[1].strip() == modified


def _answer(status: bytes, kind: bytes, more: bytes, body: bytes) -> bytes:
    return (b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n" % (status, kind, len(body), more)) + body


class Connection(asyncio.Protocol):
    """One connection: a request's head in, an answer out."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers every request that is complete."""
        self._waiting += data
        while self._transport is not None and not self._transport.is_closing():
            head, end, rest = self._waiting.partition(b"\r\n\r\n")
            if not end:
                return
            self._waiting = rest
            self._transport.write(self._answers.to(head + b"\r\n"))
            if b"\r\nconnection: close" in head.lower():
                self._transport.close()


async def serve(site: Site) -> None:
    """Listens on all hosts of the site until standard input ends."""
    loop = asyncio.get_running_loop()
    state = State()
    answers = Answers(site, state)
    servers = [
        await loop.create_server(lambda: Connection(answers), host, site.port, backlog=512) for host in site.hosts
    ]
    ended = asyncio.Event()

    def listen() -> None:
        print("ready", flush=True)
        for line in sys.stdin:
            print(state.turn(line), flush=True)
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=listen, daemon=True).start()
    await ended.wait()
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(serve(Site(int(sys.argv[1]), int(sys.argv[2]))))
