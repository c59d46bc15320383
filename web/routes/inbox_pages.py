"""`/sightings`: what colleagues reported, for those who read it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from desk.following import lists
from web.access.permissions import Permission
from web.access.visitor import TheVisitor
from web.pages import render, shows
from web.receipt.rows import Line, line, next_page
from web.routing import Routes
from web.services import services_of

routes = Routes()

_PAGE = 25


@shows("sightings.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class SightingsPage:
    """What colleagues reported.

    Attributes:
        lines: The sightings, the newest first.
        unread: How many nobody has read, whatever the filters.
        competitors: What can be chosen: pairs of slug and name.
        competitor: The slug that was chosen; empty: all.
        only_unread: Whether those that were read are left out.
        older: Where the list goes on; empty at its end.
    """

    lines: tuple[Line, ...]
    unread: int
    competitors: tuple[tuple[str, str], ...]
    competitor: str
    only_unread: bool
    older: str


@routes.get("/sightings", needs=Permission.READ_SIGHTINGS)
def sightings(
    request: Request, visitor: TheVisitor, competitor: str = "", unread: str = "", before: str = ""
) -> Response:
    """What colleagues reported and the gate cleared; the address holds the filters."""
    services = services_of(request)
    only_unread = bool(unread)
    with services.desk.reading() as connection:
        rows = lists.for_product(
            connection, limit=_PAGE + 1, before=before, competitor=competitor, only_unread=only_unread
        )
        count = lists.unread_count(connection)
        names = lists.names_of(connection, {row.person_id for row in rows})
    query = {"competitor": competitor, "unread": "1" if only_unread else ""}
    shown, older = next_page("/sightings", query, rows, _PAGE)
    return render(
        request,
        "sightings.html",
        SightingsPage(
            lines=tuple(line(services, row, is_own=False, by=names.get(row.person_id, "")) for row in shown),
            unread=count,
            competitors=tuple((one.slug, one.name) for one in services.workspace.competitors),
            competitor=competitor,
            only_unread=only_unread,
            older=older,
        ),
    )
