"""What the warehouse counts of all items in SQL is what scoring would count in frames of them."""

from __future__ import annotations

import random
from datetime import timedelta

import pandas as pd
import pytest
from timeline import START, Timeline, feature, price, release, sighting

from detente.rules import default_rules
from scoring.relevance import market
from warehouse.market import Windows, market_rows
from warehouse.scores import Money, items

pytestmark = pytest.mark.slow
RULES = default_rules().relevance


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    made = Timeline(tmp_path_factory.mktemp("market"))
    made.seen(price("Team", "49"), feature("Team", "Single sign-on"), feature("Team", "Payroll"))
    made.seen(price("Team", "59"), feature("Team", "Payroll"))
    made.seen(release("1.0"), page_id="initech/news", kind="release_notes")
    made.seen(release("1.1"), release("1.0"), page_id="initech/news", kind="release_notes")
    made.build()
    chance = random.Random(7)

    def some(*values: str) -> str | None:
        return chance.choice([*values, None, None])

    rows = [
        sighting(
            number,
            received_at=START - timedelta(seconds=chance.randrange(-8 * 86_400, 400 * 86_400)),
            competitor=some("globex", "initech", "hooli"), account_key=some("n", "s", "e"), deal_key=some(*"abcdefgh"),
            stage=some("prospecting", "won", "lost"), person_id=chance.choice(["rita", "ralf"]),
        )
        for number in range(400)
    ]  # fmt: skip
    made.reported(*rows, mark="2")
    return made


@pytest.mark.parametrize("days", [0, 3, 200, 3_000])
def test_deals_talk_and_what_they_have_are_counted_alike(timeline: Timeline, days: int) -> None:
    now = timeline.at - timedelta(days=days)
    windows = Windows(
        deals_days=RULES.threat.window_days,
        recent_weeks=RULES.novelty.recent_weeks,
        base_weeks=RULES.novelty.base_weeks,
        claimed=RULES.gap.claimed,
    )
    with timeline.warehouse.section("test") as connection:
        every = items(connection, Money(currency="USD"))
        chance = random.Random(8)
        matches = pd.DataFrame(
            [(item_id, theme, 0.5) for item_id in every["item_id"] for theme in "xyz" if chance.random() < 0.3],
            columns=["item_id", "theme", "fit"],
        )
        connection.execute("DELETE FROM raw.item_theme")
        connection.register("matched", matches)
        connection.execute("INSERT INTO raw.item_theme SELECT item_id, theme, fit FROM matched")
        counted = market_rows(connection, now, windows)

    wanted = market(every, matches, now=now, rules=RULES)

    for name in ("deals", "told", "theirs"):
        ours, theirs = getattr(counted, name), getattr(wanted, name)
        pd.testing.assert_frame_equal(ours, theirs.reset_index(drop=True), check_dtype=False, check_index_type=False)
    assert (counted.first_at is None) == (days == 3_000)
    assert days == 3_000 or len(wanted.deals) == 3
