"""Decisions: Product's verdict on an item with its reason and the sightings it rests on, and how it turned out."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Select, insert, select

from desk import audit
from desk.accepting.plain_text import cleaned_text
from desk.database import Connection
from desk.deciding.impartial import Reported, must_be, reported
from desk.following import messages
from desk.following.sighting_log import record
from desk.following.sightings import mark_read
from desk.schema import decision, decision_outcome, decision_sighting
from detente.errors import ConflictError, NotAllowedError, NotFoundError, SubmissionError
from detente.people import Person

DecisionKind = Literal["build", "match", "counter_message", "price", "watch", "decline"]
DecisionOutcome = Literal["right", "partly", "wrong"]
KINDS: tuple[DecisionKind, ...] = get_args(DecisionKind)
OUTCOMES: tuple[DecisionOutcome, ...] = get_args(DecisionOutcome)

_TEXT_CHARS = 5_000
_THEME_CHARS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """A verdict.

    Attributes:
        decision_id: Random.
        item_id: On which item; its whole cluster shares it.
        kind: What is done.
        theme: Which line of the roadmap it is about; None: none.
        because: Why.
        reply: What the reporters are told; may be empty.
        by: Who decided.
        is_blind: The score was hidden from them.
        score: What stood beside the item then, in hundredths of a point; None where it had none.
        rules_version: By which rules; None where it had no score.
        at: When.
        sightings: Those that it rests on, by id: frozen, whatever becomes of the cluster.
    """

    decision_id: str
    item_id: str
    kind: DecisionKind
    theme: str | None
    because: str
    reply: str
    by: str
    is_blind: bool
    score: int | None
    rules_version: int | None
    at: datetime
    sightings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """How a decision turned out.

    Attributes:
        decision_id: Which one.
        outcome: `right`, `partly` or `wrong`.
        by: Who says so.
        at: When.
    """

    decision_id: str
    outcome: DecisionOutcome
    by: str
    at: datetime


def decide(
    c: Connection,
    *,
    item_id: str,
    kind: DecisionKind,
    theme: str | None = None,
    because: str,
    reply: str = "",
    sightings: Collection[str] = (),
    items: Collection[str] = (),
    score: int | None,
    rules_version: int | None,
    by: Person,
    now: datetime,
    is_blind: bool = False,
    expected_previous: str | None = None,
) -> str:
    """Decides on an item, for its whole cluster; says so to every reporter in it.

    The very decision that stands already, by the same person, is that one: a retry makes no second.

    Args:
        c: A connection that writes.
        item_id: The item that was looked at.
        kind: What is done.
        theme: A line of the roadmap.
        because: Why; must be said.
        reply: What the reporters are told.
        sightings: Those of the item's cluster. What the decider or those who report to them reported is told of the
            decision like the others, but does not count as a contribution: nobody credits themselves.
        items: All items of the cluster, whose decisions this one replaces.
        score: What stands beside the item, in hundredths of a point.
        rules_version: By which rules.
        by: Who decides.
        now: The time.
        is_blind: The score was hidden from them.
        expected_previous: The decision that the decider saw standing, which this one replaces; None: they saw none.

    Returns:
        The decision's id.

    Raises:
        NotAllowedError: Not of Product; or nobody else than they, and those who report to them, contributed.
        ConflictError: Another decision stands than the one that they saw; or the sighting was withdrawn or held back.
        SubmissionError: A word is missing, unknown, or too long.
    """
    must_be(by, ("pm",), "deciding")
    text, answer, about = _words(kind, because, reply, theme)
    contributing, told = _contributing(c, item_id, {item_id, *sightings}, by)
    previous = newest(c, {item_id, *items})
    if previous is not None and previous.by == by.person_id and previous.item_id == item_id:
        same = (previous.kind, previous.theme, previous.because, previous.reply) == (kind, about, text, answer)
        if same and set(previous.sightings) == set(contributing):
            return previous.decision_id
    _must_be_expected(previous, expected_previous)
    made = Decision(
        decision_id=f"d_{secrets.token_hex(8)}",
        item_id=item_id,
        kind=kind,
        theme=about,
        because=text,
        reply=answer,
        by=by.person_id,
        is_blind=is_blind,
        score=score,
        rules_version=rules_version,
        # the newest counts, also where clocks stand still or were set back between the two
        at=max(now, previous.at + timedelta(microseconds=1)) if previous else now,
        sightings=tuple(contributing),
    )
    _write(c, made, previous)
    _tell(c, made, told, by=by, now=now)
    return made.decision_id


def judge(c: Connection, decision_id: str, outcome: DecisionOutcome, *, by: Person, now: datetime) -> None:
    """Says how a decision turned out; the newest word counts, since a launch is looked at more than once.

    Whoever reads what was reported may say so (`pm`, `sales_lead`, `admin`), but the decider, and who has a share in
    it: a contributor, or whom one of them reports to.

    Raises:
        NotFoundError: There is no such decision.
        NotAllowedError: They may not.
        ConflictError: Another decision has replaced it.
        SubmissionError: That is no outcome.
    """
    if outcome not in OUTCOMES:
        raise SubmissionError({"outcome": f"is none of {', '.join(OUTCOMES)}"})
    must_be(by, ("pm", "sales_lead", "admin"), "judging a decision")
    judged = decision_of(c, decision_id)
    if judged.by == by.person_id:
        raise NotAllowedError("nobody judges their own decision; ask a colleague")
    if any(one.concerns(by) for one in reported(c, judged.sightings)):
        raise NotAllowedError("it rests on your own report, or on one of somebody who reports to you; ask a colleague")
    standing = newest(c, (judged.item_id,))
    if standing is not None and standing.decision_id != decision_id:
        raise ConflictError(f"{decision_id} was replaced by {standing.decision_id}; judge that one")
    before = outcomes(c, (decision_id,)).get(decision_id)
    if before is None or before.outcome != outcome:
        c.execute(
            insert(decision_outcome).values(decision_id=decision_id, outcome=outcome, person_id=by.person_id, at=now)
        )
        audit.record(c, by=by.person_id, action="decision_judged", subject=decision_id, now=now, outcome=outcome)


def decision_of(c: Connection, decision_id: str) -> Decision:
    """One decision, replaced or not.

    Raises:
        NotFoundError: There is none with that id.
    """
    found = _decisions(c, select(decision).where(decision.c.decision_id == decision_id))
    if not found:
        raise NotFoundError("there is no such decision; `detente decide --list` shows them")
    return found[0]


def of_item(c: Connection, item_id: str) -> list[Decision]:
    """All decisions on an item, the newest first: that one stands."""
    return _decisions(c, select(decision).where(decision.c.item_id == item_id))


def newest(c: Connection, item_ids: Collection[str]) -> Decision | None:
    """The decision that stands on a cluster: the newest on any of its items."""
    found = _decisions(c, select(decision).where(decision.c.item_id.in_(set(item_ids))))
    return found[0] if found else None


def every(c: Connection) -> list[Decision]:
    """All decisions, the newest first."""
    return _decisions(c, select(decision))


def outcomes(c: Connection, decision_ids: Collection[str] | None = None) -> dict[str, Judged]:
    """By decision, the newest word on how it turned out; of all where none is named."""
    query = select(decision_outcome).order_by(decision_outcome.c.outcome_id)
    if decision_ids is not None:
        query = query.where(decision_outcome.c.decision_id.in_(set(decision_ids)))
    return {
        row.decision_id: Judged(decision_id=row.decision_id, outcome=row.outcome, by=row.person_id, at=row.at)
        for row in c.execute(query)
    }


def beginning_with(c: Connection, beginning: str) -> Decision:
    """The one decision whose id begins so.

    Raises:
        NotFoundError: There is none, or more than one.
    """
    found = _decisions(c, select(decision).where(decision.c.decision_id.startswith(beginning, autoescape=True)))
    if len(found) != 1 or not beginning:
        count = "no decision" if not found or not beginning else f"{len(found)} decisions"
        raise NotFoundError(f"{count} with an id that begins with {beginning!r}; `detente decide --list` shows them")
    return found[0]


def _words(kind: str, because: str, reply: str, theme: str | None) -> tuple[str, str, str | None]:
    faults: dict[str, str] = {}
    if kind not in KINDS:
        faults["kind"] = f"is none of {', '.join(KINDS)}"
    text, answer = cleaned_text(because), cleaned_text(reply)
    if not text:
        faults["because"] = "is empty; say why, in a sentence"
    for name, value in (("because", text), ("reply", answer)):
        if len(value) > _TEXT_CHARS:
            faults[name] = f"has {len(value):,} characters; {_TEXT_CHARS:,} can be taken"
    about = cleaned_text(theme or "") or None
    if about and len(about) > _THEME_CHARS:
        faults["theme"] = f"has {len(about):,} characters; {_THEME_CHARS:,} can be taken"
    if faults:
        raise SubmissionError(faults)
    return text, answer, about


def _contributing(
    c: Connection, item_id: str, sighting_ids: Collection[str], by: Person
) -> tuple[list[str], list[Reported]]:
    """Ids of the sightings that the decision rests on, and all whose reporters hear of it."""
    found = reported(c, sighting_ids)
    if any(one.sighting_id == item_id and not one.is_open for one in found):
        raise ConflictError("this report was withdrawn or is held back; nothing can be decided on it")
    open_ones = [one for one in found if one.is_open]
    others = [one.sighting_id for one in open_ones if not one.concerns(by)]
    if open_ones and not others:
        raise NotAllowedError(
            "only you, or people who report to you, reported this; ask a colleague of Product to decide it"
        )
    return others, open_ones


def _must_be_expected(previous: Decision | None, expected: str | None) -> None:
    there = previous.decision_id if previous else None
    if there == expected:
        return
    if previous is None:
        raise ConflictError("the decision that you want to replace does not stand on this item; look at it again")
    # ids and words alone: errors end up in logs
    raise ConflictError(
        f"{previous.kind.replace('_', ' ')} was decided on {previous.at:%Y-%m-%d at %H:%M} UTC, as "
        f"{previous.decision_id}; yours may replace it"
    )


def _write(c: Connection, made: Decision, previous: Decision | None) -> None:
    c.execute(
        insert(decision).values(
            decision_id=made.decision_id, item_id=made.item_id, kind=made.kind, theme=made.theme, because=made.because,
            reply=made.reply, person_id=made.by, is_blind=made.is_blind, score=made.score,
            rules_version=made.rules_version, at=made.at,
        )
    )  # fmt: skip
    rows = [{"decision_id": made.decision_id, "sighting_id": one} for one in made.sightings]
    if rows:
        c.execute(insert(decision_sighting), rows)
    more = {"replaces": previous.decision_id} if previous else {}
    audit.record(
        c, by=made.by, action="decided", subject=made.decision_id, now=made.at, item=made.item_id, kind=made.kind,
        is_blind=made.is_blind, contributing=len(rows), **more,
    )  # fmt: skip


def _tell(c: Connection, made: Decision, told: Sequence[Reported], *, by: Person, now: datetime) -> None:
    for one in told:
        mark_read(c, one.sighting_id, by=by.person_id, now=now)
        if made.theme:
            record(c, one.sighting_id, "linked", by=by.person_id, now=now, decision_id=made.decision_id)
        record(
            c, one.sighting_id, "decided", by=by.person_id, now=now, decision_id=made.decision_id,
            decision_kind=made.kind,
        )  # fmt: skip
        if one.person_id != by.person_id:
            messages.queue(c, one.person_id, "decided", one.sighting_id, now=now)


def _decisions(c: Connection, query: Select[Any]) -> list[Decision]:
    """Those decisions, the newest first."""
    of_them = query.with_only_columns(decision.c.decision_id)
    rests: dict[str, list[str]] = {}
    mine = select(decision_sighting).where(decision_sighting.c.decision_id.in_(of_them))
    for row in c.execute(mine.order_by(decision_sighting.c.sighting_id)):
        rests.setdefault(row.decision_id, []).append(row.sighting_id)
    return [
        Decision(
            decision_id=row.decision_id, item_id=row.item_id, kind=row.kind, theme=row.theme, because=row.because,
            reply=row.reply, by=row.person_id, is_blind=row.is_blind, score=row.score,
            rules_version=row.rules_version, at=row.at, sightings=tuple(rests.get(row.decision_id, ())),
        )
        for row in c.execute(query.order_by(decision.c.at.desc(), decision.c.decision_id.desc()))
    ]  # fmt: skip
