"""From a published file to figures: only what was known when it was decided counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from decided_file import Known, of_labels

import reports
from bench.quality.decided_items import decided_items
from reports import evaluation as judged
from reports.evaluation import Lot, evaluation
from scoring.evaluation import Evaluation

AT = datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001  (as the warehouse keeps times)


def _asked(known: Known, folder: Path) -> dict[str, Any]:
    known.publish(folder)
    [row] = reports.run(folder, "decided_clusters").to_dict("records")
    return row


def _decided(known: Known, item_id: str, at: datetime, *, number: int = 1, **more: Any) -> None:
    row = {"kind": "build", "because": "x", "is_blind": False, "cluster_id": item_id, "decided_at": at}
    known.add("decision", decision_id=f"d{number}", item_id=item_id, **row | more)


def _evaluated(folder: Path, **more: Any) -> Evaluation:
    return evaluation(folder, **{"zone": "Europe/Berlin", "currency": "USD", "rates": {}} | more)


def test_the_score_is_that_of_its_time_and_later_ones_never_enter(tmp_path: Path) -> None:
    known = Known()
    known.item("a", AT)
    known.score("a", AT, 5_000, until=AT + timedelta(hours=2))
    known.score("a", AT + timedelta(hours=2), 100)
    _decided(known, "a", AT + timedelta(hours=2, microseconds=-1))

    assert _asked(known, tmp_path)["score"] == 5_000


def test_of_several_themes_the_frozen_score_counts_and_else_the_highest(tmp_path: Path) -> None:
    for number, (frozen, expected) in enumerate([(2_000, 2_000), (None, 3_000)]):
        known = Known()
        known.item("a", AT)
        for points, theme in ((2_000, "Teams"), (3_000, "Exports")):
            known.score("a", AT, points, theme=theme, fit=points / 10_000)
        _decided(known, "a", AT + timedelta(hours=1), score=frozen)

        row = _asked(known, tmp_path / str(number))
        assert (row["score"], row["fit"]) == (expected, expected / 10_000)


def test_the_verdict_is_the_newest_and_the_moment_the_first(tmp_path: Path) -> None:
    known = Known()
    known.item("a", AT)
    known.item("b", AT, cluster="a")
    known.score("a", AT, 5_000, until=AT + timedelta(hours=2))
    known.score("a", AT + timedelta(hours=2), 100)
    _decided(known, "a", AT + timedelta(hours=1), kind="watch", is_blind=True)
    _decided(
        known, "b", AT + timedelta(hours=3), number=2, cluster_id="a", kind="build", outcome="right", is_blind=False
    )

    row = _asked(known, tmp_path)

    assert (row["item_id"], row["kind"], row["outcome"], row["is_blind"]) == ("a", "build", "right", False)
    assert (row["score"], row["decided_at"].hour) == (5_000, 10)


def test_what_was_told_later_is_no_mention_and_no_deal(tmp_path: Path) -> None:
    known = Known()
    known.item("a", AT)
    for name, hours, amount in (("s1", 1, 100), ("s2", 2, 300), ("s3", 4, 900)):
        known.item(name, AT + timedelta(hours=hours), kind="sighting", cluster="a")
        known.rows["sighting"][-1] |= {"deal_amount": amount, "deal_currency": "EUR"}
    known.score("a", AT, 5_000)
    _decided(known, "a", AT + timedelta(hours=3))

    row = _asked(known, tmp_path)

    assert (row["mentions"], row["happened_at"].hour) == (2, 11)
    [deal] = reports.run(tmp_path, "decided_deals").to_dict("records")
    assert (deal["item_id"], deal["currency"], deal["amount"]) == ("a", "EUR", 300)
    labels = judged._labels(tmp_path, "UTC", "USD", {"EUR": Decimal("1.1")}, [])
    assert labels["largest_deal"].tolist() == pytest.approx([330])
    assert labels["week"].tolist() == ["2026-W47"]


def test_a_good_score_is_found_good_although_what_was_scored_later_says_the_opposite(tmp_path: Path) -> None:
    frame = decided_items(120, strength=0.9)
    of_labels(frame).publish(tmp_path)

    found = _evaluated(tmp_path)

    assert found.all.labels == 120
    assert found.all.is_better
    assert found.all.orders[0].agreement.value > 0.85
    assert found.blind.labels == int(frame["is_blind"].sum())


def test_what_was_decided_before_a_date_can_be_left_out(tmp_path: Path) -> None:
    frame = decided_items(60, strength=0.9)
    of_labels(frame).publish(tmp_path)
    later = int((frame["decided_at"] >= pd.Timestamp("2026-04-01")).sum())

    assert _evaluated(tmp_path, since="2026-04-01").all.labels == later < 60


def test_a_decision_without_a_score_is_no_label_and_is_counted(tmp_path: Path) -> None:
    known = Known()
    known.item("a", AT)
    _decided(known, "a", AT + timedelta(hours=1))
    known.publish(tmp_path)

    found = _evaluated(tmp_path)

    assert (found.all.labels, found.unscored) == (0, 1)


def test_where_nothing_was_decided_nothing_is_told(tmp_path: Path) -> None:
    Known().publish(tmp_path)
    found = _evaluated(tmp_path)
    assert (found.all.labels, found.unscored, found.stability) == (0, 0, None)


def test_what_the_lot_brought_stands_for_the_others_of_its_week(tmp_path: Path) -> None:
    frame = decided_items(3, strength=1).assign(
        decided_at=pd.Timestamp("2026-03-04T10:00"), happened_at=pd.Timestamp("2026-02-02")
    )
    of_labels(frame).publish(tmp_path)
    lots = [
        Lot(item_id="s-i000000", week="2026-W09", probability=0.2),
        Lot(item_id="i000000", week="2026-W10", probability=0.1),
        Lot(item_id="i000001", week="2026-W11", probability=0.1),
        Lot(item_id="gone", week="2026-W10", probability=0.1),
    ]
    labels = judged._labels(tmp_path, "UTC", "USD", {}, lots)

    assert dict(zip(labels["item_id"], labels["probability"], strict=True)) == {
        "i000000": 0.1, "i000001": 1.0, "i000002": 1.0,
    }  # fmt: skip
    assert _evaluated(tmp_path, drawn=lots).sampled == 1


def test_of_what_is_open_all_are_counted_and_the_highest_are_looked_at(tmp_path: Path) -> None:
    known = Known()
    for number in range(30):
        known.item(f"i{number:02}", AT, **({"decision_id": "d1"} if number == 29 else {}))
        known.score(f"i{number:02}", AT, 300 * number, theme="Teams")
        known.score(f"i{number:02}", AT, 100, theme="Exports")
    known.publish(tmp_path)

    near = reports.run(tmp_path, "scored_clusters", undecided=True, near=2 / 3)
    assert near["item_id"].tolist() == [f"i{number:02}" for number in range(28, 12, -1)]
    assert len(reports.run(tmp_path, "scored_clusters")) == 30
    found = _evaluated(tmp_path).stability
    assert found is not None
    assert (found.items, found.top, found.least) == (29, 10, 1.0)
    scores = reports.run(tmp_path, "undecided_scores").set_index("item_id")["score"]
    assert (len(scores), scores["i05"], scores["i00"]) == (29, 1_500, 100)
