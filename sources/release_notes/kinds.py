"""The kinds of change that release notes name in headings, labels and tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detente.records import ReleaseKind

__all__ = ["kind_of", "kinds_in"]

_WORDS: tuple[tuple[ReleaseKind, tuple[str, ...]], ...] = (
    (
        "breaking",
        (r"breaking(?: changes?)?", r"(?:backwards?[- ])?incompatib\w+(?: changes)?", r"migration(?: notes)?"),
    ),
    (
        "security",
        (
            r"security(?: (?:fix(?:es)?|updates?|issues?|patch(?:es)?|improvements?|advisor(?:y|ies)))?",
            r"vulnerabilit(?:y|ies)",
        ),
    ),
    ("deprecated", (r"deprecat(?:ed|ions?)(?: (?:features?|removals?))?", r"sunset(?:ting)?")),
    ("removed", (r"remov(?:ed|als?)(?: features?)?", "dropped", "discontinued", "retired")),
    (
        "fixed",
        (
            r"(?:bug ?|hot ?)?fix(?:ed|es)?(?: (?:issues?|bugs?))?",
            r"bugs?(?: squashed)?",
            r"resolved(?: issues?)?",
            r"corrections?",
            "behoben",
            "corrigé",
        ),
    ),
    (
        "new",
        (
            r"new(?: (?:features?|functionality|capabilit(?:y|ies)|integrations?|additions?))?",
            r"added|additions?|features?",
            r"what['’]?s new",
            r"launch(?:ed)?|introduced",
            "neu",
        ),
    ),
    (
        "improved",
        (
            r"improve(?:d|ments?)?|enhance(?:d|ments?)|better|polish",
            r"changed|changes|updates?|updated",
            r"performance(?: improvements)?|usability|optimi[sz]ations?",
            "verbessert",
        ),
    ),
)
_KINDS = tuple((kind, re.compile("|".join(words), re.I)) for kind, words in _WORDS)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_JOINTS = re.compile(r"\s*(?:&|/|,|\+|\band\b|\bund\b|\bet\b)\s*", re.I)
_PREFIX = re.compile(r"^(?:[-*•]\s*)?(?:\[([^\]]{2,30})\]|\*\*([^*]{2,30})\*\*\s*:?|([A-Za-z][A-Za-z '-]{1,28}):)\s")
_LEADING_WORDS = re.compile(
    r"^(?:other|general|minor|major|notable|small|important|api|ui|various|misc\w*|all|the)\s+", re.I
)


def kind_of(label: str) -> tuple[ReleaseKind, ...]:
    """The kinds that a label as a whole names ("Bug fixes", "Added & improved"); empty for any other text."""
    if len(label) > 60:
        return ()
    label = _EDGES.sub("", label)
    found: list[ReleaseKind] = []
    for part in _JOINTS.split(label):
        whole = _LEADING_WORDS.sub("", part.strip())
        kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(whole)), None)
        if kind is None:
            return ()
        if kind not in found:
            found.append(kind)
    return tuple(found)


def kinds_in(labels: Iterable[str], lines: Iterable[str]) -> tuple[ReleaseKind, ...]:
    """The kinds that an entry names, in the order in which it names them.

    Args:
        labels: Headings, bold lines, badges and tags of the entry.
        lines: Its other lines; only a label before the text counts ("Fixed: …", "[New] …").
    """
    found: dict[ReleaseKind, None] = {}
    for label in labels:
        found.update(dict.fromkeys(kind_of(label)))
    for line in lines:
        prefix = _PREFIX.match(line)
        if prefix:
            found.update(dict.fromkeys(kind_of(prefix.group(1) or prefix.group(2) or prefix.group(3))))
        elif len(line) < 40 and line.endswith(":"):
            found.update(dict.fromkeys(kind_of(line)))
    return tuple(found)
