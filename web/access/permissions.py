"""What a route may ask of a visitor, and which roles have it. Whatever is not written here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from detente.people import Person, Role


class Permission(StrEnum):
    """What a route needs; every route names one."""

    ANYONE = "anyone"
    """Nobody needs to be signed in: sign-in, the pages on privacy and ethics, static files."""
    SIGNED_IN = "signed_in"
    """Anybody who is signed in, also without a role: their own name, tokens and sign-out."""
    REPORT = "report"
    """Sends sightings, and sees one's own."""
    OPEN_SIGHTING = "open_sighting"
    """Opens one sighting or file; whose, `desk.following.sightings.visible_to` decides."""
    READ_SIGHTINGS = "read_sightings"
    """Reads what colleagues reported, once it is cleared."""
    REVIEW_QUARANTINE = "review_quarantine"
    """Sees what the gate holds back, releases and rejects it."""
    ADMINISTER = "administer"
    """People and their roles, the audit, the health of the machine."""


_REPORTERS: frozenset[Role] = frozenset({"rep", "pm", "sales_lead", "legal", "admin"})

ALLOWED: Mapping[Permission, frozenset[Role]] = {
    Permission.REPORT: _REPORTERS,
    Permission.OPEN_SIGHTING: _REPORTERS,
    Permission.READ_SIGHTINGS: frozenset({"pm", "sales_lead", "admin"}),
    Permission.REVIEW_QUARANTINE: frozenset({"legal"}),
    Permission.ADMINISTER: frozenset({"admin"}),
}


def has(person: Person | None, permission: Permission) -> bool:
    """Whether somebody has a permission; `None` stands for nobody signed in."""
    if permission is Permission.ANYONE:
        return True
    if person is None or person.is_disabled:
        return False
    return permission is Permission.SIGNED_IN or bool(ALLOWED.get(permission, frozenset()) & person.roles)
