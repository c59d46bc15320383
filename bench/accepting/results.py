"""What was measured, as a section of `bench/results.md`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bench.accepting.measure import LEAST_SHARE, LOADS, MOST_P99, Accepting, Load, Round
from bench.accepting.servers import CLIENTS

HEADING = "## Accepting sightings"


def goals(accepting: Accepting) -> Iterator[tuple[str, str, bool]]:
    """What must hold of each of our sides beside the bare endpoint, what was measured, and whether it is met."""
    for load, meaning in LOADS.items():
        loops = _of(accepting, _sides(accepting)[0], load)
        for side in _sides(accepting):
            ours = _of(accepting, side, load)
            if not ours[0].is_ours:
                continue
            share = _median(ours, "per_s") / _median(loops, "per_s")
            slower = _median(ours, "p99") / _median(loops, "p99")
            goal = (
                f"{side}, {meaning}: at least {LEAST_SHARE:.0%} of the bare endpoint's accepts per second, "
                f"p99 at most {MOST_P99} × its p99"
            )
            yield goal, f"{share:.0%}, {slower:.2f} ×", share >= LEAST_SHARE and slower <= MOST_P99


def section(accepting: Accepting) -> str:
    """The table, under its heading."""
    lines = [
        f"{HEADING}\n",
        (
            f"{CLIENTS} clients at once, each sending the next sighting as soon as the last one is answered; rounds of "
            f"{accepting.seconds:.0f} s in turn, while `detente run build` runs over and over beside them "
            f"({accepting.builds} builds). Medians of the rounds, with the least and the most.\n"
        ),
        (
            "| | | accepts/s | p50 ms | p99 ms | CPU ms/accept | starts in s | ends in s | peak RSS MB | refused "
            "| lost | not yet in the desk |"
        ),
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for load, meaning in LOADS.items():
        for side in _sides(accepting):
            some = _of(accepting, side, load)
            lines.append(
                f"| {side} | {meaning} | {_spread(some, 'per_s', 0)} | {_spread(some, 'p50', 1)} "
                f"| {_spread(some, 'p99', 1)} | {_spread(some, 'cpu_ms', 2)} | {_median(some, 'start_s'):.1f} "
                f"| {_median(some, 'end_s'):.1f} | {_median(some, 'peak_mb'):.0f} "
                f"| {sum(one.refused for one in some)} | {sum(one.lost for one in some)} "
                f"| {_median(some, 'waiting'):.0f} |"
            )
    return "\n".join(lines)


def _sides(accepting: Accepting) -> list[str]:
    return list(dict.fromkeys(one.side for one in accepting.rounds))


def _of(accepting: Accepting, side: str, load: Load) -> list[Round]:
    return [one for one in accepting.rounds if (one.side, one.load) == (side, load)]


def _median(rounds: Sequence[Round], name: str) -> float:
    return float(statistics.median(getattr(one, name) for one in rounds))


def _spread(rounds: Sequence[Round], name: str, digits: int) -> str:
    numbers = [getattr(one, name) for one in rounds]
    return f"{statistics.median(numbers):.{digits}f} ({min(numbers):.{digits}f}–{max(numbers):.{digits}f})"
