"""The lines that every format of release notes is turned into before entries are told apart."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Line"]


class Line(NamedTuple):
    """One heading, paragraph or list item.

    Attributes:
        text: Clean plain text on one line.
        level: 1 (highest) and up for a heading, else None.
        item: It is a list item.
        label: It names what follows (all bold, or a badge), and says nothing itself.
        badge: It is a short label that the markup sets apart.
        href: First link in it, as written.
        ident: Anchor of the heading.
        datetime: Date that the markup states for it.
        region: Number of the part of the document that it stands in; 0 where the format has none.
        version: Where the format has a place of its own for it.
        place: Where in the document.
    """

    text: str
    level: int | None = None
    item: bool = False
    label: bool = False
    badge: bool = False
    href: str | None = None
    ident: str | None = None
    datetime: str | None = None
    region: int = 0
    version: str | None = None
    place: str = ""
