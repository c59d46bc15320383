"""Files that every page may load: style, scripts, pictures."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from detente.errors import NotFoundError
from web.access.permissions import Permission
from web.pages import STATIC
from web.routing import Routes

routes = Routes()

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_COMPRESSED = frozenset(_TYPES)
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticFile:
    """A file as it is served.

    Attributes:
        body: Its bytes.
        zipped: The same, compressed; None where that gains nothing.
        media_type: What it is.
        etag: Its hash, in quotes.
    """

    body: bytes
    zipped: bytes | None
    media_type: str
    etag: str


@cache
def files() -> dict[str, StaticFile]:
    """All files by name: what is not among them does not exist, however its name is written."""
    return {
        path.relative_to(STATIC).as_posix(): _loaded(path)
        for path in sorted(STATIC.rglob("*"))
        if path.is_file() and path.suffix not in (".toml", ".txt")
    }


def _loaded(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(
        body=body,
        zipped=gzip.compress(body, 9, mtime=0) if path.suffix in _COMPRESSED else None,
        media_type=_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
    )


def _served(request: Request, name: str, cache_control: str) -> Response:
    file = files().get(name)
    if file is None:
        raise NotFoundError(f"no file {name!r}")
    headers = {"ETag": file.etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(None, 304, headers)
    if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.zipped, 200, headers | {"Content-Encoding": "gzip"}, file.media_type)
    return Response(file.body, 200, headers, file.media_type)


@routes.get("/favicon.ico", needs=Permission.ANYONE)
async def favicon(request: Request) -> Response:
    """The icon, for whatever asks at the address of old."""
    return _served(request, "icons/detente-192.png", "public, max-age=86400")


@routes.get("/static/{name:path}", needs=Permission.ANYONE)
async def static(request: Request, name: str) -> Response:
    """A file; kept for ever where its address holds its hash."""
    return _served(request, name, _FOR_EVER if "v" in request.query_params else _ASK_EACH_TIME)
