"""People: who they are, what they may be, and what ends their ways in. Every change leaves an entry in the audit."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from typing import get_args

from argon2 import PasswordHasher
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from desk import audit
from desk.database import Connection
from desk.schema import audit as audit_table
from desk.schema import identity, person_role, session, sighting, sign_in_link, token
from desk.schema import person as person_table
from detente.errors import ConflictError, NotFoundError, SubmissionError
from detente.people import Person, Role

__all__ = [
    "PASSWORDS",
    "add_person",
    "disable",
    "enable",
    "end_links",
    "end_sessions",
    "ensure_local_owner",
    "has_been_here",
    "has_password",
    "identities_of",
    "link_identity",
    "local_owner",
    "people",
    "person",
    "person_by_email",
    "person_by_identity",
    "set_password",
    "set_roles",
    "somebody_has_password",
]

ROLES: tuple[Role, ...] = get_args(Role)
# argon2id with the parameters that its authors recommend where memory is scarce (RFC 9106)
PASSWORDS = PasswordHasher()
_PASSWORD_MIN, _PASSWORD_MAX = 12, 1024
_NAME_MAX, _EMAIL_MAX = 200, 320
# whom a loopback install belongs to, as an identity that no provider can hand out
_OWNER = ("local", "owner")


def add_person(
    c: Connection,
    *,
    name: str,
    email: str,
    roles: Collection[str],
    by: str | None,
    now: datetime,
    manager_id: str | None = None,
) -> Person:
    """Adds somebody who may sign in as soon as they have a way to.

    Args:
        c: A writing connection.
        name: As colleagues read it.
        email: Where links go; two that differ only in case are one.
        roles: What they may be; may be empty.
        by: Who adds them; None: the machine.
        now: The time.
        manager_id: Whom they report to.

    Raises:
        ConflictError: Somebody has this e-mail already.
        SubmissionError: Name, e-mail or a role is none.
        NotFoundError: There is no such manager.
    """
    faults: dict[str, str] = {}
    name, address = " ".join(name.split()), _folded(email)
    if not name or len(name) > _NAME_MAX or not name.isprintable():
        faults["name"] = f"must be 1 to {_NAME_MAX} characters that can be printed"
    if fault := _fault_of_email(address):
        faults["email"] = fault
    if unknown := _unknown(roles):
        faults["roles"] = unknown
    if faults:
        raise SubmissionError(faults)
    if person_by_email(c, address) is not None:
        raise ConflictError("somebody has this e-mail already; look at `detente person list`")
    if manager_id is not None:
        person(c, manager_id)
    added = _insert(c, name=name, email=address, roles=roles, now=now, manager_id=manager_id)
    audit.record(c, by=by, action="person_added", subject=added.person_id, now=now, roles=sorted(added.roles))
    return added


def person(c: Connection, person_id: str) -> Person:
    """The person with that id, disabled or not.

    Raises:
        NotFoundError: There is none.
    """
    found = _found(c, person_table.c.person_id == person_id)
    if not found:
        raise NotFoundError("there is no such person; look at `detente person list`")
    return found[0]


def person_by_email(c: Connection, email: str) -> Person | None:
    """The person with that e-mail, disabled or not.

    Whatever is sent goes to *their* e-mail and never to the one that was asked for: case folding makes one letter of
    several, so that the two can be different mailboxes.
    """
    return next(iter(_found(c, person_table.c.email == _folded(email))), None)


def people(c: Connection) -> list[Person]:
    """Everybody but the erased, by name."""
    return _found(c, person_table.c.erased_at.is_(None))


def set_roles(c: Connection, person_id: str, roles: Collection[str], *, by: str | None, now: datetime) -> None:
    """Gives somebody these roles and no others, and ends their sessions where that changes anything.

    Raises:
        NotFoundError: There is no such person.
        SubmissionError: A role is none.
    """
    before = person(c, person_id).roles
    if unknown := _unknown(roles):
        raise SubmissionError({"roles": unknown})
    if before == set(roles):
        return
    c.execute(delete(person_role).where(person_role.c.person_id == person_id))
    _insert_roles(c, person_id, roles)
    end_sessions(c, person_id, now)
    audit.record(
        c, by=by, action="roles_set", subject=person_id, now=now, before=sorted(before), after=sorted(set(roles))
    )


def disable(c: Connection, person_id: str, *, by: str | None, now: datetime) -> None:
    """Ends every way in of somebody: sessions, links and tokens; what they sent stays theirs.

    Raises:
        NotFoundError: There is no such person.
    """
    if person(c, person_id).is_disabled:
        return
    c.execute(update(person_table).where(person_table.c.person_id == person_id).values(disabled_at=now))
    end_sessions(c, person_id, now)
    end_links(c, person_id, now)
    c.execute(update(token).where(token.c.person_id == person_id, token.c.revoked_at.is_(None)).values(revoked_at=now))
    audit.record(c, by=by, action="person_disabled", subject=person_id, now=now)


def enable(c: Connection, person_id: str, *, by: str | None, now: datetime) -> None:
    """Lets somebody sign in again; the ways in that were ended stay dead.

    Raises:
        NotFoundError: There is no such person.
    """
    changed = c.execute(
        update(person_table)
        .where(
            person_table.c.person_id == person(c, person_id).person_id,
            person_table.c.disabled_at.is_not(None),
            person_table.c.erased_at.is_(None),
        )
        .values(disabled_at=None)
    )
    if changed.rowcount:
        audit.record(c, by=by, action="person_enabled", subject=person_id, now=now)


def set_password(c: Connection, person_id: str, password: str, *, by: str | None, now: datetime) -> None:
    """Sets a password, which is kept as an argon2id hash alone; ends sessions and links.

    Raises:
        NotFoundError: There is no such person.
        SubmissionError: It is too short or too long.
    """
    person(c, person_id)
    if not _PASSWORD_MIN <= len(password) <= _PASSWORD_MAX:
        raise SubmissionError({"password": f"use {_PASSWORD_MIN} to {_PASSWORD_MAX:,} characters; a few words do well"})
    hashed = PASSWORDS.hash(password)
    c.execute(update(person_table).where(person_table.c.person_id == person_id).values(password_hash=hashed))
    end_sessions(c, person_id, now)
    end_links(c, person_id, now)
    audit.record(c, by=by, action="password_set", subject=person_id, now=now)


def link_identity(c: Connection, provider: str, subject: str, person_id: str, *, by: str | None, now: datetime) -> None:
    """Says who somebody is elsewhere: an OIDC issuer with its subject, a Slack team with its user.

    Raises:
        NotFoundError: There is no such person.
        ConflictError: It is somebody else already.
    """
    person(c, person_id)
    known = person_by_identity(c, provider, subject)
    if known is not None and known.person_id != person_id:
        raise ConflictError("this identity belongs to somebody else already")
    if known is None:
        c.execute(insert(identity).values(provider=provider, subject=subject, person_id=person_id))
        audit.record(c, by=by, action="identity_linked", subject=person_id, now=now)


def person_by_identity(c: Connection, provider: str, subject: str) -> Person | None:
    """Who that is here, disabled or not."""
    known = select(identity.c.person_id).where(identity.c.provider == provider, identity.c.subject == subject)
    return next(iter(_found(c, person_table.c.person_id.in_(known))), None)


def identities_of(c: Connection, person_id: str, provider: str) -> list[str]:
    """Who somebody is with a provider: the subjects that are linked to them."""
    mine = (identity.c.person_id == person_id, identity.c.provider == provider)
    return list(c.execute(select(identity.c.subject).where(*mine).order_by(identity.c.subject)).scalars())


def ensure_local_owner(c: Connection, now: datetime) -> Person:
    """Whom a loopback install belongs to: made the first time, with every role; a writing connection is needed."""
    known = person_by_identity(c, *_OWNER)
    if known is not None:
        return known
    owner = _insert(c, name="Owner of this computer", email=None, roles=ROLES, now=now, manager_id=None)
    c.execute(insert(identity).values(provider=_OWNER[0], subject=_OWNER[1], person_id=owner.person_id))
    audit.record(c, by=None, action="person_added", subject=owner.person_id, now=now, roles=sorted(owner.roles))
    return owner


def local_owner(c: Connection, now: datetime) -> Person | None:
    """Whom a loopback install belongs to: made where nobody is known yet; None where others were added instead.

    A writing connection is needed.
    """
    known = person_by_identity(c, *_OWNER)
    return ensure_local_owner(c, now) if known is None and not people(c) else known


def somebody_has_password(c: Connection) -> bool:
    """Whether anybody who is not disabled can sign in by password."""
    able = (person_table.c.password_hash.is_not(None), person_table.c.disabled_at.is_(None))
    return c.execute(select(person_table.c.person_id).where(*able).limit(1)).first() is not None


def has_password(c: Connection, person_id: str) -> bool:
    """Whether somebody has set one."""
    mine = (person_table.c.person_id == person_id, person_table.c.password_hash.is_not(None))
    return c.execute(select(person_table.c.person_id).where(*mine)).first() is not None


def has_been_here(c: Connection, person_id: str) -> bool:
    """Whether somebody has ever come in, sent anything, or has a way in of their own: a password, a provider's account.

    Who has not is nobody yet: a link that somebody else hands to them opens nothing that is theirs.
    """
    came_in = select(audit_table.c.audit_id).where(
        audit_table.c.action == "signed_in", audit_table.c.subject == person_id
    )
    sent = select(sighting.c.sighting_id).where(sighting.c.person_id == person_id)
    own_ways = (
        # nobody signs in by Slack
        select(identity.c.subject).where(identity.c.person_id == person_id, ~identity.c.provider.startswith("slack:")),
        select(token.c.token_id).where(token.c.person_id == person_id),
    )
    found = (c.execute(query.limit(1)).first() for query in (came_in, sent, *own_ways))
    return has_password(c, person_id) or any(one is not None for one in found)


def end_sessions(c: Connection, person_id: str, now: datetime) -> None:
    """Ends all sessions of somebody."""
    c.execute(
        update(session).where(session.c.person_id == person_id, session.c.ended_at.is_(None)).values(ended_at=now)
    )


def end_links(c: Connection, person_id: str, now: datetime) -> None:
    """Ends all links of somebody that nobody has used."""
    mine = (sign_in_link.c.person_id == person_id, sign_in_link.c.used_at.is_(None))
    c.execute(update(sign_in_link).where(*mine).values(used_at=now))


def _insert(
    c: Connection, *, name: str, email: str | None, roles: Collection[str], now: datetime, manager_id: str | None
) -> Person:
    person_id = f"p_{secrets.token_hex(8)}"
    c.execute(
        insert(person_table).values(person_id=person_id, name=name, email=email, manager_id=manager_id, created_at=now)
    )
    _insert_roles(c, person_id, roles)
    return person(c, person_id)


def _insert_roles(c: Connection, person_id: str, roles: Collection[str]) -> None:
    rows = [{"person_id": person_id, "role": role} for role in sorted(set(roles))]
    if rows:
        c.execute(insert(person_role), rows)


def _found(c: Connection, which: ColumnElement[bool]) -> list[Person]:
    """Those people with their roles, by name: two queries, however many they are."""
    rows = c.execute(
        select(person_table).where(which).order_by(func.lower(person_table.c.name), person_table.c.person_id)
    )
    found: Sequence[Row[tuple[object, ...]]] = rows.all()
    ids = select(person_table.c.person_id).where(which)
    roles: dict[str, set[Role]] = {}
    for row in c.execute(select(person_role).where(person_role.c.person_id.in_(ids))):
        roles.setdefault(row.person_id, set()).add(row.role)
    return [
        Person(
            person_id=row.person_id,
            name=row.name,
            email=row.email,
            roles=frozenset(roles.get(row.person_id, ())),
            manager_id=row.manager_id,
            is_disabled=row.disabled_at is not None or row.erased_at is not None,
        )
        for row in found
    ]


def _unknown(roles: Collection[str]) -> str | None:
    unknown = sorted(set(roles) - set(ROLES))
    return f"no role {', '.join(map(repr, unknown))}; there are {', '.join(ROLES)}" if unknown else None


def _folded(email: str) -> str:
    return unicodedata.normalize("NFC", email.strip()).casefold()


def _fault_of_email(address: str) -> str | None:
    help_text = "is no e-mail; write it like ana@acme.test"
    try:
        parsed = Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        return help_text
    whole = parsed.username and parsed.domain and address.isprintable() and " " not in address
    return None if whole and len(address) <= _EMAIL_MAX else help_text
