"""What people earned: `/rewards`, one's own statement with the rules, and the same for programs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from desk.rewarding import ledger
from desk.rewarding.statement import statement
from detente.people import Person
from detente.quarters import Quarter
from web.access.permissions import Permission
from web.access.visitor import TheVisitor
from web.api.records import CreditOut, RewardsOut
from web.pages import render
from web.rewards import words
from web.rewards.page import Told, page, told
from web.routing import Routes
from web.services import services_of

routes = Routes()


@routes.get("/rewards", needs=Permission.REPORT)
def rewards(request: Request, visitor: TheVisitor, quarter: str = "") -> Response:
    """One's own statement of a quarter, point by point, with the rules by which it came about."""
    return render(request, "rewards.html", page(services_of(request), _told(request, visitor.known, quarter)))


@routes.get("/api/v1/rewards", needs=Permission.REPORT, scope="sightings:read")
def own(request: Request, visitor: TheVisitor, quarter: str = "") -> Response:
    """One's own statement of a quarter, for programs."""
    found = _told(request, visitor.known, quarter)
    answer = RewardsOut(
        quarter=found.statement.quarter,
        pending=found.statement.pending,
        earned=found.statement.earned,
        redeemed=found.statement.redeemed,
        available=found.statement.available,
        rules_version=services_of(request).workspace.rules.version,
        credits=[
            CreditOut(
                at=line.at,
                sighting_id=line.sighting_id,
                rule=line.rule,
                title=words.title(line.rule),
                sentence=line.sentence,
                points=line.points,
                state=line.state,
            )
            for line in found.statement.lines
        ],
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def _told(request: Request, person: Person, quarter: str) -> Told:
    """The statement of a quarter, the present one where none is named.

    Raises:
        UsageError: No such quarter.
    """
    services = services_of(request)
    present = Quarter.of(services.clock.now(), services.workspace.settings.company.time_zone)
    chosen = Quarter.parse(quarter) if quarter else present
    with services.desk.reading() as connection:
        return told(
            statement(connection, person.person_id, str(chosen)),
            ledger.entries(connection, person_id=person.person_id),
            present=present,
            left=ledger.left(connection, str(present)),
        )
