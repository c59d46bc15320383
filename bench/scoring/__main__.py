"""`python -m bench.scoring`: what clusters and scores of many items cost, alone; renews a section of the results."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.installing import WORK
from bench.measure import ROOT
from bench.scoring.world import THEMES, workspace

HEADING = "## Clusters and scores"
POINTS = (100_000, 1_000_000)
MOST_MINUTES, MOST_GB, MOST_ONE_S, MOST_GROWTH = 15, 6, 3, 1.5


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What so many items cost.

    Attributes:
        items: How many.
        steps: Seconds by step of making everything anew, and of one new report: `ingest`.
        cpu_s: Processor time of making everything anew.
        peak_mb: Largest resident set of making everything anew.
        one_peak_mb: The same of one new report.
    """

    items: int
    steps: Mapping[str, float]
    cpu_s: float
    peak_mb: float
    one_peak_mb: float

    @property
    def whole_s(self) -> float:
        """Seconds of making everything anew."""
        return sum(took for name, took in self.steps.items() if name != "ingest")


def main() -> None:
    """Reads the words of the command line, measures, prints, and writes."""
    words = argparse.ArgumentParser(prog="python -m bench.scoring", description=__doc__)
    words.add_argument("--items", type=int, nargs="*", default=POINTS, help="how many, one point after the other")
    words.add_argument("--write", action="store_true", help="renew the section of bench/results.md")
    given = words.parse_args()
    measured = [measure(items) for items in given.items]
    print(f"\n{section(measured)}\n")
    for text, found, met in goals(measured):
        print(f"{'met    ' if met else 'NOT met'}  {text}: {found}")
    if given.write:
        renew(ROOT / "bench" / "results.md", measured)


def measure(items: int) -> Measured:
    """Fills a warehouse, makes everything anew, and takes one report in, each in a process of its own."""
    folder = WORK / "scoring" / str(items)
    shutil.rmtree(folder, ignore_errors=True)
    workspace(folder)
    _work(folder, "fill", items)
    whole, peak_mb = _work(folder, "everything", items)
    one, one_peak_mb = _work(folder, "one", items)
    cpu_s = whole.pop("cpu")
    shutil.rmtree(folder)
    return Measured(
        items=items,
        steps=whole | {"ingest": one["ingest"]},
        cpu_s=cpu_s,
        peak_mb=peak_mb,
        one_peak_mb=one_peak_mb,
    )


def _work(folder: Path, what: str, items: int) -> tuple[dict[str, float], float]:
    command = [sys.executable, "-m", "bench.scoring.work", str(folder), what, str(items)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return told["steps"], told["peak_mb"]


def goals(points: Sequence[Measured]) -> Iterator[tuple[str, str, bool]]:
    """What must hold, what was measured, and whether it is met."""
    most = points[-1]
    yield (
        f"clusters and scores of {most.items:,} items, {THEMES} themes: below {MOST_MINUTES} minutes and {MOST_GB} GB",
        f"{most.whole_s / 60:.1f} minutes, {most.peak_mb / 1024:.1f} GB",
        most.whole_s < MOST_MINUTES * 60 and most.peak_mb < MOST_GB * 1024,
    )
    least = points[0]
    growth = (most.whole_s / most.items) / (least.whole_s / least.items)
    yield (
        f"an item costs at most {MOST_GROWTH} × what it does among {least.items:,}",
        f"{growth:.2f} ×",
        growth <= MOST_GROWTH,
    )
    yield (
        f"one new report among {most.items:,} items: below {MOST_ONE_S} s beyond the start of the process",
        f"{most.steps['ingest']:.1f} s",
        most.steps["ingest"] < MOST_ONE_S,
    )


def section(points: Sequence[Measured]) -> str:
    """The table, under its heading."""
    names = list(points[0].steps)
    lines = [
        f"{HEADING}\n",
        (
            "Seconds per step; everything is made anew, and then one report comes in. The items are made of numbers: "
            "200 competitors, three years, six of ten are sightings, five of a hundred nearly copies.\n"
        ),
        f"| items | {' | '.join(names)} | whole, in minutes | CPU s | peak MB | peak MB of the one |",
        "|---:" * (len(names) + 5) + "|",
    ]
    for one in points:
        steps = " | ".join(f"{one.steps[name]:.1f}" for name in names)
        lines.append(
            f"| {one.items:,} | {steps} | {one.whole_s / 60:.1f} | {one.cpu_s:.0f} | {one.peak_mb:.0f} "
            f"| {one.one_peak_mb:.0f} |"
        )
    return "\n".join(lines)


def renew(results: Path, points: Sequence[Measured]) -> None:
    """Puts a new section into the results of an earlier run, at their end."""
    text = results.read_text(encoding="utf-8")
    before, _, rest = text.partition(f"{HEADING}\n")
    _, heading, after = rest.partition("\n## ")
    met = "\n".join(f"- {goal}: {found} ({'met' if ok else '**not met**'})" for goal, found, ok in goals(points))
    results.write_text(
        f"{before.rstrip()}\n\n{section(points)}\n\n{met}\n{heading}{after}".rstrip() + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
