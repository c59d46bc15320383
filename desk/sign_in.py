"""Ways in: passwords, links by mail, sessions and tokens.

A secret is told once, to whom it is for; the desk keeps its SHA-256 alone, by which it is looked up. That needs no
comparison in constant time: what could be measured is how far a *hash* of a guess agrees, which nobody can choose.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import insert, select, update

from desk import audit
from desk.database import Connection, Desk
from desk.people import PASSWORDS, end_links, end_sessions, person, person_by_email
from desk.schema import person as person_table
from desk.schema import session, sign_in_link
from desk.schema import token as token_table
from detente.errors import NotAllowedError, NotFoundError, SubmissionError
from detente.people import Person, Scope

__all__ = [
    "Token",
    "begin_session",
    "by_password",
    "end_session",
    "end_sessions",
    "is_password",
    "new_link",
    "new_token",
    "revoke_token",
    "session_person",
    "token_holder",
    "tokens_of",
    "use_link",
]

SCOPES: tuple[Scope, ...] = get_args(Scope)
_TOKEN_PREFIX = "det_"  # noqa: S105  (by it a leaked token is found; the secret follows)
_TOKEN_NAME_MAX, _TOKEN_DAYS_MAX = 100, 3650


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token as its person may see it: everything but the secret.

    Attributes:
        token_id: Names it.
        person_id: In whose name it acts.
        name: What the person called it.
        scopes: What it may do.
        created_at: When it was made.
        expires_at: When it ends by itself; None: never.
        revoked_at: When it was ended.
    """

    token_id: str
    person_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def is_password(desk: Desk, person_id: str, password: str) -> bool:
    """Whether that is somebody's password; nothing of the desk is held while it is hashed.

    Raises:
        NotFoundError: There is no such person.
    """
    with desk.reading() as c:
        known = _hash_of(c, person(c, person_id))
    return _matches(known, password)


def by_password(
    desk: Desk, email: str, password: str, *, hours: float, instead_of: str | None = None
) -> tuple[Person, str] | None:
    """Signs somebody in: who it is, and the secret of their new session.

    None where e-mail or password is wrong, they have no password, or they are disabled. It takes as long for an unknown
    e-mail as for a wrong password, and tells nothing of which of them it was.

    The password is hashed while nothing of the desk is held, so that a storm of attempts keeps nobody from writing.
    A hash of older parameters is made anew.
    """
    with desk.reading() as c:
        holder = person_by_email(c, email)
        known = _hash_of(c, holder)
    if not _matches(known, password) or holder is None or known is None:
        return None
    newer = PASSWORDS.hash(password) if PASSWORDS.check_needs_rehash(known) else None
    with desk.writing() as c:
        # meanwhile the password may have been changed, or the person disabled
        holder = person(c, holder.person_id)
        if holder.is_disabled or _hash_of(c, holder) != known:
            return None
        if newer is not None:
            mine = person_table.c.person_id == holder.person_id
            c.execute(update(person_table).where(mine).values(password_hash=newer))
        return holder, begin_session(c, holder.person_id, desk.clock.now(), hours, instead_of=instead_of)


def new_link(c: Connection, person_id: str, now: datetime, minutes: float = 15) -> str:
    """The secret of a link that signs somebody in, once and soon.

    Raises:
        NotFoundError: There is no such person.
        NotAllowedError: They are disabled.
    """
    _enabled(c, person_id)
    secret = secrets.token_urlsafe(32)
    expires_at = now + timedelta(minutes=minutes)
    values = {"secret_hash": _hashed(secret), "person_id": person_id, "created_at": now, "expires_at": expires_at}
    c.execute(insert(sign_in_link).values(values))
    audit.record(c, by=None, action="link_made", subject=person_id, now=now)
    return secret


def use_link(c: Connection, secret: str, now: datetime) -> Person | None:
    """Whose link it is, and spends it; None where it was used, is too old or unknown, or its person is disabled."""
    link = sign_in_link.c
    live = (link.secret_hash == _hashed(secret), link.used_at.is_(None), link.expires_at > now)
    person_id = c.execute(select(link.person_id).where(*live)).scalar_one_or_none()
    if person_id is None:
        return None
    c.execute(update(sign_in_link).where(*live).values(used_at=now))
    holder = person(c, person_id)
    return None if holder.is_disabled else holder


def begin_session(c: Connection, person_id: str, now: datetime, hours: float, *, instead_of: str | None = None) -> str:
    """The secret of a new session; it is new at every sign-in, so that none can be put under somebody beforehand.

    Links that were made before die with it: whoever else has seen one cannot come in after them.

    Args:
        c: A writing connection.
        person_id: Whose session it is.
        now: The time.
        hours: After which it ends by itself.
        instead_of: The secret of the session that the browser showed, which ends.

    Raises:
        NotFoundError: There is no such person.
        NotAllowedError: They are disabled.
    """
    _enabled(c, person_id)
    if instead_of is not None:
        end_session(c, instead_of, now)
    end_links(c, person_id, now)
    secret = secrets.token_urlsafe(32)
    expires_at = now + timedelta(hours=hours)
    values = {"secret_hash": _hashed(secret), "person_id": person_id, "created_at": now, "expires_at": expires_at}
    c.execute(insert(session).values(values))
    audit.record(c, by=person_id, action="signed_in", subject=person_id, now=now)
    return secret


