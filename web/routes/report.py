"""The form: `/r/new`, as a page and for the scripts of that page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from desk.accepting.accept import accept
from desk.following import sightings
from detente.errors import ConflictError, StorageError, SubmissionError
from detente.sightings import Upload
from web.access.permissions import Permission
from web.access.protection import read_form
from web.access.throttle import Pace
from web.access.visitor import TheVisitor
from web.compressed import compressed
from web.errors import wants_json
from web.pages import render
from web.report import form as report_form
from web.report.form import Typed
from web.report.page import Form, FormPage
from web.report.words import Option
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

# No hand is that quick; a script of ours that is refused tries again by itself.
_LEAST_SECONDS = 1.0
_CHIPS = 5
# how far back a person's own sightings say which competitors they meet
_RECENT = 40
_ROOM_FOR_FILES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Refusal:
    """Why a form was not taken.

    Attributes:
        status: The HTTP status.
        heading: What happened, in one sentence.
        faults: By field, what must be mended.
        code: For our scripts.
        wait_s: After how long it may be tried again.
        is_taken: The form's id belongs to another sighting.
    """

    status: int
    heading: str
    faults: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    wait_s: int = 0
    is_taken: bool = False


@routes.get("/r/new", needs=Permission.REPORT)
def new(request: Request, visitor: TheVisitor, competitor: str = "", deal: str = "") -> Response:
    """The empty form; for our scripts, whose it is and which competitors there are."""
    services, person_id = services_of(request), visitor.known.person_id
    choices = _choices(services, person_id)
    if wants_json(request):
        pairs = [[one.value, one.label] for one in choices]
        return JSONResponse({"person": person_id, "choices": pairs, "names": _names(services)})
    values = report_form.prefilled(competitor, deal, services.workspace.competitors)
    page = render(request, "report/new.html", FormPage(form=_form(services, person_id, values, choices)))
    page.headers.add_vary_header("Accept")
    return compressed(request, page)


@routes.post("/r/new", needs=Permission.REPORT)
async def send(request: Request, visitor: TheVisitor) -> Response:
    """Takes a sighting: 303 to its receipt, or 201 for our scripts (200 where it was there before)."""
    # more than a sighting may have, so that too many of them can be answered with the form and not with an error
    form = await read_form(request, files=services_of(request).limits.files + _ROOM_FOR_FILES)
    try:
        sent, uploads = report_form.typed(form), await report_form.uploads(form)
    finally:
        await form.close()  # the files that the server put aside for it are gone with it
    return await run_in_threadpool(_taken, request, visitor.known.person_id, sent, uploads)


def _taken(request: Request, person_id: str, sent: Typed, uploads: Sequence[Upload]) -> Response:
    services = services_of(request)
    refusal = _refused(services, person_id, sent)
    if refusal is not None:
        return _answer(request, person_id, sent, uploads, refusal)
    currency = services.workspace.settings.company.currency
    try:
        accepted = accept(
            services.inbox,
            report_form.submission(sent, services.workspace.competitors, currency),
            uploads,
            person_id=person_id,
            channel="form",
            now=services.clock.now(),
            limits=services.limits,
            competitors={one.slug for one in services.workspace.competitors},
            currency=currency,
        )
    except SubmissionError as error:
        count = len(error.faults)
        heading = f"Not sent yet: {'one thing is' if count == 1 else f'{count} things are'} to be mended"
        return _answer(request, person_id, sent, uploads, _Refusal(status=422, heading=heading, faults=error.faults))
    except ConflictError:
        return _answer(request, person_id, sent, uploads, _TAKEN)
    except StorageError:
        return _answer(request, person_id, sent, uploads, _FULL)
    services.indexing.wake()
    location = f"/r/{accepted.sighting_id}?new=1"
    if not wants_json(request):
        return RedirectResponse(location, 303)
    told = {
        "sighting_id": accepted.sighting_id,
        "location": location,
        "name": sightings.short_name(accepted.sighting_id),
    }
    return JSONResponse(told, 201 if accepted.is_new else 200)


_TAKEN = _Refusal(
    status=409,
    heading="This form was sent before, with other words; that one is safe. If this is another one, send it again.",
    code="taken",
    is_taken=True,
)
_FULL = _Refusal(
    status=507,
    heading="Our disk is full, so it was not taken. What you typed still stands here: send it again later.",
    wait_s=300,
)
_OTHER_PERSON = _Refusal(
    status=409,
    heading="This form was opened by somebody else on this device. If what stands in it is yours, send it again.",
    code="other_person",
)
_ROBOT = _Refusal(
    status=429,
    heading="A hidden field was filled in, so this looks like a robot’s. If you are none, send it again.",
)
_TOO_QUICK = _Refusal(
    status=429, heading="That was very quick, as from a robot. If you are none, send it again.", wait_s=1
)


def _refused(services: Services, person_id: str, sent: Typed) -> _Refusal | None:
    """Why it is not even looked at; each is counted, and the health page shows the counts."""
    if sent.written_by != person_id:
        return _OTHER_PERSON
    if sent.honeypot:
        services.throttle.note_refusal("hidden field filled in")
        return _ROBOT
    seconds = report_form.seconds_open(sent, services.clock.now())
    if seconds is None or seconds < _LEAST_SECONDS:
        services.throttle.note_refusal("form sent too quickly")
        return _TOO_QUICK
    pace = Pace(name="sightings", times=services.workspace.settings.limits.sightings_per_minute, seconds=60)
    wait = services.throttle.wait_s(pace, person_id)
    if wait:
        words = f"That was a lot in a minute. What you typed still stands here: send it again in {wait} seconds."
        return _Refusal(status=429, heading=words, wait_s=wait)
    return None


def _answer(request: Request, person_id: str, sent: Typed, uploads: Sequence[Upload], refusal: _Refusal) -> Response:
    """The form with all that was typed, or a problem for our scripts, which keep it themselves."""
    headers = {"Retry-After": str(refusal.wait_s)} if refusal.wait_s else {}
    if wants_json(request):
        problem = {
            "type": "about:blank",
            "title": refusal.heading,
            "status": refusal.status,
            "detail": refusal.heading,
            "code": refusal.code,
            "errors": [{"field": field, "detail": words} for field, words in refusal.faults.items()],
        }
        return JSONResponse(problem, refusal.status, headers, media_type="application/problem+json")
    services = services_of(request)
    lost = "" if not uploads else "file" if len(uploads) == 1 else f"{len(uploads)} files"
    # without an id, or with one that is taken, it gets a new one
    lacks_id = refusal.is_taken or "" in refusal.faults
    form = _form(
        services,
        person_id,
        sent.values,
        _choices(services, person_id),
        sighting_id="" if lacks_id else sent.sighting_id,
        faults=refusal.faults,
        heading=refusal.heading,
        lost_files=lost,
        known_id=sent.sighting_id if refusal.is_taken else "",
        amount_echo=report_form.amount_echo(sent.values["deal_amount"], services.workspace.settings.company.currency),
        is_kept=True,
    )
    return render(request, "report/new.html", FormPage(form=form), status=refusal.status, headers=headers)


def _form(
    services: Services,
    person_id: str,
    values: Mapping[str, str],
    choices: Sequence[Option],
    sighting_id: str = "",
    **more: object,
) -> Form:
    return Form(
        sighting_id=sighting_id or report_form.new_id(),
        written_by=person_id,
        opened_at=services.clock.now().isoformat(),
        values=values,
        limits=services.limits,
        choices=_with_chosen(services, choices, values["competitor"]),
        names=_names(services),
        **more,  # type: ignore[arg-type]
    )


def _choices(services: Services, person_id: str) -> list[Option]:
    """The competitors that this person met last, and then those that are watched most."""
    with services.desk.reading() as connection:
        met = [row.competitor for row in sightings.sightings_of(connection, person_id, _RECENT, None)]
    watched = sorted(services.workspace.competitors, key=lambda one: (-len(one.pages), one.name.casefold()))
    names = {one.slug: one.name for one in watched}
    order = dict.fromkeys([slug for slug in met if slug in names] + list(names))
    return [Option(value=slug, label=names[slug]) for slug in list(order)[:_CHIPS]]


def _with_chosen(services: Services, choices: Sequence[Option], slug: str) -> list[Option]:
    """The choices, and the chosen one where it is none of them: an address may have brought it."""
    known = {one.slug: one.name for one in services.workspace.competitors}
    if slug not in known or slug in {one.value for one in choices}:
        return list(choices)
    return [Option(value=slug, label=known[slug]), *choices]


def _names(services: Services) -> list[str]:
    return [name for one in services.workspace.competitors for name in (one.name, *one.aliases)]
