"""Who may make which entry, and what must be there for it."""

from __future__ import annotations

import re

from sqlalchemy import select

from desk import people
from desk.database import Connection
from desk.rewarding.entries import balance
from desk.schema import person, sighting, sighting_state
from detente.errors import BudgetError, LedgerError, NotAllowedError, NotFoundError

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def key_word(word: str) -> str:
    """A word that a key can be made of.

    Raises:
        LedgerError: It is none.
    """
    if not _WORD.fullmatch(word):
        raise LedgerError(f"{word[:60]!r} is no key: write up to 60 letters, digits, dots, hyphens and underscores")
    return word


def not_oneself(by: str | None, person_id: str | None) -> None:
    """Nobody makes an entry about their own points.

    Raises:
        NotAllowedError: Somebody would.
    """
    if by is not None and by == person_id:
        raise NotAllowedError("nobody decides about their own points: somebody else must do it")


def is_admin(c: Connection, by: str | None) -> None:
    """What moves value in or out, an admin answers for.

    Raises:
        NotAllowedError: It is nobody, or no admin.
    """
    if by is None:
        raise NotAllowedError("an admin must answer for this: say who does it")
    one = people.person(c, by)
    if one.is_disabled or "admin" not in one.roles:
        raise NotAllowedError("only an admin may do this")


def not_erased(c: Connection, person_id: str) -> None:
    """There is such a person, known by name.

    Raises:
        NotFoundError: There is no such person.
        LedgerError: They were erased.
    """
    people.person(c, person_id)
    if c.execute(select(person.c.erased_at).where(person.c.person_id == person_id)).scalar_one() is not None:
        raise LedgerError("this person was erased: there is nobody to give anything to")


def is_reported_by(c: Connection, sighting_id: str, person_id: str, *, must_be_seen: bool = False) -> None:
    """A sighting earns its reporter points, and nobody else; one that may not be seen earns none.

    Args:
        c: A connection.
        sighting_id: The sighting.
        person_id: Whose it has to be.
        must_be_seen: It has to be cleared by the gate, and not withdrawn.

    Raises:
        NotFoundError: There is no such sighting.
        LedgerError: It is somebody else's, or may not be seen.
    """
    query = (
        select(sighting.c.person_id, sighting_state.c.gate, sighting_state.c.is_withdrawn)
        .outerjoin(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)
        .where(sighting.c.sighting_id == sighting_id)
    )
    found = c.execute(query).one_or_none()
    if found is None:
        raise NotFoundError("there is no such sighting")
    if found.person_id != person_id:
        raise LedgerError("points for a sighting go to its reporter alone")
    if must_be_seen and (found.gate != "cleared" or found.is_withdrawn):
        raise LedgerError("a sighting that was held back or withdrawn earns nothing")


def has(c: Connection, account: str, points: int) -> None:
    """An account has that many points.

    Raises:
        BudgetError: It has fewer.
    """
    there = balance(c, account)
    if there < points:
        kind, _, whose = account.partition(":")
        what = (
            f"the budget of {whose} has {there} points left"
            if kind == "program"
            else f"{whose} has {there} points {kind}"
        )
        more = "; `detente ledger fund` adds to it" if kind == "program" else ""
        raise BudgetError(f"{what}, and this takes {points}{more}")
