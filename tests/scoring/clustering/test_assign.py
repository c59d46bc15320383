"""Every item is in one cluster; what persons said counts most; parts come out as the whole does."""

from __future__ import annotations

import random
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from item_rows import change, frame, sighting

from detente.rules import default_rules
from scoring.clustering import Edit, assign, pairs

RULES = default_rules().clusters
TEXT = "Globex told Contoso that the Team plan goes from 49 to 59 euros per user"


def links(*named: tuple[str, str, float]) -> pd.DataFrame:
    rows = [(*sorted((one, other)), "same", share, "copy") for one, other, share in named]
    return pd.DataFrame(rows, columns=["item_id", "other_id", "likeness", "share", "reason"])


def grouped(told: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(group) for _, group in told.groupby("cluster_id")["item_id"]}


def items(*ids: str, days: dict[str, float] | None = None) -> pd.DataFrame:
    return frame([sighting(one, TEXT, day=(days or {}).get(one, place)) for place, one in enumerate(ids)])


def merge(one: str, other: str) -> Edit:
    return Edit(kind="merge", item_id=one, other_id=other)


def split(one: str, other: str) -> Edit:
    return Edit(kind="split", item_id=one, other_id=other)


def test_the_oldest_names_the_cluster_and_each_says_by_which_it_got_there() -> None:
    told = assign(items("b", "a", "c", "d"), links(("a", "b", 0.8), ("b", "c", 0.9)), [], RULES).set_index("item_id")

    assert told["cluster_id"].to_dict() == {"a": "b", "b": "b", "c": "b", "d": "d"}
    assert told["reason"].to_dict() == {"a": "copy", "b": "copy", "c": "copy", "d": "alone"}
    assert told.loc[["a", "b", "c"], "near_item_id"].tolist() == ["b", "c", "b"]
    assert pd.isna(told.loc["d", "near_item_id"])
    assert told["share"].dropna().tolist() == [0.8, 0.9, 0.9]


def test_a_person_puts_together_what_no_rule_would() -> None:
    told = assign(items("a", "b", days={"b": 500}), links(), [merge("a", "b")], RULES)

    assert grouped(told) == {frozenset("ab")}
    assert set(told["reason"]) == {"merged"}


def test_what_a_person_split_off_stays_alone_and_the_others_together() -> None:
    found = links(*((one, other, 1.0) for one, other in combinations("abcd", 2)))

    told = assign(items("a", "b", "c", "d"), found, [split("c", "a")], RULES)

    assert grouped(told) == {frozenset("abd"), frozenset("c")}
    assert told.set_index("item_id").loc["c", "reason"] == "split"


def test_of_two_words_on_a_pair_the_later_counts() -> None:
    found = links(("a", "b", 1.0))

    assert len(grouped(assign(items("a", "b"), found, [merge("a", "b"), split("b", "a")], RULES))) == 2
    assert len(grouped(assign(items("a", "b"), found, [split("b", "a"), merge("a", "b")], RULES))) == 1


def test_no_union_joins_what_was_split_be_it_over_others() -> None:
    edits = [split("a", "c"), merge("a", "b"), merge("b", "c")]

    told = assign(items("a", "b", "c"), links(), edits, RULES)

    # the newest merge counts, so that the older one cannot
    assert grouped(told) == {frozenset("a"), frozenset("bc")}


def test_by_itself_no_cluster_lasts_longer_than_the_window() -> None:
    days = {str(place): place * 20.0 for place in range(10)}
    chain = links(*((str(place), str(place + 1), 1.0) for place in range(9)))

    told = assign(items(*days, days=days), chain, [], RULES)

    assert grouped(told) == {frozenset("0123"), frozenset("4567"), frozenset("89")}


def test_two_different_changes_are_never_put_together_by_what_tells_of_both() -> None:
    rows = [change("a", "Team", "49", "59"), change("b", "Business", "99", "59"), sighting("c", "Team, Business: 59")]

    told = assign(frame(rows), links(("a", "c", 0.9), ("b", "c", 0.9)), [], RULES)

    assert grouped(told) == {frozenset("ac"), frozenset("b")}


def test_edits_about_items_that_are_gone_change_nothing() -> None:
    assert len(grouped(assign(items("a"), links(("a", "x", 1.0)), [merge("a", "y"), split("z", "a")], RULES))) == 1
    assert len(assign(items(), links(), [], RULES)) == 0


IDS = [f"i{number}" for number in range(12)]
PAIRS = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from([0.7, 0.8, 0.9, 1.0])).filter(
        lambda pair: pair[0] != pair[1]
    ),
    max_size=20,
    unique_by=lambda pair: frozenset(pair[:2]),
)
EDITS = st.lists(
    st.builds(
        Edit, kind=st.sampled_from(["merge", "split"]), item_id=st.sampled_from(IDS), other_id=st.sampled_from(IDS)
    ),
    max_size=6,
)
DAYS = st.lists(st.integers(0, 90), min_size=len(IDS), max_size=len(IDS))


