"""Tells whether two versions of a page differ in nothing that a reader looks at, without reading them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from detente.records import Document
from sources.markup import PASSING_ATTRIBUTES
from sources.script_state import state_in

# What no reader looks at: comments, styles, scripts but for linked data and state, and the values that servers make
# anew for every answer. Tags in capitals stay, and only cost a reading. A reader that begins to look at more must leave
# it in.
_CUT: Final = ((b"<!--", b"-->"), (b"<script", b"</script"), (b"<style", b"</style"))
_READ: Final = b"ld+json"
_PASSING: Final = re.compile(
    rb"<(?:link\b[^>]*>"
    rb"|input\b[^>]*\btype=[\"']?hidden\b[^>]*>"
    rb"|meta\b[^>]*\b(?:csrf|xsrf|nonce|request-id|token)[^>]*>"
    rb"|lastBuildDate>[^<]*<)"
)
_NONCE: Final = re.compile(rb"nonce=(?:\"[^\"]*\"|'[^']*')")
_ATTRIBUTE: Final = re.compile(
    rf"\s(?:{'|'.join(sorted(PASSING_ATTRIBUTES, reverse=True))})=(?:\"[^\"]*\"|'[^']*')".encode()
)


def fingerprint(document: Document) -> str:
    """A hash that two documents share only if every reader reads the same in both; 32 hexadecimal characters.

    Differing hashes say nothing: a page with a visible clock differs at every visit, and has to be read.
    """
    body = document.body
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{document.url}\n{document.content_type}\n".encode("utf-8", "surrogatepass"))
    kept = _PASSING.sub(b"", b"".join(_kept(body)))
    if b" data-" in kept and not any("data-" in css for css in document.selectors.values()):
        kept = _ATTRIBUTE.sub(_unless_text, kept)
    digest.update(_NONCE.sub(b"", kept) if b"nonce=" in kept else kept)
    return digest.hexdigest()


def exact_fingerprint(document: Document) -> str:
    """A hash that two documents share only if they are the same byte by byte; 32 hexadecimal characters.

    For readers of which nobody knows what they look at: one of the workspace's own may read a script or a comment.
    """
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"exact\n{document.url}\n{document.content_type}\n".encode("utf-8", "surrogatepass"))
    digest.update(document.body)
    return digest.hexdigest()


def _unless_text(match: re.Match[bytes]) -> bytes:
    """Nothing for an attribute; the same words in the text between tags stay."""
    before = match.string[: match.start()]
    return b"" if before.rfind(b"<") > before.rfind(b">") else match[0]


def _kept(body: bytes) -> Iterator[bytes]:
    """The parts of a page that are left when comments, styles and scripts are cut, in the page's own order."""
    position = 0
    starts = {opening: body.find(opening) for opening, _ in _CUT}
    while any(start >= 0 for start in starts.values()):
        opening, closing = min((cut for cut in _CUT if starts[cut[0]] >= 0), key=lambda cut: starts[cut[0]])
        start = starts[opening]
        end = body.find(closing, start)
        end = len(body) if end < 0 else end
        tag_end = body.find(b">", start)
        tag = body[start : max(tag_end, start)] if opening == b"<script" else b""
        if _READ in tag:
            yield body[position:end]
        else:
            yield body[position:start]
            if tag and tag_end < end:
                yield state_in(tag, body[tag_end + 1 : end])
        position = end
        for one, found in starts.items():
            if 0 <= found < end:
                starts[one] = body.find(one, end)
    yield body[position:]
