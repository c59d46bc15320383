"""What the warehouse takes: what stands, with nobody's name in it; and samples and rules that are kept once."""

from __future__ import annotations

import pytest
from desk_rows import put_sighting

from desk import deciding
from desk.deciding import decisions, edits, reviews, rules_seen, samples
from desk.privacy.erase import _blank
from detente.errors import WorkspaceError
from detente.rules import default_rules, default_text
from detente.weeks import Week

from .conftest import Product

WEEK = Week.parse("2026-W47")


def test_all_that_was_judged_is_there_as_it_stands(product: Product) -> None:
    first = product.decide(theme="Team plans")
    second = product.decide(kind="decline", expected_previous=first)
    now = product.clock.now()
    with product.desk.writing() as c:
        decisions.judge(c, second, "right", by=product.petra, now=now)
        reviews.record(c, product.said, "verified", by=product.paul, now=now)
        edits.merge(c, "b", "a", by=product.paul, now=now)
        found = deciding.judgements(c)

    assert [(row["decision_id"], row["kind"], row["superseded_by"]) for row in found.decisions] == [
        (first, "build", second),
        (second, "decline", None),
    ]
    assert found.decisions[0]["score"] == 6_250
    assert found.decisions[0]["sightings"] == [product.said, product.also]
    assert found.outcomes == [{"decision_id": second, "outcome": "right", "judged_at": now}]
    assert found.reviews == [
        {"sighting_id": product.said, "outcome": "verified", "reviewers": 1, "is_disputed": False, "reviewed_at": now}
    ]
    assert [(row["kind"], row["item_id"], row["other_id"]) for row in found.edits] == [("merge", "a", "b")]


def test_no_name_number_or_address_leaves_the_desk(product: Product) -> None:
    said = put_sighting(product.desk, 3, product.bea.person_id, customer="Hooli", deal="Hooli renewal")
    own = put_sighting(product.desk, 4, product.paul.person_id, customer="Umbrella")
    product.decide(
        item_id=said, sightings=[said, own], because="Bea heard it at HOOLI; write to cto@hooli.test.",
        reply="Umbrella asks as well, +49 30 901820.",
    )  # fmt: skip

    with product.desk.reading() as c:
        [row] = deciding.judgements(c).decisions

    assert row["because"] == "[reporter] heard it at [customer]; write to [e-mail]."
    assert row["reply"] == "[customer] asks as well, [phone]."
    assert product.paul.person_id not in str(row)


def test_the_names_in_a_reason_stay_masked_when_whoever_told_them_is_erased(product: Product) -> None:
    said = put_sighting(product.desk, 3, product.bea.person_id, customer="Hooli", deal="Hooli renewal")
    product.decide(item_id=said, sightings=[said, product.said], because="Bea heard it at Hooli.", reply="Hooli waits.")
    with product.desk.writing() as c:
        _blank(c, product.bea.person_id, product.clock.now())

    for _ in range(2):  # erased again where it was interrupted: nobody's name by then
        with product.desk.writing() as c:
            [row] = deciding.judgements(c).decisions
            _blank(c, product.bea.person_id, product.clock.now())
        assert (row["because"], row["reply"]) == ("[reporter] heard it at [customer].", "[customer] waits.")


def test_a_desk_where_nobody_judged_anything_has_no_rows(product: Product) -> None:
    with product.desk.reading() as c:
        assert deciding.judgements(c) == deciding.Judgements(decisions=[], outcomes=[], reviews=[], edits=[])


def test_a_week_has_one_lot(product: Product) -> None:
    first = [samples.Sampled(item_id="a", score=100, probability=0.1)]
    with product.desk.writing() as c:
        assert not samples.keep(c, WEEK, [], now=product.clock.now())
        assert not samples.is_drawn(c, WEEK)
        assert samples.keep(c, WEEK, first, now=product.clock.now())
        assert not samples.keep(
            c, WEEK, [samples.Sampled(item_id="b", score=1, probability=1)], now=product.clock.now()
        )
        assert samples.of_week(c, WEEK) == [samples.Sampled(item_id="a", score=100, probability=0.1, week="2026-W47")]
        assert samples.of_week(c, WEEK.previous()) == []


def test_a_version_of_the_rules_means_one_set_of_numbers_for_good(product: Product) -> None:
    rules = default_rules()
    other = rules.model_copy(update={"rewards": rules.rewards.model_copy(update={"budget": 1})})
    newer = other.model_copy(update={"version": 2})
    with product.desk.writing() as c:
        for _ in range(2):
            rules_seen.check(c, rules, default_text(), now=product.clock.now())
        with pytest.raises(WorkspaceError, match="version 1 was in use with other numbers; write `version = 2`"):
            rules_seen.check(c, other, "", now=product.clock.now())
        rules_seen.check(c, newer, "newer", now=product.clock.now())
        assert rules_seen.text_of(c, 1) == default_text()
        assert rules_seen.text_of(c, 2) == "newer"
        assert rules_seen.text_of(c, 3) is None
    with product.desk.reading() as c:
        rules_seen.check(c, rules, default_text(), now=product.clock.now())
