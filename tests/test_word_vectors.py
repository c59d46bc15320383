"""Words that mean nearly the same are near to each other, without anything downloaded."""

from __future__ import annotations

import numpy as np
import pytest

from detente.vectors import WordVectors, word_vectors


def nearness(one: str, other: str) -> float:
    first, second = word_vectors().of(one), word_vectors().of(other)
    assert first is not None
    assert second is not None
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("invoice", "billing", "banana"),
        ("price", "cost", "android"),
        ("login", "authentication", "weather"),
        ("dashboard", "analytics", "river"),
    ],
)
def test_a_word_is_nearer_to_what_means_the_same(word: str, near: str, far: str) -> None:
    assert nearness(word, near) > nearness(word, far) + 0.15


def test_a_vector_has_the_dimensions_that_are_told_and_the_length_of_its_words_weight() -> None:
    vectors = word_vectors()
    found = vectors.of("pricing")

    assert found is not None
    assert found.shape == (vectors.dimensions,)
    assert found.dtype == np.float32
    assert float(np.linalg.norm(found)) == pytest.approx(vectors.weight("pricing"), abs=1e-5)


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    weight = word_vectors().weight

    assert weight("the") < weight("customers") < weight("kubernetes") <= weight("zzzyx") == 1.0


def test_a_word_that_is_not_in_the_table_is_known_by_its_parts() -> None:
    vectors = word_vectors()

    assert not vectors.knows("spreadsheetify")
    assert vectors.of("spreadsheetify") is not None


@pytest.mark.parametrize("word", ["", "数据", "ü", "x" * 100, "a b"])
def test_of_what_is_no_word_of_letters_nothing_is_known(word: str) -> None:
    assert word_vectors().of(word) is None


def test_directions_are_the_vectors_at_length_one_and_rest_on_no_other_word() -> None:
    vectors = word_vectors()
    words = ["invoice", "seats", "spreadsheetify", "数据", ""]
    together = vectors.directions(words)

    alone = np.concatenate([vectors.directions([word]) for word in words])
    assert together.tolist() == alone.tolist()
    assert not together[2:].any()
    for word, direction in zip(words[:2], together, strict=False):
        vector = vectors.of(word)
        assert vector is not None
        assert direction == pytest.approx(vector / np.linalg.norm(vector), abs=1e-6)


def test_they_are_read_once() -> None:
    assert word_vectors() is word_vectors()


def test_a_table_of_ones_own_can_be_given() -> None:
    vectors = WordVectors({"up": 0, "down": 1}, np.array([[1, 0], [0, 1]], np.int8), np.array([0.5, 1], np.float32))

    assert vectors.dimensions == 2
    assert vectors.of("up").tolist() == [0.5, 0.0]  # type: ignore[union-attr]
