"""Where a workspace has its desk, its inbox and its attachments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desk.accepting.inbox import Inbox
from desk.database import FILE_NAME, Desk
from desk.indexing.attachments import Attachments
from detente.clock import Clock
from detente.workspace import Workspace


def has_desk(workspace: Workspace) -> bool:
    """Whether there is a desk, or anything that waits to be put on one."""
    data = workspace.data
    return bool(workspace.settings.desk.url) or (data / FILE_NAME).exists() or (data / "inbox").is_dir()


def open_desk(workspace: Workspace, clock: Clock) -> Desk:
    """The workspace's desk, which the caller closes.

    Raises:
        DeskError: It cannot be used.
    """
    return Desk.open(workspace.data, workspace.settings.desk.url, clock)


@contextmanager
def desk_of(workspace: Workspace, clock: Clock) -> Iterator[Desk]:
    """The workspace's desk, closed at the end.

    Raises:
        DeskError: It cannot be used.
    """
    desk = open_desk(workspace, clock)
    try:
        yield desk
    finally:
        desk.close()


def inbox_of(workspace: Workspace) -> Inbox:
    """The workspace's inbox."""
    return Inbox(workspace.data / "inbox")


def attachments_of(workspace: Workspace) -> Attachments:
    """The workspace's attachments."""
    return Attachments(workspace.data / "attachments")
