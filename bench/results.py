"""Results as a table for people: every check that was measured, the goals, and whether they are met."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import psutil

from bench.accepting import results as accepting
from bench.accepting.measure import Accepting
from bench.contenders.contender import CHECKS, Mode, Verdict
from bench.reading import Timing
from bench.site import Site

MEANING = {1: "first", 2: "nothing changed", 3: "2 % changed"}
MODES: Mapping[Mode, str] = {
    "dynamic": "Rotating noise, no validators",
    "validators": "The same bytes with ETag and Last-Modified, 304 where they still hold",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One check by one contender, or why there is none."""

    contender: str
    mode: Mode
    check: int
    verdict: Verdict | None
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal of the bench; `met` is None where it could not be judged."""

    text: str
    measured: str
    met: bool | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that one run measured.

    Attributes:
        site: What was watched.
        rows: In the order in which they were measured.
        names: By role (`detente`, `bare`, `scrapy`, …) the contender's name in the rows.
        took_s: Wall time of the whole run.
        reading: Single documents, read and merely parsed; empty where there are no labelled sets to take them from.
        accepting: Sightings accepted beside a bare endpoint; None where that was not measured.
    """

    site: Site
    rows: Sequence[Row]
    names: Mapping[str, str]
    took_s: float
    reading: Sequence[Timing] = ()
    accepting: Accepting | None = None

    @property
    def pages(self) -> int:
        """Pages per check."""
        return len(self.site.pages)

    def _verdict(self, role: str, mode: Mode, check: int) -> Verdict | None:
        wanted = (self.names.get(role), mode, check)
        return next((row.verdict for row in self.rows if (row.contender, row.mode, row.check) == wanted), None)

    def cpu_ms(self, verdict: Verdict) -> float:
        """CPU milliseconds per page."""
        return 1000 * verdict.cost.cpu_s / self.pages

    def goals(self) -> Iterator[Goal]:
        """The goals, judged by what this run measured."""
        for check in CHECKS:
            yield self._beside_scrapy(check)
        yield self._beside_changedetection()
        yield self._beside_the_loop()
        yield self._beside_parsing()
        if self.accepting is not None:
            for text, measured, met in accepting.goals(self.accepting):
                yield Goal(text=text, measured=measured, met=met)
        ours = [row.verdict for row in self.rows if row.contender == self.names["detente"] and row.verdict]
        false, missed = sum(one.false or 0 for one in ours), sum(one.missed or 0 for one in ours)
        failed = sum(one.failed for one in ours)
        yield Goal(
            text="0 false alarms, 0 missed changes, over all checks and modes, each fact compared with the truth",
            measured=f"{false} false, {missed} missed, {failed} pages failed",
            met=bool(ours) and false == missed == failed == 0,
        )

    def _beside_scrapy(self, check: int) -> Goal:
        text = f"CPU per page no more than Scrapy's (check {check}: {MEANING[check]})"
        ours, theirs = self._verdict("detente", "dynamic", check), self._verdict("scrapy", "dynamic", check)
        if ours is None or theirs is None:
            return Goal(text=text, measured="not measured", met=None)
        mine, other = self.cpu_ms(ours), self.cpu_ms(theirs)
        return Goal(text=text, measured=f"{mine:.2f} ms beside {other:.2f} ms", met=mine <= other)

    def _beside_changedetection(self) -> Goal:
        text = "at least 10 × changedetection.io, in pages per CPU-second, at every check"
        ratios = []
        for check in CHECKS:
            ours, theirs = (
                self._verdict("detente", "dynamic", check),
                self._verdict("changedetection", "dynamic", check),
            )
            if ours is not None and theirs is not None:
                ratios.append(theirs.cost.cpu_s / ours.cost.cpu_s)
        if not ratios:
            return Goal(text=text, measured="not measured", met=None)
        return Goal(text=text, measured=", ".join(f"{ratio:.1f} ×" for ratio in ratios), met=min(ratios) >= 10)

    def _beside_the_loop(self) -> Goal:
        text = "unchanged pages with validators: at least 60 % of the bare loop's pages per second"
        ours, loop = self._verdict("detente", "validators", 2), self._verdict("bare", "validators", 2)
        if ours is None or loop is None:
            return Goal(text=text, measured="not measured", met=None)
        share, of_cpu = loop.cost.wall_s / ours.cost.wall_s, loop.cost.cpu_s / ours.cost.cpu_s
        return Goal(text=text, measured=f"{share:.0%} (per CPU-second {of_cpu:.0%})", met=min(share, of_cpu) >= 0.6)

    def _beside_parsing(self) -> Goal:
        text = "reading a document takes no longer than BeautifulSoup with lxml takes merely to parse it (median)"
        if not self.reading:
            return Goal(text=text, measured="not measured: no labelled sets here", met=None)
        ratio = statistics.median(one.ratio for one in self.reading)
        return Goal(text=text, measured=f"{ratio:.2f} × over {len(self.reading)} documents", met=ratio <= 1)


