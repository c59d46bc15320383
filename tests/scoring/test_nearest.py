"""Of many texts each finds its nearest, by one score, whatever the order and however odd the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sighting_pairs import pairs

from detente.vectors import word_vectors
from scoring.similar import Texts

TEXTS = [
    "Globex raises the Team plan to 59 euros",
    "FYI: Globex raised the Team plan to 59 euros. Worth a look.",
    "Globex raises the Team plan to 69 euros",
    "Single sign-on at Globex works with Okta only",
    "The weather in Lisbon is fine",
    "",
]


def test_the_nearest_come_first_with_the_words_that_both_have() -> None:
    found = Texts(TEXTS).nearest(0)

    assert {near.row for near in found[:2]} == {1, 2}
    assert [near.score for near in found] == sorted((near.score for near in found), reverse=True)
    assert {"raises", "team"} <= set(found[0].why)


def test_only_a_copy_with_no_other_fact_is_the_same() -> None:
    same = {near.row: near.is_same for near in Texts(TEXTS).nearest(0)}

    assert same[1]
    assert not same[2]


def test_an_empty_text_is_near_to_nothing() -> None:
    assert Texts(TEXTS).nearest(5) == []
    assert all(near.row != 5 for row in range(5) for near in Texts(TEXTS).nearest(row))
    assert Texts([""]).nearest(0) == []
    assert Texts(["one"]).nearest(0) == []


def test_a_text_twice_scores_one() -> None:
    (near,) = Texts(["Globex lists audit logs", "Globex lists audit logs"]).nearest(0)

    assert near.score == pytest.approx(1, abs=1e-3)
    assert near.is_same


def test_the_beginning_of_a_long_text_counts_more_than_its_end() -> None:
    told = "single sign-on fails with Okta"
    noise = " ".join(f"word{number}" for number in range(200))
    texts = [told, f"{told} {noise}", f"{noise.replace('word', 'term')} {told}"]

    assert [near.row for near in Texts(texts).nearest(0)] == [1, 2]


def test_near_words_bring_near_what_has_few_words_in_common() -> None:
    texts = ["The invoice is wrong", "The bill is incorrect", "The meadow is green"]

    with_vectors = {near.row: near.score for near in Texts(texts, word_vectors()).nearest(0)}

    assert with_vectors.get(1, 0) > with_vectors.get(2, 0)


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=6))
def test_whatever_was_written_a_score_is_between_nothing_and_one_and_mutual(texts: list[str]) -> None:
    found = Texts(texts)
    scores = {(row, near.row): near.score for row in range(len(texts)) for near in found.nearest(row)}

    assert all(0 <= score <= 1 for score in scores.values())
    for (one, other), score in scores.items():
        assert scores[other, one] == pytest.approx(score, abs=1e-3)


@pytest.mark.slow
def test_among_thousands_every_retold_sighting_finds_the_first() -> None:
    told = [pair for pair in pairs(seed=21, count=3000) if pair.kind == "retold"]
    texts = Texts([text for pair in told for text in (pair.one, pair.other)])

    hits = sum(any(near.row == 2 * place for near in texts.nearest(2 * place + 1)) for place in range(0, len(told), 10))

    assert hits / len(range(0, len(told), 10)) > 0.97
