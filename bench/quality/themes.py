"""How right texts are matched to themes: from names and descriptions alone, after decisions, and for foreign texts."""

from __future__ import annotations

import csv
import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from detente.vectors import WordVectors, word_vectors
from scoring.matching import Decided, Theme, ThemeMatcher
from scoring.matching.matcher import LINE

SPLITS = 20
_ROADMAPS = 20
_ROADMAP = 12
_LARGEST = 40
_FOREIGN = ("geckoboard-blog-atom.xml", "gsutil-md.md")
_KEPT = 0.95
_BINS = (0.0, LINE, 0.4, 0.55, 0.7, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """A text with the keys of its themes, and what it belongs to."""

    text: str
    themes: frozenset[str]
    group: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """How far up the first right theme of each text is.

    Attributes:
        texts: How many texts.
        first: The share with a right theme at the top.
        fifth: The share with one among the first five.
        reciprocal: The mean of one divided by the rank.
    """

    texts: int
    first: float
    fifth: float
    reciprocal: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """Texts ranked before and after decisions, over several splits.

    Attributes:
        name: What was decided.
        before: Means over the splits.
        after: Means over the splits.
        spread: Standard deviation of the share with a right theme at the top, after; None for a single split.
    """

    name: str
    before: Ranked
    after: Ranked
    spread: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """What becomes of texts that are about something else.

    Attributes:
        name: Which texts.
        texts: How many.
        at_kept: The share with no theme where 95 % of the own texts keep one.
        at_line: The share with no theme at the line that is used.
    """

    name: str
    texts: int
    at_kept: float
    at_line: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Texts whose best score lies between two numbers, and how many of these best themes are right."""

    least: float
    most: float
    texts: int
    right: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeQuality:
    """Everything that was measured.

    Attributes:
        ranked: By name, texts ranked from names and descriptions alone.
        learned: Before and after decisions.
        own_kept: The share of own texts that keep a theme at the line.
        foreign: Texts of other products.
        roadmap: Over small roadmaps, how likely a text about one of its themes scores above one about none of them.
        bins: Scores beside how often they are right.
    """

    ranked: Mapping[str, Ranked]
    learned: Sequence[Learned]
    own_kept: float
    foreign: Sequence[Foreign]
    roadmap: float
    bins: Sequence[Bin]


def measure(gold: Path) -> ThemeQuality:
    """Measures on the open part of the labelled themes, and on questions to a bank as a second, unrelated set."""
    themes, items, features = _labelled(gold / "themes")
    intents, train, test = _bank(gold / "banking77")
    vectors = word_vectors()
    own = ThemeMatcher(themes, vectors=vectors)
    best = [_best(own, item.text) for item in items]
    return ThemeQuality(
        ranked={
            "release items": _ranked(own, items),
            "release items, without the vectors": _ranked(ThemeMatcher(themes), items),
            "features": _ranked(own, features),
            "features, without the vectors": _ranked(ThemeMatcher(themes), features),
            "bank questions, 77 names only": _ranked(ThemeMatcher(intents, vectors=vectors), test),
        },
        learned=[
            _by_release(themes, items, vectors),
            *(_by_example(intents, train, test, each, vectors) for each in (1, 5)),
        ],
        own_kept=sum(score >= LINE for score, _ in best) / len(best),
        foreign=_foreign(gold, own, [score for score, _ in best], test),
        roadmap=_roadmaps(themes, items, vectors),
        bins=list(_binned(best, items)),
    )


def as_markdown(quality: ThemeQuality) -> Iterator[str]:
    """The section of the document, line by line."""
    yield "## Themes\n"
    yield (
        "Release items and features of one product, each labelled with one to eight of its 139 categories. What is"
        " matched is title and description, by names and descriptions of the categories alone; an item counts at the"
        " rank of its first right category. Beside it: word TF-IDF of scikit-learn has 0.37 at the top, 0.64 among five"
        " and 0.51 as mean reciprocal rank (MRR) on the release items, the best mix known before 0.55 as MRR and 0.68"
        " among five; chance is 0.007. These texts were in view when the way of matching was chosen.\n"
    )
    yield "| texts | n | right at the top | among the first five | MRR |"
    yield "|---|---:|---:|---:|---:|"
    for name, one in quality.ranked.items():
        yield f"| {name} | {one.texts} | {one.first:.3f} | {one.fifth:.3f} | {one.reciprocal:.3f} |"
    yield "\nDecisions teach: the labels of some texts are given as decisions, the others are matched.\n"
    yield "| decided | top before | after | among five after | MRR before | after |"
    yield "|---|---:|---:|---:|---:|---:|"
    for taught in quality.learned:
        spread = f" ± {taught.spread:.3f}" if taught.spread is not None else ""
        yield (
            f"| {taught.name} | {taught.before.first:.3f} | {taught.after.first:.3f}{spread}"
            f" | {taught.after.fifth:.3f} | {taught.before.reciprocal:.3f} | {taught.after.reciprocal:.3f} |"
        )
    yield "\nItems of one product often repeat a title from release to release, so other data will gain less.\n"
    yield (
        f"No theme: at the line of {LINE} {quality.own_kept:.1%} of the product's own items keep a theme; its place was"
        " chosen with these items in view.\n"
    )
    yield "| foreign texts | n | no theme, where 95 % of own are kept | no theme at the line |"
    yield "|---|---:|---:|---:|"
    for other in quality.foreign:
        yield f"| {other.name} | {other.texts} | {other.at_kept:.1%} | {other.at_line:.1%} |"
    yield (
        f"\nOn roadmaps of {_ROADMAP} of the {_LARGEST} largest categories ({_ROADMAPS} draws), an item about one of"
        " them has a higher best score than one of the same product about none of them in"
        f" {quality.roadmap:.1%} of all pairs (AUC): so items are ranked by it, and none is dropped.\n"
    )
    yield "| best score | items | right |"
    yield "|---|---:|---:|"
    for part in quality.bins:
        share = f"{part.right / part.texts:.0%}" if part.texts else ""
        yield f"| {part.least:.2f} to {part.most:.2f} | {part.texts} | {share} |"
    yield ""
    yield from _TRIED


_TRIED = (
    "Tried, and did not help (MRR on items / features, each beside the best without it):\n",
    "- Character n-grams within words, alone 0.57 / 0.42, and mixed in: 0.63 / 0.45 as without.",
    "- The best sentence instead of the whole text: 0.62 / 0.45; added to the whole: no more than chance.",
    "- How rare a word is among the texts of the same call, instead of in general language: 0.60 / 0.42.",
    "- After decisions, the nearest decided text beside the mean of all: no gain on items, −0.01 on bank questions.",
    "- Words that the table lacks by the vectors of their parts: the same, and 3 % fewer foreign texts told.",
    "- A stemmer instead of folded plurals: the same to a hundredth.",
    "- The vectors alone: 0.55 / 0.42; 256 numbers in four bits are as good as in eight, and better than 128 or 192.",
    "- The whole sentence model that the vectors come from: 0.59 over title and text of items; 0.40 over features.",
    "",
)


def _labelled(folder: Path) -> tuple[list[Theme], list[Labelled], list[Labelled]]:
    told = json.loads((folder / "themes.json").read_text("utf-8"))["categories"]
    themes = [Theme(key=one["key"], name=one["name"], description=one["description"] or "") for one in told]
    keys = {theme.name: theme.key for theme in themes}

    def read(name: str) -> list[Labelled]:
        lines = (json.loads(line) for line in (folder / "open" / name).read_text("utf-8").splitlines())
        return [
            Labelled(
                text=f"{line['title']}\n{line['description'] or ''}",
                themes=frozenset(keys[category] for category in line["categories"] if category in keys),
                group=str(line.get("release", "")),
            )
            for line in lines
        ]

    return themes, read("items.jsonl"), read("features.jsonl")


def _bank(folder: Path) -> tuple[list[Theme], list[Labelled], list[Labelled]]:
    intents = json.loads((folder / "categories.json").read_text("utf-8"))

    def read(name: str) -> list[Labelled]:
        with (folder / name).open(encoding="utf-8", newline="") as rows:
            return [
                Labelled(text=row["text"], themes=frozenset({row["category"]}), group=row["category"])
                for row in csv.DictReader(rows)
            ]

    return [Theme(key=name, name=name.replace("_", " ")) for name in intents], read("train.csv"), read("test.csv")


def _ranked(matcher: ThemeMatcher, texts: Sequence[Labelled]) -> Ranked:
    ranks = []
    for text in texts:
        keys = [match.theme for match in matcher.match(text.text, 1_000)]
        ranks.append(min((keys.index(theme) + 1 for theme in text.themes if theme in keys), default=10_000))
    return Ranked(
        texts=len(ranks),
        first=fmean(rank == 1 for rank in ranks),
        fifth=fmean(rank <= 5 for rank in ranks),
        reciprocal=fmean(1 / rank for rank in ranks),
    )


def _taught(texts: Sequence[Labelled]) -> list[Decided]:
    return [Decided(text=text.text, theme=theme) for text in texts for theme in sorted(text.themes)]


def _by_release(themes: Sequence[Theme], items: Sequence[Labelled], vectors: WordVectors) -> Learned:
    releases = sorted({item.group for item in items})
    untaught, before, after = ThemeMatcher(themes, vectors=vectors), [], []
    for seed in range(SPLITS):
        known = set(random.Random(seed).sample(releases, len(releases) // 2))
        others = [item for item in items if item.group not in known]
        taught = ThemeMatcher(themes, _taught([item for item in items if item.group in known]), vectors=vectors)
        before.append(_ranked(untaught, others))
        after.append(_ranked(taught, others))
    return Learned(
        name=f"items of half the releases ({SPLITS} draws)",
        before=_mean(before),
        after=_mean(after),
        spread=stdev(one.first for one in after),
    )


def _by_example(
    themes: Sequence[Theme], train: Sequence[Labelled], test: Sequence[Labelled], each: int, vectors: WordVectors
) -> Learned:
    draw = random.Random(each)
    shown = [one for theme in themes for one in draw.sample([text for text in train if text.group == theme.key], each)]
    return Learned(
        name=f"{each} bank question{'' if each == 1 else 's'} for each of 77 intents",
        before=_ranked(ThemeMatcher(themes, vectors=vectors), test),
        after=_ranked(ThemeMatcher(themes, _taught(shown), vectors=vectors), test),
        spread=None,
    )


def _mean(several: Sequence[Ranked]) -> Ranked:
    return Ranked(
        texts=round(fmean(one.texts for one in several)),
        first=fmean(one.first for one in several),
        fifth=fmean(one.fifth for one in several),
        reciprocal=fmean(one.reciprocal for one in several),
    )


def _best(matcher: ThemeMatcher, text: str) -> tuple[float, str]:
    found = matcher.match(text, 1)
    return (found[0].score, found[0].theme) if found else (0.0, "")


def _foreign(gold: Path, own: ThemeMatcher, scores: Sequence[float], bank: Sequence[Labelled]) -> list[Foreign]:
    line = sorted(scores)[round(len(scores) * (1 - _KEPT))]
    sets = {name: _entries(gold / "releases" / "open" / name) for name in _FOREIGN}
    sets |= {"both": [text for texts in sets.values() for text in texts], "bank questions": [one.text for one in bank]}
    found = []
    for name, texts in sets.items():
        best = [_best(own, text)[0] for text in texts]
        found.append(
            Foreign(
                name=name,
                texts=len(texts),
                at_kept=fmean(score < line for score in best),
                at_line=fmean(score < LINE for score in best),
            )
        )
    return found


def _entries(path: Path) -> list[str]:
    """The entries of release notes as texts, as our own reader cuts them."""
    command = [str(Path(sys.executable).parent / "detente"), "extract", "release_notes", str(path), "--json"]
    told: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return [f"{one['title'] or ''}\n{one['body'] or ''}" for one in told["entries"]]


def _roadmaps(themes: Sequence[Theme], items: Sequence[Labelled], vectors: WordVectors) -> float:
    counts = {theme.key: sum(theme.key in item.themes for item in items) for theme in themes}
    large = sorted(themes, key=lambda theme: (-counts[theme.key], theme.key))[:_LARGEST]
    areas = []
    for seed in range(_ROADMAPS):
        chosen = random.Random(seed).sample(large, _ROADMAP)
        matcher, keys = ThemeMatcher(chosen, vectors=vectors), {theme.key for theme in chosen}
        on = [_best(matcher, item.text)[0] for item in items if item.themes & keys]
        off = [_best(matcher, item.text)[0] for item in items if not item.themes & keys]
        areas.append(_above(on, off))
    return fmean(areas)


def _above(these: Sequence[float], those: Sequence[float]) -> float:
    return fmean((one > other) + (one == other) / 2 for one in these for other in those)


def _binned(best: Sequence[tuple[float, str]], items: Sequence[Labelled]) -> Iterator[Bin]:
    for least, most in itertools.pairwise(_BINS):
        inside = [
            theme in item.themes
            for (score, theme), item in zip(best, items, strict=True)
            if least <= score < most or score == most == 1
        ]
        yield Bin(least=least, most=most, texts=len(inside), right=sum(inside))
