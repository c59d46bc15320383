"""The scores judged by what people decided: from the newest published file to figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detente.weeks import Week
from reports import questions

if TYPE_CHECKING:
    import pandas as pd

    from scoring.evaluation import Evaluation


class Lot(NamedTuple):
    """An item that was drawn by lot for review.

    Attributes:
        item_id: Which one.
        week: For which week, e.g. `2026-W46`.
        probability: How likely it was to be drawn.
    """

    item_id: str
    week: str
    probability: float


def evaluation(
    data: Path,
    *,
    zone: str,
    currency: str,
    rates: Mapping[str, Decimal],
    drawn: Sequence[Lot] = (),
    since: str | None = None,
    seed: int = 0,
) -> Evaluation:
    """How good the scores were.

    Args:
        data: The workspace's `data/`.
        zone: Whose calendar the weeks are of.
        currency: The company's.
        rates: What other currencies are worth in it.
        drawn: What was drawn by lot; those that were decided afterwards stand for the others of their week.
        since: Only what was decided from this date on, as `2026-07-01`; None: everything.
        seed: Another number draws other resamples.

    Raises:
        WarehouseError: Nothing has been published yet.
    """
    from scoring.evaluation import evaluate  # noqa: PLC0415  (pandas takes half a second, which only this command needs)
    from scoring.evaluation.stability import REACH  # noqa: PLC0415

    found = _labels(data, zone, currency, rates, drawn)
    if since is not None:
        found = found[found["decided_at"] >= since]
    is_scored = found["score"].notna()
    items = questions.run(data, "scored_clusters", undecided=True, near=REACH)
    return evaluate(
        found[is_scored],
        items,
        open_items=int(items["clusters"].iloc[0]) if len(items) else 0,
        unscored=int((~is_scored).sum()),
        seed=seed,
    )


def _labels(data: Path, zone: str, currency: str, rates: Mapping[str, Decimal], drawn: Sequence[Lot]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    from scoring.relevance import in_own_currency  # noqa: PLC0415

    found = questions.run(data, "decided_clusters")
    deals = questions.run(data, "decided_deals")
    worth = in_own_currency(deals["amount"], deals["currency"], currency, rates)
    largest = worth.groupby(deals["item_id"]).max()
    decided_at = pd.to_datetime(found["decided_at"], utc=True)
    weeks = [str(Week.of(moment.to_pydatetime(), zone)) for moment in decided_at]
    return found.assign(
        decided_at=decided_at.dt.tz_localize(None),
        happened_at=pd.to_datetime(found["happened_at"], utc=True).dt.tz_localize(None),
        week=weeks,
        largest_deal=found["item_id"].map(largest).astype("float64"),
        fit=found["fit"].astype("float64"),
        probability=_chances(data, found, weeks, drawn),
    )


def _chances(data: Path, found: pd.DataFrame, weeks: Sequence[str], drawn: Sequence[Lot]) -> list[float]:
    """How likely each label was to be looked at: 1 where it was not drawn by lot before it was decided."""
    members = questions.run(data, "decided_members") if drawn else None
    cluster_of = {} if members is None else dict(zip(members["item_id"], members["cluster_id"], strict=True))
    lots: dict[str, list[Lot]] = {}
    for one in drawn:
        lots.setdefault(cluster_of.get(one.item_id, ""), []).append(one)
    chances = []
    for cluster, week in zip(found["cluster_id"], weeks, strict=True):
        before = [one for one in lots.get(cluster, ()) if one.week <= week]
        # the newest lot before the decision is the one that brought it before somebody's eyes
        chances.append(max(before, key=lambda one: one.week).probability if before else 1.0)
    return chances
