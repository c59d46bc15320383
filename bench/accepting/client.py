"""Clients that send one sighting after another over connections that stay open; a process of its own.

Run as `python -m bench.accepting.client`, with a `Plan` as JSON on standard input; it writes a `Told` as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.accepting.photo import marked

_BOUNDARY = b"----bench7d1f0c5e"
_TAKEN = {200, 201, 303}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is sent.

    Attributes:
        port: Loopback port of the server.
        path: Where to.
        headers: One mapping per connection, sent with every request of it.
        people: Who sends, one per connection.
        fields: Form fields; `{id}` stands for a new UUID, `{n}` for a number, `{person}` for who sends it.
        file_field: Name of the field with the photo.
        photo: A JPEG, or none.
        seconds: For how long.
    """

    port: int
    path: str
    headers: Sequence[Mapping[str, str]]
    people: Sequence[str]
    fields: Mapping[str, str]
    file_field: str
    photo: str | None
    seconds: float


@dataclass(kw_only=True)
class Told:
    """What came of it.

    Attributes:
        ms: Milliseconds from the first byte sent to the last byte read, of every sighting that was taken.
        statuses: How often each status was answered.
        wall_s: From the first request to the last answer.
        cpu_s: What the clients themselves cost.
        first_refusal: The beginning of the first answer that was none of 200, 201 and 303.
    """

    ms: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    first_refusal: str = ""


class _Body:
    """Makes the body of one request after another; only what differs is made anew."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._photo = Path(plan.photo).read_bytes() if plan.photo else b""
        self._end = b"\r\n--" + _BOUNDARY + b"--\r\n"

    def parts(self, client: int, number: int) -> list[bytes]:
        """The body, in pieces."""
        name, person = str(uuid.uuid4()), self._plan.people[client]

        def filled(text: str) -> bytes:
            return text.replace("{id}", name).replace("{n}", f"{client}-{number}").replace("{person}", person).encode()

        fields = b"".join(
            b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (_BOUNDARY, key.encode(), filled(text))
            for key, text in self._plan.fields.items()
        )
        if not self._photo:
            return [fields[:-2], self._end]
        head = b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="photo.jpg"\r\n' % (
            _BOUNDARY,
            self._plan.file_field.encode(),
        )
        first, rest = marked(self._photo, name.encode())
        return [fields + head + b"Content-Type: image/jpeg\r\n\r\n" + first, rest, self._end]


class _Connection(asyncio.Protocol):
    """Sends, reads the answer, sends again."""

    def __init__(self, body: _Body, plan: Plan, number: int, told: Told, statuses: Counter[int]) -> None:
        more = "".join(f"{name}: {value}\r\n" for name, value in plan.headers[number].items())
        self._head = (
            f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\n{more}"
            f"Content-Type: multipart/form-data; boundary={_BOUNDARY.decode()}\r\n"
        ).encode()
        self._body, self._told, self._statuses, self._number = body, told, statuses, number
        self._until = time.perf_counter() + plan.seconds
        self._sent = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._waiting = b""
        self._sent += 1
        parts = self._body.parts(self._number, self._sent)
        length = sum(map(len, parts))
        self._began = time.perf_counter()
        self._transport.write(self._head + b"Content-Length: %d\r\n\r\n" % length + parts[0])
        for part in parts[1:]:
            self._transport.write(part)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        head, end, rest = self._waiting.partition(b"\r\n\r\n")
        if not end or len(rest) < _length(head):
            return
        now = time.perf_counter()
        status = int(head[9:12])
        self._statuses[status] += 1
        if status in _TAKEN:
            self._told.ms.append(1000 * (now - self._began))
        elif not self._told.first_refusal:
            self._told.first_refusal = self._waiting[:2000].decode(errors="replace")
        if now >= self._until:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def send(plan: Plan) -> Told:
    """Sends on all connections at once until the time is over."""
    told, statuses, body = Told(), Counter[int](), _Body(plan)
    loop = asyncio.get_running_loop()
    began, cpu = time.perf_counter(), time.process_time()
    connections = [
        (
            await loop.create_connection(
                lambda number=number: _Connection(body, plan, number, told, statuses),  # type: ignore[misc]
                "127.0.0.1",
                plan.port,
            )
        )[1]
        for number in range(len(plan.headers))
    ]
    await asyncio.gather(*(connection.ended for connection in connections))
    told.wall_s, told.cpu_s = time.perf_counter() - began, time.process_time() - cpu
    told.statuses = dict(statuses)
    return told


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(send(Plan(**json.load(sys.stdin)))))))