def as_markdown(results: Results, now: datetime) -> str:
    """The whole result, as it is shown and kept."""
    busiest = max((row.verdict.cost.others for row in results.rows if row.verdict), default=0.0)
    caution = (
        f"**The machine was not quiet**: other processes used up to {busiest:.1f} cores meanwhile. CPU columns stand; "
        "pages per second are a lower bound.\n"
        if busiest > 0.3
        else "The machine was quiet.\n"
    )
    changed = len(results.site.truth)
    lines = [
        "# Bench results\n",
        (
            f"{results.pages:,} local pages, {changed} of them changed at check 3. {_machine()}. "
            f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {results.took_s / 60:.0f} min. "
            "Run again: `make bench`; what is measured, and how: [README](README.md).\n"
        ),
        caution,
        "## Goals\n",
        "| goal | measured | met |",
        "|---|---|---|",
        *(f"| {goal.text} | {goal.measured} | {_word(goal.met)} |" for goal in results.goals()),
        "",
    ]
    for mode, meaning in MODES.items():
        lines += [f"## {meaning}\n", *_table(results, mode), ""]
    if results.reading:
        lines += ["## Reading one document\n", *_reading(results.reading), ""]
    if results.accepting is not None:
        lines += [accepting.section(results.accepting), ""]
    return "\n".join(lines)


def _word(met: bool | None) -> str:
    return {True: "yes", False: "**no**", None: "not judged"}[met]


def _table(results: Results, mode: Mode) -> Iterator[str]:
    yield "| | check | pages/s | pages/CPU-s | CPU ms/page | peak RSS MB | false | missed | failed | |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|---|"
    for row in results.rows:
        if row.mode != mode:
            continue
        check = f"{row.check} {MEANING[row.check]}"
        if row.verdict is None:
            yield f"| {row.contender} | {check} | | | | | | | | {row.why_not} |"
            continue
        cost = row.verdict.cost
        yield (
            f"| {row.contender} | {check} | {results.pages / cost.wall_s:.0f} | {results.pages / cost.cpu_s:.0f} "
            f"| {results.cpu_ms(row.verdict):.2f} | {cost.peak_mb:.0f} | {_count(row.verdict.false)} "
            f"| {_count(row.verdict.missed)} | {row.verdict.failed} | {row.verdict.note} |"
        )


def _reading(timings: Sequence[Timing]) -> Iterator[str]:
    yield (
        "| kind | documents | KB, median | read ms, median | BeautifulSoup with lxml, parse only, ms | ratio, median"
        " | highest |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for kind in sorted({one.kind for one in timings}):
        for markup in (True, False):
            some = [one for one in timings if one.kind == kind and one.is_markup == markup]
            if some:
                read, parse = (
                    statistics.median(getattr(one, name) for one in some) for name in ("read_ms", "parse_ms")
                )
                ratios = [one.ratio for one in some]
                yield (
                    f"| {kind}, {'HTML and XML' if markup else 'Markdown, RST and text'} | {len(some)}"
                    f" | {statistics.median(one.size for one in some) / 1000:.0f} | {read:.2f} | {parse:.2f}"
                    f" | {statistics.median(ratios):.2f} | {max(ratios):.2f} |"
                )


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}, httpx {version('httpx')}"
    )
