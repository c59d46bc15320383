"""Slack: a command, a shortcut on messages, and the answers to what a sighting still lacks.

Nothing is ever sent to Slack: an answer stands in the response to Slack's own request, or there is none. Who asks is
proved by Slack's signature over the raw body, and is whoever an administrator linked to that Slack account.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.accepting.accept import Accepted, accept
from desk.accepting.gate import ANSWERS
from desk.following import sightings
from desk.indexing import indexer
from desk.people import person_by_identity
from detente.clock import Clock
from detente.errors import ConflictError, SubmissionError, WorkspaceError
from detente.fields import competitor_fields, leading_fields, submission_of
from detente.people import Person
from detente.secret_file import secret_in
from web.access.permissions import Permission, has
from web.access.throttle import Pace
from web.api import slack_messages
from web.api.slack_messages import Message
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

log = logging.getLogger("detente.web")

_SIGHTINGS = uuid.UUID("1c1a7c4e-54d1-4c2f-9a55-3e0b1a3f9d20")
_MOST_FIELDS = 100
_HELP = (
    "Write what you saw or heard: /sighting Globex offers Team at 49 to new customers. Lines at the top may say more, "
    "such as “competitor: globex” or “source: customer”. /sighting link says who you are here."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who wrote, as Slack knows them.

    Attributes:
        team: Id of the Slack workspace.
        user: Id of the user in it.
        person: Who that is here; None: nobody, or somebody who may not report.
    """

    team: str
    user: str
    person: Person | None


@routes.post("/api/slack/commands", needs=Permission.ANYONE)
async def command(request: Request) -> Response:
    """The slash command: takes the text as a sighting and answers for the sender's eyes alone."""
    fields = await _signed(request)
    if fields.get("ssl_check"):
        return Response()
    return JSONResponse(await run_in_threadpool(_command, services_of(request), fields))


def _command(services: Services, fields: Mapping[str, str]) -> Message:
    sender = _sender(services, fields.get("team_id", ""), fields.get("user_id", ""))
    text = _unescaped(fields.get("text", "")).strip()
    if sender.person is None or text.casefold() == "link":
        return slack_messages.unknown(sender.team, sender.user) if sender.person is None else _linked(sender)
    if text.casefold() in ("", "help"):
        return slack_messages.only_for_you(_HELP)
    if not fields.get("trigger_id"):
        raise HTTPException(400, "The command has no trigger_id.")
    pace = Pace(name="sightings", times=services.workspace.settings.limits.sightings_per_minute, seconds=60)
    if wait := services.throttle.wait_s(pace, sender.person.person_id):
        return slack_messages.only_for_you(f"Not taken: that was a lot in a minute. Send it again in {wait} seconds.")
    try:
        accepted = _accepted(services, sender.person, _id(sender.team, fields["trigger_id"]), text)
    except SubmissionError as error:
        return slack_messages.faulty(error.faults)
    except ConflictError:
        return slack_messages.only_for_you("This command was taken before, with other words. That sighting is safe.")
    name, url = sightings.short_name(accepted.sighting_id), services.site.url(f"/r/{accepted.sighting_id}")
    if accepted.gate.state == "waiting":
        return slack_messages.waiting(accepted.sighting_id, name, url)
    return slack_messages.safe(name, url)


