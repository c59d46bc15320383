"""Who asks: the person behind a request's session cookie or API token, or nobody."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from desk import sign_in
from desk.database import Desk
from detente.clock import Clock
from detente.errors import DeskError
from detente.people import Person, Scope
from web.access.permissions import Permission, has

# How long an answer of the desk may be used again. Another process (the command line) may have ended the session in
# between; what this process ends is forgotten at once.
_FRESH_S = 1.0
# Older answers are asked for again beside the request that they still serve: so no request waits for the desk while
# somebody is active, and a commit of the indexing never delays an acknowledgement.
_ASK_AGAIN_S = 0.6
_REMEMBERED = 5_000
# So long a desk that something holds is waited for, and so old an answer may then be.
_PATIENCE_S, _AT_LONGEST_S = 0.5, 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Who asks.

    Attributes:
        person: The person; None: nobody is signed in.
        via: How they are known: by the session of a browser, or by a token of a program.
        scopes: What the token may be used for; empty for sessions.
    """

    person: Person | None = None
    via: Literal["session", "token"] | None = None
    scopes: frozenset[Scope] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the visitor has a permission; templates ask too."""
        return has(self.person, permission)

    @property
    def known(self) -> Person:
        """The person, on routes that need somebody signed in."""
        if self.person is None:
            raise RuntimeError("a route that lets anyone in asked for the person")
        return self.person


NOBODY = Visitor()


@dataclass(slots=True)
class _Remembered:
    visitor: Visitor
    asked_at: float
    asking: asyncio.Task[Visitor] | None = None


class Sessions:
    """The visitors of cookies and tokens, remembered for a second."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._remembered: dict[str, _Remembered] = {}
        self._forgotten = 0

    async def by_cookie(self, secret: str) -> Visitor:
        """The visitor of a session's secret; nobody where it is none."""
        return await self._visitor("session", secret, self._ask_session)

    async def by_token(self, secret: str) -> Visitor:
        """The visitor of an API token; nobody where it is none."""
        return await self._visitor("token", secret, self._ask_token)

    def forget(self) -> None:
        """Asks the desk anew for everybody: to be called after whatever ends a session or a token."""
        self._forgotten += 1
        self._remembered.clear()

    async def _visitor(self, kind: str, secret: str, ask: Callable[[str], Visitor]) -> Visitor:
        if not 16 <= len(secret) <= 200:
            return NOBODY
        key = f"{kind}:{hashlib.sha256(secret.encode()).hexdigest()}"
        known = self._remembered.get(key)
        if known is None:
            return await self._asked(key, secret, ask)
        age = self._clock.monotonic() - known.asked_at
        if age < _ASK_AGAIN_S:
            return known.visitor
        if known.asking is None or known.asking.done():
            known.asking = asyncio.create_task(self._asked(key, secret, ask))
            known.asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        if age < _FRESH_S:
            return known.visitor
        try:
            return await asyncio.wait_for(asyncio.shield(known.asking), _PATIENCE_S)
        except (TimeoutError, DeskError):
            # a sighting must be taken while something long holds the desk; whoever signs out here is forgotten at once
            if age < _AT_LONGEST_S and self._remembered.get(key) is known:
                return known.visitor
        return await known.asking

    async def _asked(self, key: str, secret: str, ask: Callable[[str], Visitor]) -> Visitor:
        asked_at, forgotten = self._clock.monotonic(), self._forgotten
        visitor = await run_in_threadpool(ask, secret)
        # an answer from before a sign-out must not come back after it
        if forgotten != self._forgotten:
            return visitor
        if visitor.person is None:
            self._remembered.pop(key, None)
        else:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = _Remembered(visitor, asked_at)
        return visitor

    def _ask_session(self, secret: str) -> Visitor:
        with self._desk.reading() as connection:
            person = sign_in.session_person(connection, secret, self._clock.now())
        return Visitor(person=person, via="session") if person else NOBODY

    def _ask_token(self, secret: str) -> Visitor:
        with self._desk.reading() as connection:
            holder = sign_in.token_holder(connection, secret, self._clock.now())
        return Visitor(person=holder[0], via="token", scopes=holder[1]) if holder else NOBODY


async def _of_request(request: Request) -> Visitor:  # not in a thread: there is nothing to wait for
    visitor: Visitor = request.state.visitor
    return visitor


TheVisitor = Annotated[Visitor, Depends(_of_request)]
"""The type of an endpoint's parameter `visitor`."""
