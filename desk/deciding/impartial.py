"""Who may judge what: a person of Product, and never on what they or those who report to them have a share in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from desk.database import Connection
from desk.schema import person, sighting, sighting_state
from detente.errors import NotAllowedError
from detente.people import Person, Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """Whose a sighting is, and whether anything may rest on it.

    Attributes:
        sighting_id: Which one.
        person_id: Its reporter.
        manager_id: Whom the reporter reports to now.
        is_open: The gate cleared it, nobody withdrew it, and its reporter is not erased.
    """

    sighting_id: str
    person_id: str
    manager_id: str | None
    is_open: bool

    def concerns(self, judge: Person) -> bool:
        """Whether the judge reported it, or its reporter reports to them."""
        return judge.person_id in (self.person_id, self.manager_id)


def must_be(by: Person, roles: tuple[Role, ...], what: str) -> None:
    """Lets people with one of these roles pass.

    Raises:
        NotAllowedError: They have none of them, or may not come in any more.
    """
    if by.is_disabled or not by.roles & set(roles):
        raise NotAllowedError(f"{what} needs the role {' or '.join(roles)}; `detente person roles` can give it")


def must_have_no_share(c: Connection, item_ids: Collection[str], by: Person) -> None:
    """Lets those pass who told none of this cluster's sightings, and whose people told none.

    Raises:
        NotAllowedError: One of them is theirs: who is told first earns more than who repeats it.
    """
    if any(one.concerns(by) for one in reported(c, item_ids)):
        raise NotAllowedError(
            "you, or somebody who reports to you, told the same, and may earn more or less by it; ask a colleague"
        )


def reported(c: Connection, sighting_ids: Collection[str]) -> list[Reported]:
    """Whose these are, by id; those that are no sightings are left out."""
    if not sighting_ids:
        return []
    query = (
        select(
            sighting.c.sighting_id,
            sighting.c.person_id,
            person.c.manager_id,
            person.c.erased_at,
            sighting_state.c.gate,
            sighting_state.c.is_withdrawn,
        )
        .join(person, person.c.person_id == sighting.c.person_id)
        .join(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)
        .where(sighting.c.sighting_id.in_(set(sighting_ids)))
        .order_by(sighting.c.sighting_id)
    )
    return [
        Reported(
            sighting_id=row.sighting_id,
            person_id=row.person_id,
            manager_id=row.manager_id,
            is_open=row.gate == "cleared" and not row.is_withdrawn and row.erased_at is None,
        )
        for row in c.execute(query)
    ]
