"""The first page, by role; and the two pages of plain words: what may be reported, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.following import lists, sightings
from detente.sightings import GateState
from web.access.permissions import Permission
from web.access.visitor import TheVisitor, Visitor
from web.pages import render, shows
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

# Beyond so many a count says "50 and more": nobody needs it exactly.
_COUNTED = 50
_TO_DECIDE: tuple[GateState, ...] = ("quarantined",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Something that waits for the visitor.

    Attributes:
        path: Where it is done.
        words: What it is, e.g. "3 sightings nobody has read".
        is_waiting: Whether anything waits there now.
    """

    path: str
    words: str
    is_waiting: bool


@shows("home.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class HomePage:
    """What waits for the visitor.

    Attributes:
        first_name: How to greet them; empty where nobody's name is known.
        tasks: By importance.
        can_report: Whether the button stands there.
        has_role: Whether they may do anything at all.
    """

    first_name: str
    tasks: tuple[Task, ...]
    can_report: bool
    has_role: bool


@shows("ethics.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class EthicsPage:
    """What may be reported and what may not.

    Attributes:
        company: Whose people read it.
    """

    company: str


@shows("privacy.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class PrivacyPage:
    """What is kept about people, why, and how long.

    Attributes:
        company: Whose people read it.
        text_days: Days for which texts of sightings are kept.
        attachments_days: Days for which files are kept.
        sessions_days: Days for which ended sessions are kept.
    """

    company: str
    text_days: int
    attachments_days: int
    sessions_days: int


@routes.get("/", needs=Permission.ANYONE)
def home(request: Request, visitor: TheVisitor) -> Response:
    """What waits for the visitor; sign-in for everybody else."""
    if visitor.person is None:
        return RedirectResponse("/sign-in", 303)
    page = HomePage(
        # the owner of this computer has no e-mail, and no name of theirs
        first_name=visitor.known.name.split(" ")[0] if visitor.known.email else "",
        tasks=tuple(_tasks(services_of(request), visitor)),
        can_report=visitor.may(Permission.REPORT),
        has_role=bool(visitor.known.roles),
    )
    return render(request, "home.html", page)


def _tasks(services: Services, visitor: Visitor) -> list[Task]:
    tasks = []
    with services.desk.reading() as connection:
        if visitor.may(Permission.REVIEW_QUARANTINE):
            rows = sightings.quarantine(connection, limit=_COUNTED, states=_TO_DECIDE)
            # nobody decides about their own
            held = sum(row.person_id != visitor.known.person_id for row in rows)
            tasks.append(_task("/quarantine", held, "held back for you to look at", "Nothing is held back"))
        if visitor.may(Permission.READ_SIGHTINGS):
            unread = lists.unread_count(connection)
            tasks.append(_task("/sightings", unread, "that nobody has read", "Everything has been read"))
        if visitor.may(Permission.REPORT):
            person_id = visitor.known.person_id
            open_ = len(lists.waiting_of(connection, person_id)) + len(lists.asked_of(connection, person_id))
            if open_:
                verb = "waits" if open_ == 1 else "wait"
                tasks.append(_task("/r/mine", open_, f"of yours {verb} for an answer", ""))
            mine = len(sightings.sightings_of(connection, person_id, limit=_COUNTED, before=None))
            words = f"{_number(mine)} that you sent, and what became of {'it' if mine == 1 else 'them'}"
            tasks.append(Task(path="/r/mine", words=words if mine else "You have not sent any yet", is_waiting=False))
    if visitor.may(Permission.ADMINISTER):
        is_faulty = bool(services.indexing.state.fault)
        tasks.append(
            Task(
                path="/admin/health",
                words="Something is wrong: look at the health page" if is_faulty else "Health of this site",
                is_waiting=is_faulty,
            )
        )
    return tasks


def _task(path: str, count: int, words: str, nothing: str) -> Task:
    return Task(path=path, words=f"{_number(count)} {words}" if count else nothing, is_waiting=count > 0)


def _number(count: int) -> str:
    return "1 sighting" if count == 1 else f"{count} sightings" if count < _COUNTED else f"{_COUNTED} or more sightings"


@routes.get("/ethics", needs=Permission.ANYONE)
async def ethics(request: Request) -> Response:
    """What may be reported, and what becomes of the rest."""
    return render(request, "ethics.html", EthicsPage(company=services_of(request).workspace.settings.company.name))


@routes.get("/privacy", needs=Permission.ANYONE)
async def privacy(request: Request) -> Response:
    """What is kept about people, why, and how long."""
    settings = services_of(request).workspace.settings
    page = PrivacyPage(
        company=settings.company.name,
        text_days=settings.retention.text_days,
        attachments_days=settings.retention.attachments_days,
        sessions_days=settings.retention.sessions_days,
    )
    return render(request, "privacy.html", page)
