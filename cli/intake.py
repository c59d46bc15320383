"""What the commands of `detente sighting` share: the way in, who reports, and what is told of a sighting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cli.screen import say
from cli.words import the_desk
from desk import people
from desk.accepting import gate
from desk.accepting.accept import Accepted, Limits, accept, limits_of
from desk.accepting.inbox import Inbox
from desk.database import Desk
from desk.following import sightings
from desk.indexing import indexer
from desk.indexing.attachments import Attachments
from desk.places import attachments_of, inbox_of
from detente.errors import DeskError, NotAllowedError, StorageError, UsageError
from detente.people import Person
from detente.sightings import Channel, Submission, Upload
from detente.workspace import Workspace
from web.access.permissions import Permission, has
from web.site import site_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """Where sightings are handed in.

    Attributes:
        workspace: Settings and competitors.
        desk: Open.
        inbox: Where accepted sightings are safe.
        attachments: Files of cleared sightings.
        limits: Bounds.
    """

    workspace: Workspace
    desk: Desk
    inbox: Inbox
    attachments: Attachments
    limits: Limits

    def accept(
        self,
        submission: Submission,
        uploads: Sequence[Upload],
        person: Person,
        channel: Channel,
        inbox: Inbox | None = None,
    ) -> Accepted:
        """Takes a sighting, into another inbox where one is given; it is safe when this returns."""
        return accept(
            inbox or self.inbox,
            submission,
            uploads,
            person_id=person.person_id,
            channel=channel,
            now=self.desk.clock.now(),
            limits=self.limits,
            competitors={one.slug for one in self.workspace.competitors},
            currency=self.workspace.settings.company.currency,
        )

    def index(self) -> None:
        """Brings what is safe into the desk; where that fails now, `detente serve` or the next command does it."""
        try:
            indexer.index_new(self.desk, self.inbox, self.attachments, self.limits)
        except (DeskError, StorageError) as error:
            say(f"it is safe in the inbox, and the desk will take it from there; not now: {error}")

    def person(self, who: str | None) -> Person:
        """Who reports: the one named, or the owner of this computer.

        Raises:
            UsageError: Nobody is that, or others were added and nobody was named.
            NotAllowedError: They may not report.
        """
        now = self.desk.clock.now()
        with self.desk.writing() as connection:
            found = people.person_by_email(connection, who) if who else people.local_owner(connection, now)
        if found is None:
            raise UsageError(
                f"nobody here is {who!r}; `detente person list` shows everybody"
                if who
                else "say who reports, with --as E-MAIL; `detente person list` shows everybody"
            )
        if not has(found, Permission.REPORT):
            raise NotAllowedError(
                f"{who or 'the owner of this computer'} may not report; `detente person roles` can change that"
            )
        return found

    def url(self, sighting_id: str) -> str:
        """The address of a sighting's receipt."""
        return site_of(self.workspace.settings.web).url(f"/r/{sighting_id}")

    def told(self, accepted: Accepted) -> dict[str, Any]:
        """What became of a submission, for programs."""
        return {
            "sighting_id": accepted.sighting_id,
            "name": sightings.short_name(accepted.sighting_id),
            "is_new": accepted.is_new,
            "state": accepted.gate.state,
            "reasons": gate.in_words(accepted.gate.reasons),
            "received_at": accepted.received_at,
            "dropped_files": accepted.dropped_files,
            "url": self.url(accepted.sighting_id),
        }


@contextmanager
def open_intake(workspace: Workspace) -> Iterator[Intake]:
    """The workspace's way in, closed at the end."""
    with the_desk(workspace) as desk:
        yield Intake(
            workspace=workspace,
            desk=desk,
            inbox=inbox_of(workspace),
            attachments=attachments_of(workspace),
            limits=limits_of(workspace.settings.limits),
        )
