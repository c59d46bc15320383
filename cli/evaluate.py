"""`detente evaluate`: how good the scores were, by what was decided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.screen import data, percent, print_whole, write_json
from cli.words import JsonOption, WorkspaceOption, the_desk, the_workspace
from desk.deciding import reviews, samples
from desk.deciding.reviews import ReviewOutcome
from desk.places import has_desk
from detente.errors import UsageError
from detente.workspace import Workspace
from reports.evaluation import Lot, evaluation

if TYPE_CHECKING:
    from scoring.evaluation import Evaluation
    from scoring.evaluation.blocks import Interval
    from scoring.evaluation.calibration import Bin, Calibration
    from scoring.evaluation.evaluate import Group, OrderFigures

_ENOUGH = 50


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("evaluate")(evaluate)


def evaluate(
    workspace: WorkspaceOption = None,
    since: Annotated[
        str | None, typer.Option(help="Only what was decided from this date on, such as 2026-07-01.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number draws other resamples for the intervals.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Judges the scores by what was decided, beside orders that need no score.

    Scores are taken as they were before the decision. Below 50 decisions nothing is told but how many there are.

    Example: detente evaluate --since 2026-07-01
    """
    from scoring.evaluation.reviewers import kappa  # noqa: PLC0415

    loaded = the_workspace(workspace)
    drawn, reviewed = _of_desk(loaded)
    found = evaluation(
        loaded.data,
        zone=loaded.settings.company.time_zone,
        currency=loaded.settings.company.currency,
        rates=loaded.rules.rates,
        drawn=drawn,
        since=_date(since),
        seed=seed,
    )
    agreed = kappa(reviewed) if len(reviewed) >= _ENOUGH else None
    if as_json:
        write_json(_plain(_told(found) | {"reviewers": {"pairs": len(reviewed), "kappa": agreed}}))
        return
    _show(found)
    of_two = f"kappa {agreed:.2f}" if agreed is not None else "too few to tell"
    _line(f"two reviewers of one sighting: {len(reviewed)} pairs, {of_two}")


def _of_desk(loaded: Workspace) -> tuple[list[Lot], list[tuple[ReviewOutcome, ReviewOutcome]]]:
    """What was drawn by lot, and what every two reviewers of one sighting found."""
    if not has_desk(loaded):
        return [], []
    with the_desk(loaded) as desk, desk.reading() as c:
        lots = [Lot(item_id=one.item_id, week=one.week, probability=one.probability) for one in samples.every(c)]
        return lots, reviews.pairs(c)


def _date(text: str | None) -> str | None:
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{text!r} is no date; write it like 2026-07-01") from None


def _told(found: Evaluation) -> dict[str, Any]:
    told = asdict(found)
    for name, group in (("all", found.all), ("blind", found.blind), ("judged", found.judged)):
        best = group.best_baseline
        told[name] |= {
            "is_enough": group.is_enough, "is_better": group.is_better, "best_baseline": best.name if best else None,
        }  # fmt: skip
    if found.stability:
        told["stability"]["is_meaningful"] = found.stability.is_meaningful
    return told


def _plain(value: Any) -> Any:
    """What cannot be told is null: NaN is no JSON."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case float() if math.isnan(value):
            return None
        case _:
            return value


def _show(found: Evaluation) -> None:
    _line(_counts(found))
    if found.all.is_enough:
        data.print()
        _show_orders(found.all)
        _line(f"* {_verdict(found.all)}")
        _show_ablation(found.all)
        _show_calibration(found.calibration, found.all.k)
    else:
        _line(_too_few(found.all))
    data.print()
    _show_apart("decided before the score was seen", found.blind)
    _show_apart("known how they turned out", found.judged)
    if found.stability:
        one = found.stability
        _line(
            f"weights ± 20 %: of the {one.top} highest of {one.items:,} open items at least {percent(one.least)} stay"
            f" ({one.moved}), {percent(one.mean)} on average"
        )
        if not one.is_meaningful:
            _line("  order within this band is not meaningful")


def _counts(found: Evaluation) -> str:
    parts = [f"{found.all.labels:,} decisions with a score of their time, something done about {found.all.acted_on:,}"]
    if found.sampled:
        parts.append(f"{found.sampled:,} drawn by lot")
    if found.unscored:
        parts.append(f"{found.unscored:,} more without a score")
    return "; ".join(parts)


def _too_few(group: Group) -> str:
    if group.labels >= _ENOUGH:
        return "too few to tell: all were decided alike"
    return f"too few to tell: {_ENOUGH} are needed, {_ENOUGH - group.labels} more"


def _show_orders(group: Group) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("order", no_wrap=True)
    for name in ("agreement", f"precision@{group.k}", f"nDCG@{group.k}"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in group.orders:
        table.add_row(one.name, *(_interval(each) for each in (one.agreement, one.precision, one.ndcg)))
    print_whole(table)
    _line(f"in brackets: 95 % of 1,000 resamples of {group.blocks} competitor-weeks; {group.k} is what a week decides")


def _verdict(group: Group) -> str:
    best = group.best_baseline
    if best is not None and group.is_better:
        return f"the score is better than the best plain order ({best.name}) by more than chance"
    if best is None or group.orders[0].agreement.includes(0.5):
        return "the score is not better than chance"
    return f"the score is not better than “{best.name}” by more than chance: use that order"


def _show_ablation(group: Group) -> None:
    data.print()
    _line("what each part adds to agreement")
    table = Table(box=None, show_header=False, pad_edge=False)
    for one in group.ablation:
        table.add_row(f"  {one.name.removeprefix('without ')}", _signed(one))
    print_whole(table)


def _show_calibration(found: Calibration | None, k: int) -> None:
    data.print()
    if found is None:
        _line("chances: too few to tell; 25 labels of a quarter and 25 before it are needed")
        return
    better = "better" if found.brier < found.brier_base else "no better"
    _line(
        f"chances of {found.quarter} ({found.tested_on} labels), fitted on the {found.fitted_on} before: Brier "
        f"{found.brier:.3f}, {better} than always saying the same ({found.brier_base:.3f})"
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "labels", "foretold", "happened"):
        table.add_column(name, justify="right" if name else "left")
    rows: Sequence[tuple[str, Bin]] = [(f"fifth {number}", one) for number, one in enumerate(found.bins, 1)]
    for name, one in [*rows, (f"top {k}", found.top)]:
        table.add_row(f"  {name}", str(one.count), percent(one.foretold), percent(one.happened))
    print_whole(table)


def _show_apart(name: str, group: Group) -> None:
    if not group.is_enough:
        _line(f"{name}: {group.labels}, too few to tell")
        return
    best = group.best_baseline
    beside = f"; best plain order, {best.name}, {_interval(best.agreement)}" if best else ""
    _line(f"{name}: {group.labels}, agreement {_interval(group.orders[0].agreement)}{beside}")


def _interval(one: Interval) -> str:
    if math.isnan(one.value):
        return "–"
    return f"{one.value:.2f} [{one.low:.2f}–{one.high:.2f}]"


def _signed(one: OrderFigures) -> str:
    if math.isnan(one.gain.value):
        return "–"
    return f"{one.gain.value:+.3f} [{one.gain.low:+.3f} to {one.gain.high:+.3f}]"


def _line(text: str) -> None:
    data.print(escape(text), soft_wrap=not data.is_terminal)
