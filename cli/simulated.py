"""How simulated quarters are shown."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from cli.screen import data, say, show_rows
from detente.rules import Rules
from scoring.simulation import GOAL, Assumptions, compare, fairness, worst


def show_simulated(usual: pd.DataFrame, fooled: pd.DataFrame, rules: Rules, *, seeds: int, weeks: int) -> None:
    """A table of what each way of reporting brings, and three sentences."""
    compared, gullible = compare(usual), {each.kind: each for each in compare(fooled)}
    data.print(f"What reporting brings: {seeds} quarters of {weeks} weeks, rules v{rules.version}\n", highlight=False)
    show_rows(
        ("strategy", "sent", "points", "hours", "per hour", "(10–90 %)", "share", "gullible"),
        [
            (
                each.kind + (" +" if each.is_added else ""),
                round(each.sightings),
                round(each.points),
                f"{each.hours:.1f}",
                _signed(each.per_hour),
                f"{_signed(each.low)} to {_signed(each.high)}",
                _percent(each.of_honest),
                _percent(gullible[each.kind].of_honest),
            )
            for each in compared
        ],
    )
    most, most_fooled = worst(compared), worst(list(gullible.values()))
    fair = fairness(usual)
    verdict = "met" if most.of_honest <= GOAL else "not met"
    data.print()
    say("sent, points, hours: one person's quarter. per hour: points for an hour of it.")
    say("+ reports honestly, too: per hour is what an hour of cheating adds to that.")
    say("share: of what an hour of honest reporting brings; gullible: with reviewers")
    say("who believe twice as much and find out half as much.")
    say(f"Best cheat: {most.kind}, {_percent(most.of_honest)} (goal: at most {_percent(GOAL)}): {verdict}.")
    say(f"With gullible reviewers: {most_fooled.kind}, {_percent(most_fooled.of_honest)}.")
    say(
        f"Points by competitive deal: small territories {fair.small_per_deal:.2f}, large {fair.large_per_deal:.2f}: "
        + ("nobody is worse off." if fair.is_fair else "SMALL ONES ARE WORSE OFF.")
    )


def as_json_of(usual: pd.DataFrame, fooled: pd.DataFrame, rules: Rules, *, seeds: int, weeks: int) -> dict[str, Any]:
    """The same for programs, with every seed and every assumption."""
    compared = compare(usual)
    return {
        "seeds": seeds,
        "weeks": weeks,
        "rules_version": rules.version,
        "rules_digest": rules.digest,
        "goal": GOAL,
        "goal_is_met": worst(compared).of_honest <= GOAL,
        "worst": worst(compared).kind,
        "strategies": [asdict(each) for each in compared],
        "strategies_with_gullible_reviewers": [asdict(each) for each in compare(fooled)],
        "fairness": asdict(fairness(usual)),
        "by_seed": usual.to_dict(orient="records"),
        "assumptions": [
            {"name": each.name, "value": getattr(Assumptions(), each.name), "because": Assumptions.because(each.name)}
            for each in fields(Assumptions)
        ],
    }


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−") if abs(value) >= 0.05 else "0.0"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %".replace("-", "−")
