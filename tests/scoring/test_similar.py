"""A near-copy is found, and the same words with another price are news, told as such."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sighting_pairs import Pair, pairs

from scoring.similar import Match, similar

FIRST = "Globex told Contoso on Tuesday that the Team plan costs 49 euros per user from January on."


def best(text: str, *others: str) -> Match | None:
    found = similar(text, [(str(position), other) for position, other in enumerate(others)], 1)
    return found[0] if found else None


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        FIRST.lower(),
        f"FYI: {FIRST} Worth a look.",
        FIRST.replace("euros", "EUR").replace("Contoso", "Contsoo"),
        FIRST.replace("49", "49.00"),
        FIRST.replace("49", "４９"),
        f"{FIRST} They want 200 seats, too.",
    ],
)
def test_what_says_the_same_in_nearly_the_same_words_is_the_same(text: str) -> None:
    match = best(text, FIRST)

    assert match is not None
    assert match.likeness == "same"
    assert match.share > 0.68


@pytest.mark.parametrize(
    ("text", "ours", "theirs"),
    [
        (FIRST.replace("49", "45"), ("45",), ("49",)),
        (FIRST.replace("49", "4,900"), ("4,900",), ("49",)),
        (FIRST.replace("49", "1.2k"), ("1.2k",), ("49",)),
        (FIRST.replace("49", "fifty"), ("fifty",), ("49",)),
        (FIRST.replace("Team", "Business"), ("Business",), ("Team",)),
        (FIRST.replace("Contoso", "Fabrikam"), ("Fabrikam",), ("Contoso",)),
    ],
)
def test_the_same_words_with_another_number_or_name_are_no_duplicate(
    text: str, ours: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    match = best(text, FIRST)

    assert match is not None
    assert (match.likeness, match.ours, match.theirs) == ("other_fact", ours, theirs)


def test_what_goes_up_is_not_what_goes_down() -> None:
    up, down = "Globex raised the price of Team again", "Globex lowered the price of Team again"

    match = best(up, down)

    assert match is not None
    assert (match.likeness, match.ours, match.theirs) == ("other_fact", ("raised",), ("lowered",))


def test_what_is_about_the_same_thing_is_near_and_says_why() -> None:
    match = best(
        "Single sign-on at Globex works with Okta only", "Buyer asks whether Globex has single sign-on for Okta"
    )

    assert match is not None
    assert match.likeness == "near"
    assert {"okta", "single", "sign-on"} <= set(match.why)


def test_what_has_nothing_in_common_is_left_out() -> None:
    assert best(FIRST, "The weather in Lisbon is fine", "", "49") is None
    assert similar("", [("a", ""), ("b", FIRST)], 5) == []


def test_a_word_or_two_are_not_the_same_as_every_text_that_has_them() -> None:
    match = best("Team plan", FIRST)

    assert match is None or match.likeness == "near"


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    others = [("other number", FIRST.replace("49", "45")), ("same", FIRST), ("near", "Contoso asked for the Team plan")]

    assert [match.key for match in similar(FIRST, others, 5)] == ["same", "other number", "near"]
    assert [match.key for match in similar(FIRST, others, 1)] == ["same"]


@given(text=st.text(), others=st.lists(st.text(), max_size=4))
def test_whatever_was_written_the_share_lies_between_nothing_and_all(text: str, others: list[str]) -> None:
    for match in similar(text, [(str(position), other) for position, other in enumerate(others)], 9):
        assert 0 < match.share <= 1


@given(text=st.text(min_size=1))
def test_the_order_of_the_others_does_not_matter(text: str) -> None:
    others = [("a", FIRST), ("b", text), ("c", f"{FIRST} {text}")]

    assert similar(text, others, 9) == similar(text, others[::-1], 9)


def _said(pair: Pair) -> bool:
    match = best(pair.other, pair.one)
    return match is not None and match.likeness == "same"


@pytest.mark.slow
def test_nearly_all_retold_sightings_are_found_and_few_others_are_called_duplicates() -> None:
    cases = pairs(seed=2, count=1200)
    found = [pair for pair in cases if _said(pair)]
    right = sum(pair.says_the_same for pair in found)

    assert right / len(found) > 0.93
    assert right / sum(pair.says_the_same for pair in cases) > 0.97
    prices = [pair for pair in cases if pair.kind == "price"]
    assert sum(map(_said, prices)) / len(prices) < 0.02


@pytest.mark.slow
def test_two_thousand_earlier_texts_take_less_than_a_second_or_two() -> None:
    others = [(str(position), pair.one) for position, pair in enumerate(pairs(seed=5, count=2000))]
    begun = time.process_time()

    assert similar(others[7][1], others, 5)[0].likeness == "same"
    assert time.process_time() - begun < 2
