"""Whether a new sighting has been told before: by a colleague, or by a page that our crawler read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scoring.similar import Likeness, Match, similar, tells_of
from web.receipt.known import Known

_SHOWN = 3
_TEXT_CHARS = 160
# a page is made while somebody waits: what a long text begins with says what it is about
_COMPARED_CHARS = 1_000
_MASK = re.compile(r"\[(?:e-mail|phone)\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A sighting that was there before.

    Attributes:
        sighting_id: Which one.
        text: Its text, masked.
        received_at: When.
        is_own: Whether the same reporter told it.
    """

    sighting_id: str
    text: str
    received_at: datetime
    is_own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """Something earlier that a new sighting is like.

    Attributes:
        by: Who told it: the reporter themselves, a colleague, also by the very same file, or our crawler,
            of a page or of release notes.
        likeness: The same, the same with other facts, or near.
        share: How much of the words is the same, in percent; None where numbers and names were compared instead.
        text: What it said, shortened.
        at: When it was received or seen.
        why: Words that both have.
        ours: Numbers and names that the new one has and the earlier one lacks.
        theirs: Those that the earlier one has.
        sighting_id: Which one, where a colleague told it.
    """

    by: Literal["you", "colleague", "file", "page", "release"]
    likeness: Likeness
    share: int | None
    text: str
    at: datetime
    why: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    sighting_id: str = ""


def alike(text: str, earlier: Sequence[Earlier], known: Known, same_files: Sequence[Earlier] = ()) -> list[Alike]:
    """What a new sighting is like, the likest first; at most three.

    Args:
        text: What the reporter wrote, masked.
        earlier: Recent sightings of the same competitor that the reporter may see.
        known: What the published file says about the competitor.
        same_files: Sightings with which the very same file came.
    """
    by_id = {one.sighting_id: one for one in earlier}
    # that both hide an address is no likeness
    others = [(one.sighting_id, _bare(one.text)) for one in earlier]
    found = [_of_colleague(match, by_id[match.key]) for match in similar(_bare(text), others, _SHOWN)]
    found += [
        Alike(by="file", likeness="same", share=None, text=_short(one.text), at=one.received_at) for one in same_files
    ]
    found += _of_pages(text, known)
    found += _of_releases(text, known)
    order: tuple[Likeness, ...] = ("same", "other_fact", "near")
    return sorted(found, key=lambda one: (order.index(one.likeness), -(one.share or 101)))[:_SHOWN]


def _of_colleague(match: Match, one: Earlier) -> Alike:
    return Alike(
        by="you" if one.is_own else "colleague",
        likeness=match.likeness,
        share=round(100 * match.share),
        text=_short(one.text),
        at=one.received_at,
        why=match.why,
        ours=match.ours,
        theirs=match.theirs,
        sighting_id=one.sighting_id,
    )


def _of_pages(text: str, known: Known) -> list[Alike]:
    return [
        Alike(
            by="page",
            likeness="same",
            share=None,
            text=_short(f"{move.kind}, {move.subject}: {' → '.join(part for part in (move.old, move.new) if part)}"),
            at=move.seen_at,
        )
        for move in known.moves or ()
        if tells_of(text, move.subject, move.old, move.new)
    ][:1]


def _of_releases(text: str, known: Known) -> list[Alike]:
    releases = known.releases or ()
    told = [(str(place), f"{one.title}. {one.text}") for place, one in enumerate(releases)]
    return [
        Alike(
            by="release",
            likeness=match.likeness,
            share=round(100 * match.share),
            text=_short(releases[int(match.key)].title),
            at=releases[int(match.key)].seen_at,
            why=match.why,
        )
        for match in similar(text, told, 1)
    ]


def _bare(text: str) -> str:
    return _MASK.sub(" ", text[:_COMPARED_CHARS])


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_CHARS else f"{text[:_TEXT_CHARS].rstrip()}…"
