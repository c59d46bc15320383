"""The figures as `docs/quality.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.quality.documents import Documents
from bench.quality.duplicates import DuplicateQuality
from bench.quality.duplicates import as_markdown as _duplicates
from bench.quality.history import Replayed
from bench.quality.judging import Judging
from bench.quality.judging import section as _judging
from bench.quality.labelled import Scored
from bench.quality.prices import Failure
from bench.quality.rewards import Simulated, as_lines
from bench.quality.themes import ThemeQuality
from bench.quality.themes import as_markdown as _themes

_SHOWN_FAILURES = 12
_HEAD = """\
# How right the readers are

Written by `make quality`, {now:%Y-%m-%d}: every figure comes from that run of `detente extract` over public pages and
documents whose facts were labelled by hand. Those pages are not part of this repository, since they belong to their
makers; `make quality GOLD=<folder>` computes the figures again where they are. The rules were written by people who
could see these pages, so pages of other vendors are read somewhat worse.

*tp* is right, *fp* is false, *fn* is missed. Below each table stands what is wrong.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """Everything that one run measured.

    Attributes:
        pricing: Labelled pricing pages.
        releases: Labelled release notes.
        unlabelled: By name, documents without labels.
        strings: Single price strings: how many are right, of how many, and the others.
        history: Saved versions of pages with labelled changes.
        themes: Texts matched to themes.
        duplicates: Texts that say the same.
        rewards: What cheating brings in simulated quarters.
        judging: Whether the judge of scores finds good ones good.
    """

    pricing: Scored
    releases: Scored
    unlabelled: Mapping[str, Documents]
    strings: tuple[int, int, Sequence[Failure]]
    history: Sequence[Replayed]
    themes: ThemeQuality
    duplicates: DuplicateQuality
    rewards: Simulated
    judging: Judging


def as_markdown(quality: Quality, now: datetime) -> str:
    """The whole document."""
    return "\n".join(
        [
            _HEAD.format(now=now.astimezone(UTC)),
            *_pricing(quality.pricing),
            *_releases(quality.releases),
            *_unlabelled(quality.unlabelled),
            *_strings(quality.strings),
            *_history(quality.history),
            *_themes(quality.themes),
            *_duplicates(quality.duplicates),
            *as_lines(quality.rewards),
            *_judging(quality.judging),
        ]
    )


def _pricing(scored: Scored) -> Iterator[str]:
    yield "## Pricing pages\n"
    yield from _totals(scored)
    yield "*Hard* prices stand in scripts, in JSON-LD or in sentences.\n"
    yield "| page | plans tp/fp/fn | prices tp/fp/fn | hard prices missed |"
    yield "|---|---|---|---:|"
    for one in scored.documents:
        yield f"| {one['document']} | {one['plans']} | {one['prices']} | {one['hard']} |"
    yield from _failures(scored)


def _releases(scored: Scored) -> Iterator[str]:
    yield "## Release notes\n"
    yield from _totals(scored)
    yield "| document | entries: precision | recall | F1 | dates right | dates invented | first lines right |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for one in scored.documents:
        yield (
            f"| {one['document']} | {one['precision']} | {one['recall']} | {one['f1']} | {one['dates']}"
            f" | {one['invented']} | {one['first']} |"
        )
    yield from _failures(scored)


def _totals(scored: Scored) -> Iterator[str]:
    yield "```"
    yield from (line.rstrip() for line in scored.totals if line.strip())
    yield "```\n"


def _failures(scored: Scored) -> Iterator[str]:
    yield ""
    for document, lines in scored.failures.items():
        yield f"- {document}: {_few(lines)}"
    yield "" if scored.failures else "Nothing is wrong.\n"


def _few(lines: Sequence[str]) -> str:
    more = len(lines) - _SHOWN_FAILURES
    return "; ".join(lines[:_SHOWN_FAILURES]) + (f"; and {more} more" if more > 0 else "")


def _unlabelled(sets: Mapping[str, Documents]) -> Iterator[str]:
    yield "## Documents without labels\n"
    yield "An *invented* date is one that does not stand in its document.\n"
    yield "| set | documents | read | empty | not parsed | crashed | entries | with a date | invented | seconds |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, one in sets.items():
        yield (
            f"| {name} | {one.documents} | {one.read} ({one.read / one.documents:.1%}) | {len(one.empty)}"
            f" | {len(one.not_parsed)} | {len(one.crashed)} | {one.entries} | {one.dated} | {len(one.invented)}"
            f" | {one.seconds:.1f} |"
        )
    yield ""
    for name, one in sets.items():
        for what, told in (("empty", one.empty), ("not parsed", one.not_parsed), ("crashed", one.crashed)):
            if told:
                yield f"- {name}, {what}: {_few([f'{document}: {why}' for document, why in told.items()])}"
        if one.invented:
            yield f"- {name}, invented: {_few([f'{d.document}, {d.entry}: {d.date}' for d in one.invented])}"
    yield ""


def _strings(strings: tuple[int, int, Sequence[Failure]]) -> Iterator[str]:
    right, total, failures = strings
    sound = [one for one in failures if not one.label_is_unsound]
    possible = total - len(failures) + len(sound)
    yield "## Price strings\n"
    yield f"Amount and currency are right in {right:,} of {total:,} strings ({right / total:.1%}).\n"
    if possible < total:
        yield (
            f"{total - possible} of the labels tell an amount for a text without a digit; without these it is"
            f" {right:,} of {possible:,} ({right / possible:.1%}).\n"
        )
    yield (
        "The strings are the test set of the library that reads the digits of a price element, and the meaning of a"
        " sign comes from our own table: this measures our rules on top of it, not a stranger's.\n"
    )
    yield "| text | labelled | read | |"
    yield "|---|---|---|---|"
    for one in failures:
        review = "for review" if one.reviewed else ""
        yield f"| `{_cell(one.text)}` | {_cell(one.told)} | {_cell(one.read)} | {review} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("`", " ") or " "


def _history(pages: Sequence[Replayed]) -> Iterator[str]:
    yield "## Saved versions of a page\n"
    yield "Imported with `detente import-history`, built once; a change must come out on its date and on no other.\n"
    yield "| page | versions | label | dates | told | false changes |"
    yield "|---|---:|---|---:|---:|---:|"
    for page in pages:
        for label, dates in (page.wanted or {"none": ()}).items():
            told = page.told.get(label, ())
            yield f"| {page.page} | {page.versions} | {label} | {len(dates)} | {len(told)} | {len(page.false)} |"
    yield ""
    for page in pages:
        for label, times in page.wanted.items():
            yield from (
                f"- {page.page}: missed the {label} change of {at:%Y-%m-%d}"
                for at in times
                if at not in page.told[label]
            )
        yield from (f"- {page.page}: false {kind} of “{subject}” on {at:%Y-%m-%d}" for at, kind, subject in page.false)
    yield ""
