"""Independent sources are counted by account and person; the crawler is one more, and what it saw first is not new."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from item_rows import BEGIN, change, frame, sighting

from detente.rules import default_rules
from scoring.clustering import assign, independent, independent_by_cluster, pairs, seen_before, suggestions

RULES = default_rules().clusters


def told(account: str | None, person: str | None, **more: Any) -> dict[str, Any]:
    return sighting("s", "x", account_key=account, person_id=person, **more)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([told("a", "p")], 1),
        ([told("a", "p"), told("b", "q")], 2),
        ([told("a", "p"), told("a", "q")], 1),  # one call with two reps
        ([told("a", "p"), told("b", "p")], 1),  # one rep, however many accounts
        ([told("a", "p"), told("a", "q"), told("b", "p")], 2),
        ([told("a", "p", deal_key="d"), told("b", "q", deal_key="d")], 1),
        ([told(None, "p", deal_key="d"), told("a", "q", deal_key="d")], 1),
        ([told(None, "p"), told(None, "q")], 1),  # nobody knows that these are two
        ([told("a", "p"), told(None, "q")], 1),
        ([told(None, "p", source="partner"), told("a", "q")], 2),
        ([told(None, "p", source="partner"), told(None, "q", source="partner")], 1),
        ([told(None, "p", source="public"), told(None, "q", source="public")], 1),
        ([told("a", "p"), change("c", "Team", "1", "2")], 2),
        ([told("a", "p", source="public"), change("c", "Team", "1", "2")], 1),
        ([change("c", "Team", "1", "2"), change("d", "Team", "1", "2")], 1),
        ([], 0),
    ],
)
def test_sources_are_counted_once(members: list[dict[str, Any]], expected: int) -> None:
    assert independent(frame(members)) == expected
    assert independent(frame(members[::-1])) == expected


def test_all_clusters_at_once_give_what_each_gives_by_itself() -> None:
    rows = [told(f"a{number % 5}", f"p{number % 7}") | {"item_id": f"s{number:02}"} for number in range(30)]
    items = frame(rows)
    assigned = pd.DataFrame({"item_id": items["item_id"], "cluster_id": [f"c{number % 11}" for number in range(30)]})

    counted = independent_by_cluster(items, assigned)

    for cluster_id, ids in assigned.groupby("cluster_id")["item_id"]:
        assert counted[cluster_id] == independent(items[items["item_id"].isin(ids)])


def test_thirty_reports_that_one_rep_made_of_one_fact_are_one_source_in_one_cluster() -> None:
    said = "Globex told Contoso that the Team plan goes from 49 to 59 euros per user from January on"
    endings = ["", ".", "!", ". Worth a look.", ". Please check.", ". FYI."]
    rows = [
        sighting(
            f"s{number:02}", f"{'Btw: ' if number % 2 else ''}{said}{endings[number % 6]}", day=number / 1440,
            account_key="contoso", deal_key="d1", person_id="rep",
        )
        for number in range(30)
    ]  # fmt: skip
    items = frame(rows)

    assigned = assign(items, pairs(items, RULES), [], RULES)

    assert assigned["cluster_id"].unique().tolist() == ["s00"]
    assert independent_by_cluster(items, assigned).to_dict() == {"s00": 1}


def test_a_fact_that_one_rep_cut_into_pieces_has_one_deal_and_day_and_no_second_source() -> None:
    pieces = [
        "Globex raises Team from 49 to 59 euros",
        "Globex wants a three-year contract from Contoso",
        "Contoso says the demo of Globex was slow",
    ]
    items = frame(
        [
            sighting(f"s{place}", piece, account_key="contoso", deal_key="d1", person_id="rep")
            for place, piece in enumerate(pieces)
        ]
    )

    assigned = assign(items, pairs(items, RULES), [], RULES)

    # other facts are other clusters; what they share is for the rules of rewards to see
    assert assigned["cluster_id"].nunique() == 3
    assert independent(items) == 1


def facts(*rows: tuple[str, str, str | None, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(*row[:3], BEGIN + pd.Timedelta(days=row[3]), f"evidence {place}") for place, row in enumerate(rows)],
        columns=["competitor", "subject", "value", "first_seen_at", "evidence"],
    )


def test_what_a_page_said_before_is_not_new_and_the_first_page_counts() -> None:
    stood = facts(
        ("globex", "Team", "59 USD / user / month", -5),
        ("globex", "Team", "59 USD / user / month", -9),
        ("globex", "4.12.0", None, -1),
        ("initech", "Pro", "20 USD", -1),
    )
    sightings = frame(
        [
            sighting("a", "Their Team plan is 59 dollars"),
            sighting("b", "Their Team plan is 69 dollars"),
            sighting("c", "They showed 4.12.0"),
            sighting("d", "Pro is 20 dollars"),
            sighting("e", "Team is 59", competitor=None),
        ]
    )

    found = seen_before(sightings, stood).set_index("sighting_id")

    assert found["evidence"].to_dict() == {"a": "evidence 1", "c": "evidence 2"}
    assert found.loc["a", "first_seen_at"] == BEGIN - pd.Timedelta(days=9)


def test_what_a_page_said_at_the_same_moment_or_later_takes_nothing_from_anybody() -> None:
    sightings = frame([sighting("a", "Their Team plan is 59 dollars")])

    assert len(seen_before(sightings, facts(("globex", "Team", "59 USD", 0), ("globex", "Team", "59 USD", 1)))) == 0
    assert len(seen_before(sightings, facts())) == 0
    assert len(seen_before(frame([]), facts(("globex", "Team", "59 USD", -1)))) == 0


def test_suggestions_find_what_was_told_in_other_words_and_say_by_which() -> None:
    items = frame(
        [
            sighting("a", "Single sign-on at Globex works with Okta only"),
            sighting("b", "The weather in Lisbon is fine"),
            sighting("c", "Globex raises the Team plan to 59 euros"),
        ]
    )

    found = suggestions("Buyer asks whether Globex has single sign-on for Okta", items, limit=2)

    assert found[0].item_id == "a"
    assert {"okta", "single"} <= set(found[0].why)
    assert 0 < found[0].score < 1
    assert not found[0].is_same
    assert suggestions("", items) == []
    assert suggestions("anything", frame([])) == []
