"""People and what they may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["rep", "pm", "sales_lead", "legal", "admin", "viewer"]
# What a token may do in its person's name; never more than the person.
Scope = Literal["sightings:write", "sightings:read"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who may sign in.

    Attributes:
        person_id: Random; the only thing of a person that leaves the desk.
        name: As colleagues read it; "former member" once erased.
        email: In lower case; None once erased.
        roles: What they may be; none: they may only sign in.
        manager_id: Whom they report to, where that is known.
        is_disabled: Their sessions, links and tokens are dead.
    """

    person_id: str
    name: str
    email: str | None
    roles: frozenset[Role]
    manager_id: str | None = None
    is_disabled: bool = False
