"""The kinds of change that release notes name in headings, labels and tags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from detente.records import ReleaseKind

__all__ = ["kind_of", "kinds_in"]

_WORDS: tuple[tuple[ReleaseKind, tuple[str, ...]], ...] = (
    (
        "breaking",
        (
            r"breaking(?: changes?)?",
            r"(?:backwards?[- ])?incompatib\w+(?: changes)?",
            r"migration(?: (?:notes|guide))?|porting guide|upgrade notes",
            "inkompatible änderungen|changements majeurs incompatibles|cambios incompatibles|破壊的変更",
        ),
    ),
    (
        "security",
        (
            r"security(?: (?:fix(?:es)?|updates?|issues?|patch(?:es)?|improvements?|advisor(?:y|ies)))?",
            r"vulnerabilit(?:y|ies)",
            "sicherheit|sécurité|seguridad|sicurezza|segurança|beveiliging|säkerhet|セキュリティ|安全",
        ),
    ),
    (
        "deprecated",
        (
            r"deprecat(?:ed|ions?)(?: (?:features?|removals?))?",
            r"sunset(?:ting)?",
            "veraltet|obsolète|obsoleto|非推奨|弃用",
        ),
    ),
    (
        "removed",
        (
            r"remov(?:ed|als?)(?: features?)?",
            "dropped|discontinued|retired",
            "entfernt|supprimé|eliminado|rimosso|removido|verwijderd|borttaget|削除|移除|删除",
        ),
    ),
    (
        "fixed",
        (
            r"(?:bug ?|hot ?)?fix(?:ed|es)?(?: (?:issues?|bugs?))?",
            r"bugs?(?: squashed)?",
            r"resolved(?: issues?)?",
            r"corrections?(?: de bugs?)?",
            "behoben|behobene fehler|fehlerbehebung(?:en)?|fehlerkorrekturen",
            "corrigés?|corregido|correcciones|corretto|correzioni|corrigido|correções|opgelost|rättat|修正|不具合修正|修复",
        ),
    ),
    (
        "new",
        (
            r"new(?: (?:features?|functionality|capabilit(?:y|ies)|integrations?|additions?))?",
            r"added|additions?|features?|feat",
            r"what['’]?s new",
            r"launch(?:ed)?|introduced",
            "neue?|neue funktionen|neuerungen|hinzugefügt|nouveau(?:tés?)?|ajouts?|nuevo|novedades|nuovo|novità",
            "aggiunto|novo|novidades|nieuw|toegevoegd|nytt|tillagt|新機能|追加|新增|新功能",
        ),
    ),
    (
        "improved",
        (
            r"improve(?:d|ments?)?|enhance(?:d|ments?)|better|polish",
            r"changed|changes?|updates?|updated",
            r"perf|performance(?: improvements)?|usability|optimi[sz]ations?",
            "verbessert|verbesserung(?:en)?|geändert|änderungen|améliorations?|amélioré|modifié|mejoras?|mejorado|cambios",
            "miglioramenti|migliorato|melhorias|melhorado|verbeterd|verbeteringen|förbättringar|ändrat|改善|変更|优化|改进",
        ),
    ),
)
_KINDS = tuple((kind, re.compile("|".join(words), re.I)) for kind, words in _WORDS)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_JOINTS = re.compile(r"\s*(?:&|/|,|\+|\b(?:and|und|et|e|y|en|och)\b)\s*", re.I)
# "1d2e3f4: fix(api)!: …", as commits are named.
_COMMIT = re.compile(r"^(?:[0-9a-f]{7,40}:\s+)?(feat|fix|perf|revert)(?:\([^()\n]{1,60}\))?(!)?:\s", re.I)
_EMOJI: tuple[tuple[str, ReleaseKind], ...] = (
    ("✨🎉🆕", "new"),
    ("🐛🐞🚑🩹", "fixed"),
    ("⚡", "improved"),
    ("🔒🔐🛡", "security"),
    ("💥", "breaking"),
    ("🔥", "removed"),
    ("🗑", "deprecated"),
)
_OF_EMOJI: dict[str, ReleaseKind] = {character: kind for characters, kind in _EMOJI for character in characters}
_PREFIX = re.compile(
    r"^(?:[-*•]\s*)?(?:\[([^\]]{2,30})\]|\*\*([^*]{2,30})\*\*\s*:?|([^\W\d_](?:[^\W\d_]|[ '-]){0,28})[:：])"
    r"(?:\s|(?<=：))"
)
_COLON = re.compile("[:：]")
_OPENING = ("[", "*", "-", "•")
_LONGEST_PREFIX = 110
_LEADING_WORDS = re.compile(
    r"^(?:other|general|minor|major|notable|small|important|api|ui|various|misc\w*|all|the)\s+", re.I
)


@lru_cache(maxsize=2_000)
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
        emoji = _OF_EMOJI.get(line[:1])
        if emoji:
            found[emoji] = None
        if _COLON.search(line, 0, _LONGEST_PREFIX) is None and not line.startswith(_OPENING):
            continue
        commit = _COMMIT.match(line)
        prefix = None if commit else _PREFIX.match(line)
        if commit:
            found.update({"breaking": None} if commit.group(2) else dict.fromkeys(kind_of(commit.group(1))))
        elif prefix:
            found.update(dict.fromkeys(kind_of(prefix.group(1) or prefix.group(2) or prefix.group(3))))
        elif len(line) < 40 and line.endswith(":"):
            found.update(dict.fromkeys(kind_of(line)))
    return tuple(found)
