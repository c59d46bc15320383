"""Clusters mended by a person: the newest word on a pair counts, and nobody mends where they have a share."""

from __future__ import annotations

import pytest
from desk_rows import put_sighting

from desk import audit
from desk.deciding import edits
from detente.errors import NotAllowedError, SubmissionError

from .conftest import Product


def test_the_newest_word_on_a_pair_counts_whichever_way_round_it_was_said(product: Product) -> None:
    with product.desk.writing() as c:
        edits.merge(c, "b", "a", by=product.paul, now=product.clock.now())
        edits.merge(c, "c", "a", by=product.paul, now=product.clock.now())
        edits.split(c, "a", "b", by=product.petra, now=product.clock.now())
        found = edits.standing(c)

    assert [(one.kind, one.item_id, one.other_id, one.by) for one in found] == [
        ("merge", "a", "c", product.paul.person_id),
        ("split", "a", "b", product.petra.person_id),
    ]


def test_the_same_word_again_is_no_second_one(product: Product) -> None:
    with product.desk.writing() as c:
        for by in (product.paul, product.petra):
            edits.merge(c, "a", "b", by=by, now=product.clock.now())
        [entry] = audit.entries(c, subject="a")

    assert (entry.action, entry.by, entry.detail) == ("cluster_merge", product.paul.person_id, {"other": "b"})


def test_an_item_is_not_mended_with_itself(product: Product) -> None:
    with pytest.raises(SubmissionError, match="name two"), product.desk.writing() as c:
        edits.merge(c, "a", "a", by=product.paul, now=product.clock.now())


@pytest.mark.parametrize("who", ["ana", "mia", "bea"])
def test_only_product_mends_and_nobody_their_own_or_their_teams(product: Product, who: str) -> None:
    for mend in (edits.merge, edits.split):
        with pytest.raises(NotAllowedError), product.desk.writing() as c:
            mend(c, "c_1", product.said, by=getattr(product, who), now=product.clock.now())
    with product.desk.reading() as c:
        assert edits.standing(c) == []


@pytest.mark.parametrize("who", ["mia", "petra"])
def test_nobody_mends_two_items_of_others_where_their_own_report_stands_beside_them(product: Product, who: str) -> None:
    own = put_sighting(product.desk, 7, product.petra.person_id)
    by = getattr(product, who)
    for mend in (edits.merge, edits.split):
        with pytest.raises(NotAllowedError, match="told the same"), product.desk.writing() as c:
            mend(c, "c_1", product.also, by=by, now=product.clock.now(), beside=[product.said, own])
        with product.desk.writing() as c:
            mend(c, "c_1", product.also, by=product.paul, now=product.clock.now(), beside=[product.said, own])
