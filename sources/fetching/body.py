"""Reads a body under a cap that holds while it is decompressed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable
from typing import Final

from detente.records import Outcome
from sources.fetching.outcome import FetchFailedError, PassingFailureError

__all__ = ["read_body"]

# 16 + MAX_WBITS reads gzip; 32 + MAX_WBITS would also guess zlib, which nobody asked for.
GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
MEMBERS: Final = 100


async def read_body(chunks: AsyncIterable[bytes], *, encoding: str, limit: int, cut: bool) -> bytes:
    """Gathers and decodes a body.

    Args:
        chunks: The body as it comes over the wire, transfer coding removed.
        encoding: The value of Content-Encoding; empty for none.
        limit: Bytes that the decoded body may have; what comes over the wire has the same cap.
        cut: Whether a longer body is cut there instead of being refused.

    Returns:
        The decoded body, at most `limit` bytes.

    Raises:
        FetchFailedError: `too_large`, or `undecodable` for an encoding that was not asked for or is broken.
        PassingFailureError: `incomplete`, where the compressed stream ends too early.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return await _gather(chunks, limit=limit, cut=cut)
    if encoding not in {"gzip", "x-gzip"}:
        raise FetchFailedError(Outcome.UNDECODABLE, f"sent with Content-Encoding {encoding[:40]!r}; gzip was asked for")
    return await _gunzip(chunks, limit=limit, cut=cut)


async def _gather(chunks: AsyncIterable[bytes], *, limit: int, cut: bool) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            return _over(b"".join(parts), limit=limit, cut=cut)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _gunzip(chunks: AsyncIterable[bytes], *, limit: int, cut: bool) -> bytes:
    body = bytearray()
    decoder = zlib.decompressobj(GZIP_WINDOW)
    members = 1
    wire_bytes = 0
    async for chunk in chunks:
        wire_bytes += len(chunk)
        data = chunk
        while data:
            if decoder.eof:
                members += 1
                if members > MEMBERS:
                    raise FetchFailedError(Outcome.UNDECODABLE, f"the gzip stream has more than {MEMBERS} members")
                decoder = zlib.decompressobj(GZIP_WINDOW)
            try:
                body += decoder.decompress(data, limit + 1 - len(body))
            except zlib.error:
                raise FetchFailedError(Outcome.UNDECODABLE, "the gzip stream is broken") from None
            if len(body) > limit or wire_bytes > limit:
                return _over(bytes(body), limit=limit, cut=cut)
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    if wire_bytes and not decoder.eof:
        raise PassingFailureError(Outcome.INCOMPLETE, "the gzip stream ends before its end")
    return bytes(body)


def _over(body: bytes, *, limit: int, cut: bool) -> bytes:
    if cut:
        return body[:limit]
    raise FetchFailedError(Outcome.TOO_LARGE, f"the body is larger than {limit:,} bytes (fetch.max_body_bytes)")