def session_person(c: Connection, secret: str, now: datetime) -> Person | None:
    """Whose session it is; None where it has ended or is unknown, or its person is disabled."""
    live = (session.c.secret_hash == _hashed(secret), session.c.ended_at.is_(None), session.c.expires_at > now)
    person_id = c.execute(select(session.c.person_id).where(*live)).scalar_one_or_none()
    holder = None if person_id is None else person(c, person_id)
    return None if holder is None or holder.is_disabled else holder


def end_session(c: Connection, secret: str, now: datetime) -> None:
    """Ends one session; an unknown or ended one stays as it is."""
    mine = (session.c.secret_hash == _hashed(secret), session.c.ended_at.is_(None))
    c.execute(update(session).where(*mine).values(ended_at=now))


def new_token(
    c: Connection,
    person_id: str,
    name: str,
    scopes: Collection[str],
    now: datetime,
    days: int | None,
    by: str | None,
) -> tuple[str, str]:
    """A token's id and its secret, `det_…`, which is told this once.

    Args:
        c: A writing connection.
        person_id: In whose name it acts.
        name: What it is for.
        scopes: What it may do; at least one.
        now: The time.
        days: After which it ends by itself; None: never.
        by: Who makes it.

    Raises:
        NotFoundError: There is no such person.
        NotAllowedError: They are disabled.
        SubmissionError: Name, scopes or days cannot be taken.
    """
    _enabled(c, person_id)
    faults: dict[str, str] = {}
    name = " ".join(name.split())
    if not name or len(name) > _TOKEN_NAME_MAX or not name.isprintable():
        faults["name"] = f"say in 1 to {_TOKEN_NAME_MAX} characters what it is for"
    if not scopes or not set(scopes) <= set(SCOPES):
        faults["scopes"] = f"name at least one of {', '.join(SCOPES)}"
    if days is not None and not 1 <= days <= _TOKEN_DAYS_MAX:
        faults["days"] = f"must be 1 to {_TOKEN_DAYS_MAX}"
    if faults:
        raise SubmissionError(faults)
    token_id, secret = f"t_{secrets.token_hex(8)}", _TOKEN_PREFIX + secrets.token_urlsafe(32)
    c.execute(
        insert(token_table).values(
            token_id=token_id,
            secret_hash=_hashed(secret),
            person_id=person_id,
            name=name,
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
    )
    told = sorted(set(scopes))
    audit.record(c, by=by, action="token_made", subject=person_id, now=now, token=token_id, scopes=told)
    return token_id, secret


def token_holder(c: Connection, secret: str, now: datetime) -> tuple[Person, frozenset[Scope]] | None:
    """In whose name a token acts and what it may do; None where it ended or is unknown, or its person is disabled."""
    row = c.execute(select(token_table).where(token_table.c.secret_hash == _hashed(secret))).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    holder = person(c, row.person_id)
    return None if holder.is_disabled else (holder, frozenset(row.scopes))


def tokens_of(c: Connection, person_id: str) -> list[Token]:
    """All tokens of somebody, the newest first."""
    mine = token_table.c.person_id == person_id
    order = (token_table.c.created_at.desc(), token_table.c.token_id)
    return [
        Token(
            token_id=row.token_id,
            person_id=row.person_id,
            name=row.name,
            scopes=frozenset(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in c.execute(select(token_table).where(mine).order_by(*order))
    ]


def revoke_token(c: Connection, token_id: str, *, by: str | None, now: datetime) -> None:
    """Ends a token at once.

    Raises:
        NotFoundError: There is no such token.
    """
    row = c.execute(select(token_table).where(token_table.c.token_id == token_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such token")
    if row.revoked_at is None:
        c.execute(update(token_table).where(token_table.c.token_id == token_id).values(revoked_at=now))
        audit.record(c, by=by, action="token_revoked", subject=row.person_id, now=now, token=token_id)


def _enabled(c: Connection, person_id: str) -> None:
    if person(c, person_id).is_disabled:
        raise NotAllowedError("this person is disabled; an admin can enable them: `detente person enable`")


def _hash_of(c: Connection, holder: Person | None) -> str | None:
    if holder is None:
        return None
    mine = person_table.c.person_id == holder.person_id
    found: str | None = c.execute(select(person_table.c.password_hash).where(mine)).scalar_one()
    return found


def _matches(known: str | None, password: str) -> bool:
    """Whether the password is the one; without a hash it is held against nobody's, for it must take as long."""
    nobodys = _nobodys_hash()
    try:
        return PASSWORDS.verify(known or nobodys, password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobodys_hash() -> str:
    return PASSWORDS.hash(secrets.token_urlsafe(32))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