@routes.post("/api/slack/actions", needs=Permission.ANYONE)
async def action(request: Request) -> Response:
    """The shortcut on a message, and the button below a sighting that waits.

    Slack shows nothing of the response's body, but marks what was clicked where the status is an error.
    """
    fields = await _signed(request)
    try:
        payload = json.loads(fields.get("payload", ""))
    except (ValueError, RecursionError):
        raise HTTPException(400, "The payload is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise HTTPException(400, "The payload is no object.")
    await run_in_threadpool(_action, services_of(request), payload)
    return Response()


def _action(services: Services, payload: Mapping[str, Any]) -> None:
    sender = _sender(services, _text(payload, "team", "id"), _text(payload, "user", "id"))
    if sender.person is None:
        raise HTTPException(403, "Nobody here is linked to this Slack account.")
    match payload.get("type"):
        case "message_action":
            _take_message(services, sender, payload)
        case "block_actions":
            for clicked in payload.get("actions") or ():
                if isinstance(clicked, dict) and clicked.get("action_id") == slack_messages.COMPLETE:
                    _complete(services, sender.person, str(clicked.get("value")), payload)
        case _:
            raise HTTPException(400, "This kind of interaction is not known here.")


def _take_message(services: Services, sender: Sender, payload: Mapping[str, Any]) -> None:
    """A message as a sighting; the same message taken again by the same person is the same sighting."""
    person = sender.person
    if person is None:
        return
    services.throttle.count(
        Pace(name="sightings", times=services.workspace.settings.limits.sightings_per_minute, seconds=60),
        person.person_id,
    )
    place = (_text(payload, "channel", "id"), _text(payload, "message", "ts"))
    if not all(place):
        raise HTTPException(400, "The message has no place.")
    text = _unescaped(_text(payload, "message", "text"))
    _accepted(services, person, _id(sender.team, *place, sender.user), text)


def _complete(services: Services, person: Person, sighting_id: str, payload: Mapping[str, Any]) -> None:
    """Takes the answers that stand in the menus beside the button."""
    submission_of({"sighting_id": sighting_id, "text": ""})  # it becomes part of a path
    entry = services.inbox.find(sighting_id)
    if entry is None or entry.person_id != person.person_id:
        raise HTTPException(404, "There is no such sighting of yours.")
    answers = _chosen(payload)
    indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)
    with services.desk.writing() as connection:
        sightings.complete(connection, sighting_id, answers, by=person.person_id, now=services.clock.now())
    indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)
    services.indexing.wake()


def _chosen(payload: Mapping[str, Any]) -> dict[str, str]:
    state = payload.get("state")
    blocks = state.get("values") if isinstance(state, dict) else None
    chosen: dict[str, str] = {}
    for menus in blocks.values() if isinstance(blocks, dict) else ():
        for field, menu in menus.items() if isinstance(menus, dict) else ():
            option = menu.get("selected_option") if isinstance(menu, dict) else None
            if field in ANSWERS and isinstance(option, dict) and isinstance(option.get("value"), str):
                chosen[field] = option["value"]
    return chosen


def _accepted(services: Services, person: Person, sighting_id: str, text: str) -> Accepted:
    said, rest = leading_fields(text)
    if not rest:
        said, rest = {}, text
    fields = competitor_fields(said.pop("competitor", ""), services.workspace.competitors)
    accepted = accept(
        services.inbox,
        submission_of({"sighting_id": sighting_id, **said, **fields, "text": rest}),
        [],
        person_id=person.person_id,
        channel="slack",
        now=services.clock.now(),
        limits=services.limits,
        competitors={one.slug for one in services.workspace.competitors},
        currency=services.workspace.settings.company.currency,
    )
    services.indexing.wake()
    return accepted


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_SIGHTINGS, json.dumps(parts)))


def _sender(services: Services, team: str, user: str) -> Sender:
    with services.desk.reading() as connection:
        person = person_by_identity(connection, f"slack:{team}", user)
    return Sender(team=team, user=user, person=person if has(person, Permission.REPORT) else None)


def _linked(sender: Sender) -> Message:
    return slack_messages.only_for_you(f"You are linked: {sender.user} of {sender.team} may report here.")


def _text(payload: Mapping[str, Any], *path: str) -> str:
    """What stands at that place of the payload; empty where nothing does."""
    found: Any = payload
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _unescaped(text: str) -> str:
    """The text as it was typed: Slack escapes these three signs and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class _Time(SlackClock):
    """The application's clock, as the library wants it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


async def _signed(request: Request) -> dict[str, str]:
    """The fields of a form that Slack signed, the first of each name.

    Raises:
        HTTPException: 404 where no Slack app is set up, 401 for a signature that is none or older than five minutes.
    """
    services = services_of(request)
    slack = services.workspace.settings.slack
    if slack is None:
        raise HTTPException(404)
    body = await request.body()
    try:
        secret = await run_in_threadpool(
            secret_in, services.workspace.root, slack.signing_secret_file, "slack.signing_secret_file"
        )
    except WorkspaceError as error:
        log.error("%s", error)  # noqa: TRY400  (where it happened tells nothing)
        raise HTTPException(503, "The signing secret cannot be read here; the log says why.") from None
    try:
        is_valid = SignatureVerifier(secret, _Time(services.clock)).is_valid_request(body, dict(request.headers))
        fields = parse_qs(body.decode(), max_num_fields=_MOST_FIELDS) if is_valid else {}
    except (ValueError, TypeError):  # a time that is no number, a signature of odd signs, a body that is no text
        is_valid = False
    if not is_valid:
        raise HTTPException(401, "This was not signed by the Slack app that is set up here, or too long ago.")
    return {name: values[0] for name, values in fields.items()}
