"""`make bench`: measures every contender on the same pages, in one run on one machine, and writes the results."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.accepting import measure as accepting
from bench.accepting.__main__ import ROUNDS, SECONDS
from bench.accepting.sides import sides
from bench.contenders.bare_loop import BareLoop
from bench.contenders.changedetection import ChangeDetection
from bench.contenders.contender import CHECKS, Contender, Mode
from bench.contenders.detente import Detente
from bench.contenders.installing import WORK
from bench.contenders.scrapy import Scrapy
from bench.contenders.urlwatch import Urlwatch
from bench.measure import ROOT, BenchError, Server
from bench.reading import measure as measure_reading
from bench.results import MODES, Results, Row, as_markdown
from bench.scoring import __main__ as scoring

OURS: Mapping[str, Callable[[], Contender]] = {"bare": BareLoop, "detente": Detente}
PEERS: Mapping[str, Callable[[], Contender]] = {
    "scrapy": Scrapy, "urlwatch": Urlwatch, "changedetection": ChangeDetection,
}  # fmt: skip
RESULTS = ROOT / "bench" / "results.md"
QUICK, FULL = 240, 2400


def main() -> None:
    """Reads the words of the command line, measures, and writes."""
    words = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    words.add_argument("--pages", type=int, default=FULL, help=f"pages of the site; {FULL} by default")
    words.add_argument("--quick", action="store_true", help=f"{QUICK} pages, to see that all works")
    words.add_argument(
        "--peers", default="all", help=f"all, none, or a list with commas of: {', '.join(PEERS)} (all by default)"
    )
    words.add_argument("--out", type=Path, default=None, help="where the results go; bench/results.md for a full run")
    words.add_argument("--keep", action="store_true", help="leave workspaces, stores and logs in bench/work/runs/")
    words.add_argument("--gold", type=Path, default=ROOT.parent / "shared" / "gold", help="the labelled sets, if any")
    given = words.parse_args()
    chosen = list(PEERS) if given.peers == "all" else [] if given.peers == "none" else given.peers.split(",")
    if unknown := set(chosen) - set(PEERS):
        words.error(f"no peer {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    pages = QUICK if given.quick else given.pages
    began = time.monotonic()
    contenders = {role: make() for role, make in {**OURS, **{name: PEERS[name] for name in chosen}}.items()}
    with Server(pages) as server:
        rows = measure(server, list(contenders.values()))
    if not given.keep:
        shutil.rmtree(WORK / "runs", ignore_errors=True)
    rounds = (2, 1) if given.quick else (SECONDS, ROUNDS)
    results = Results(
        site=server.site,
        rows=rows,
        names={role: contender.name for role, contender in contenders.items()},
        reading=measure_reading(given.gold) if given.gold.is_dir() else (),
        accepting=accepting.measure(seconds=rounds[0], rounds=rounds[1], make_sides=sides),
        took_s=time.monotonic() - began,
    )
    text = as_markdown(results, datetime.now(UTC))
    print(f"\n{text}")
    # what is committed comes from a full run only
    out = given.out or (RESULTS if pages == FULL and given.peers == "all" else WORK / "results.md")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    points = (2_000, 20_000) if given.quick else scoring.POINTS
    scoring.renew(out, [scoring.measure(items) for items in points])
    print(f"written to {out}")


def measure(server: Server, contenders: Sequence[Contender]) -> list[Row]:
    """Three checks by each contender in each mode that it is measured in."""
    rows: list[Row] = []
    for mode in MODES:
        for contender in contenders:
            if mode in contender.modes:
                rows += _checks(server, contender, mode)
    return rows


def _checks(server: Server, contender: Contender, mode: Mode) -> list[Row]:
    folder = WORK / "runs" / mode / type(contender).__name__.lower()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows: list[Row] = []
    try:
        contender.prepare(folder, server)
        for check in CHECKS:
            server.turn(mode, 2 if check == CHECKS[-1] else 1)
            verdict = contender.check(check)
            rows.append(Row(contender=contender.name, mode=mode, check=check, verdict=verdict))
            cost, said = verdict.cost, f"{verdict.false} false, {verdict.missed} missed"
            print(
                f"{mode:10} check {check}  {contender.name:30} {cost.wall_s:7.1f} s  {cost.cpu_s:7.1f} CPU-s  "
                f"{cost.peak_mb:6.0f} MB  {'' if verdict.false is None else said}",
                flush=True,
            )
    except BenchError as error:
        print(f"{mode:10}          {contender.name}: {error}", flush=True)
        rows.append(
            Row(
                contender=contender.name,
                mode=mode,
                check=len(rows) + 1,
                verdict=None,
                why_not=str(error).replace("|", "/"),
            )
        )
    return rows


if __name__ == "__main__":
    main()
