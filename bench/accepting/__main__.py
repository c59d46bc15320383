"""`python -m bench.accepting`: how fast sightings are accepted, alone; the section of `bench/results.md` is renewed."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from bench.accepting.measure import Accepting, measure
from bench.accepting.results import HEADING, goals, section
from bench.accepting.sides import sides
from bench.measure import ROOT

RESULTS = ROOT / "bench" / "results.md"
SECONDS, ROUNDS = 10.0, 5


def main() -> None:
    """Reads the words of the command line, measures, prints, and writes."""
    words = argparse.ArgumentParser(prog="python -m bench.accepting", description=__doc__)
    words.add_argument("--seconds", type=float, default=SECONDS, help=f"length of a round; {SECONDS:.0f} by default")
    words.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each side; {ROUNDS} by default")
    words.add_argument("--write", action="store_true", help="renew the section of bench/results.md")
    given = words.parse_args()
    measured = measure(seconds=given.seconds, rounds=given.rounds, make_sides=sides)
    print(f"\n{section(measured)}\n")
    for text, found, met in goals(measured):
        print(f"{'met    ' if met else 'NOT met'}  {text}: {found}")
    if given.write:
        renew(RESULTS, measured)


def renew(results: Path, measured: Accepting) -> None:
    """Puts a new section, and new lines of the goals, into the results of an earlier run.

    Args:
        results: The Markdown file.
        measured: What the section says.
    """
    text = results.read_text(encoding="utf-8")
    text = re.sub(rf"^{HEADING}\n.*?(?=^## |\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
    names = {one.side for one in measured.rounds}
    kept = [line for line in text.splitlines() if not any(line.startswith(f"| {name}, ") for name in names)]
    last = max(number for number, line in enumerate(kept) if line.startswith("| ") and number < _end_of_goals(kept))
    kept[last + 1 : last + 1] = [
        f"| {goal} | {found} | {'yes' if met else '**no**'} |" for goal, found, met in goals(measured)
    ]
    results.write_text("\n".join(kept).rstrip() + f"\n\n{section(measured)}\n", encoding="utf-8")


def _end_of_goals(lines: list[str]) -> int:
    begin = lines.index("## Goals")
    return next((n for n in range(begin + 1, len(lines)) if lines[n].startswith("## ")), len(lines))


if __name__ == "__main__":
    main()