@pytest.mark.slow
@settings(deadline=None)
@given(named=PAIRS, edits=EDITS, days=DAYS, seed=st.integers(0, 99))
def test_the_order_of_items_and_pairs_does_not_matter(
    named: list[tuple[str, str, float]], edits: list[Edit], days: list[int], seed: int
) -> None:
    rows = items(*IDS, days=dict(zip(IDS, days, strict=True)))
    told = assign(rows, links(*named), edits, RULES)
    mixed_rows = rows.sample(frac=1, random_state=seed)
    mixed = random.Random(seed).sample(named, len(named))

    pd.testing.assert_frame_equal(told, assign(mixed_rows, links(*mixed), edits, RULES))
    assert sorted(told["item_id"]) == sorted(IDS)
    assert told["cluster_id"].isin(IDS).all()


@settings(deadline=None)
@given(named=PAIRS, edits=EDITS, days=DAYS, gone=st.sampled_from([None, *IDS]), came=st.sampled_from(IDS))
def test_a_part_from_which_no_pair_and_no_edit_leads_out_comes_out_as_in_the_whole(
    named: list[tuple[str, str, float]], edits: list[Edit], days: list[int], gone: str | None, came: str
) -> None:
    rows = items(*IDS, days=dict(zip(IDS, days, strict=True)))
    rows = rows[rows["item_id"] != gone]
    whole = assign(rows, links(*named), edits, RULES)
    part = _closed({came}, [pair[:2] for pair in named] + [(edit.item_id, edit.other_id) for edit in edits])

    alone = assign(rows[rows["item_id"].isin(part)], links(*named), edits, RULES)

    pd.testing.assert_frame_equal(whole[whole["item_id"].isin(part)].reset_index(drop=True), alone)


def _closed(part: set[str], ties: list[tuple[str, str]]) -> set[str]:
    while more := {end for tie in ties if part & set(tie) for end in tie} - part:
        part = part | more
    return part


WORDINGS = [
    "Globex told Contoso that the Team plan goes from 49 to 59 euros per user",
    "FYI Globex told Contoso that the Team plan goes from 49 to 59 euros per user",
    "Globex told Contoso that the Team plan went from 49 to 69 euros per user",
    "Heard at the fair that Globex ships audit logs in autumn for everybody",
    "Heard at the fair that Globex ships audit logs in autumn for everybody. Please check.",
    "Heard that Team is 59 now",
]


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    told=st.lists(st.tuples(st.sampled_from(WORDINGS), st.integers(0, 150)), min_size=2, max_size=14),
    edits=st.lists(st.tuples(st.sampled_from(["merge", "split"]), st.integers(0, 13), st.integers(0, 13)), max_size=3),
    is_added=st.booleans(),
)
def test_after_one_item_came_or_went_the_touched_part_comes_out_as_all_would(
    told: list[tuple[str, int]], edits: list[tuple[str, int, int]], is_added: bool
) -> None:
    rows = [change("change", "Team", "49", "59", day=30)]
    rows += [sighting(f"s{place:02}", text, day=day) for place, (text, day) in enumerate(told)]
    all_edits = [Edit(kind=kind, item_id=f"s{one:02}", other_id=f"s{other:02}") for kind, one, other in edits]  # type: ignore[arg-type]
    before, after = (frame(rows[:-1]), frame(rows)) if is_added else (frame(rows), frame(rows[:-1]))
    moved = rows[-1]["item_id"]
    old_pairs, full = pairs(before, RULES), pairs(after, RULES)
    expected = assign(after, full, all_edits, RULES)

    # what was paired with the one that moved is touched as well: a chain closes where a link went
    ends = old_pairs[(old_pairs["item_id"] == moved) | (old_pairs["other_id"] == moved)]
    touched = ({*ends["item_id"], *ends["other_id"]} | {moved}) & set(after["item_id"])
    new_pairs = pairs(after, RULES, touched=touched)
    kept = old_pairs[~old_pairs["item_id"].isin(touched | {moved}) & ~old_pairs["other_id"].isin(touched | {moved})]
    known = pd.concat([kept, new_pairs]) if len(kept) else new_pairs
    ties = list(zip(known["item_id"], known["other_id"], strict=True))
    ties += list(zip(old_pairs["item_id"], old_pairs["other_id"], strict=True))
    ties += [(edit.item_id, edit.other_id) for edit in all_edits]
    part = _closed(touched | {moved}, ties)
    anew = assign(after[after["item_id"].isin(part)], known, all_edits, RULES).set_index("item_id")["cluster_id"]
    was = assign(before, old_pairs, all_edits, RULES).set_index("item_id")["cluster_id"]

    found = {item: anew.get(item, was.get(item)) for item in after["item_id"]}
    assert found == expected.set_index("item_id")["cluster_id"].to_dict()


@pytest.mark.slow
def test_two_hundred_thousand_items_are_assigned() -> None:
    count = 200_000
    ids = [f"{number:06}" for number in range(count)]
    rows = pd.DataFrame({"item_id": ids, "kind": "sighting", "text": "", "happened_at": pd.Timestamp("2026-03-02")})
    chained = [(ids[place], ids[place + 1], 1.0) for place in range(0, count - 1, 2)]

    assert assign(rows, links(*chained), [], RULES)["cluster_id"].nunique() == count // 2
