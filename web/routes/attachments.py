"""`/a/<id>`: the files of sightings, only for who may see the sighting, and only ever as attachments.

A photo was decoded and written anew when it came, so a page may show it in an `<img>`, which minds no
Content-Disposition; opened by itself it is saved, never rendered, and its policy keeps anything in it from running.
"""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from desk.accepting.uploads import safe_name
from desk.following import sightings
from detente.errors import NotFoundError
from web.access.permissions import Permission
from web.access.visitor import TheVisitor
from web.errors import Answer, respond
from web.routing import Routes
from web.services import services_of

routes = Routes()

_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_DAMAGED = Answer(
    status=410,
    happened="Evidence damaged",
    kept="The file that is stored is missing or is not the one that came. The sighting itself is not touched.",
    next="Tell whoever looks after this site: data/attachments can be restored from a backup.",
)


@routes.get("/a/{attachment_id:uuid}", needs=Permission.OPEN_SIGHTING)
def attachment(request: Request, visitor: TheVisitor, attachment_id: UUID) -> Response:
    """One file, as a download."""
    services, reader = services_of(request), visitor.known
    with services.desk.reading() as connection:
        one = sightings.attachment(connection, str(attachment_id))
        row = sightings.visible_to(connection, one.sighting_id, reader)
    # what was unpacked and is held back since is for legal alone, as the text is
    if one.stored_hash is None or (row.gate != "cleared" and "legal" not in reader.roles):
        raise NotFoundError("there is no such file")
    try:
        body = services.attachments.get(one.stored_hash)
    except NotFoundError:
        return respond(request, _DAMAGED)
    kind = one.media_type if one.kind == "image" else "application/octet-stream"
    return download(body, one.file_name, kind)


def download(body: bytes, file_name: str, media_type: str = "application/octet-stream") -> Response:
    """Bytes that are saved and never rendered, whatever is in them."""
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": disposition(file_name),
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(body, headers=headers)


def disposition(file_name: str) -> str:
    """`Content-Disposition` of a download (RFC 6266): a plain name for old programs, and the whole one (RFC 8187)."""
    name = safe_name(file_name)
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
