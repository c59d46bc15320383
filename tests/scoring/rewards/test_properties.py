"""What holds for all facts: the order of the facts does not matter, and honest work never earns less for more of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sighting_facts import MONDAY, NOW, RULES, at, decision, sighting, total

from scoring.rewards import SightingFacts, due

PEOPLE = ("ana", "bo", "cy", "di")


@st.composite
def facts(draw: st.DrawFn) -> list[SightingFacts]:
    """Up to fourteen sightings of four people, crowded into few days, deals and clusters."""
    return [draw(_fact(str(number))) for number in range(draw(st.integers(1, 14)))]


@st.composite
def _fact(draw: st.DrawFn, name: str, **fixed: Any) -> SightingFacts:
    received = MONDAY + timedelta(hours=draw(st.integers(0, 24 * 20)))
    outcome = draw(st.sampled_from(["verified", "verified", "verified", "context", "wrong", "fabricated", None]))
    drawn: dict[str, Any] = {
        "person_id": draw(st.sampled_from(PEOPLE)),
        "manager_id": draw(st.sampled_from([None, "m1", "m2"])),
        "received_at": received,
        "completed_at": draw(st.sampled_from([received, received + timedelta(hours=5), None])),
        "observed_on": draw(st.sampled_from([None, received.date(), (received - timedelta(days=9)).date()])),
        "competitor": draw(st.sampled_from(["globex", None])),
        "deal_key": draw(st.sampled_from([None, "d1", "d2"])),
        "account_key": draw(st.sampled_from([None, "a1", "a2", "a3"])),
        "cluster_id": draw(st.sampled_from(["c1", "c2", "c3"])),
        "is_withdrawn": draw(st.booleans()) and draw(st.booleans()),
        "has_evidence": draw(st.booleans()),
        "text_digest": draw(st.sampled_from(["", "t1", f"t{name}"])),
        "seen_first_at": draw(st.sampled_from([None, None, at(days=7)])),
        "review": outcome,
        "reviewed_at": None if outcome is None else received + timedelta(days=draw(st.integers(1, 9))),
        "decisions": draw(st.sampled_from([(), (decision(at(days=22), outcome="right"),)])),
    }
    return sighting(name, **(drawn | fixed))


@settings(max_examples=400, derandomize=True, deadline=None)
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(given_facts: list[SightingFacts], order: Any) -> None:
    shuffled = list(given_facts)
    order.shuffle(shuffled)

    assert due(given_facts, RULES, NOW, UTC) == due(shuffled, RULES, NOW, UTC)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(facts())
def test_every_sighting_is_paid_or_told_why_not_and_a_rule_pays_it_once(given_facts: list[SightingFacts]) -> None:
    found = due(given_facts, RULES, NOW, UTC)

    assert {each.sighting_id for each in found} == {each.sighting_id for each in given_facts}
    for award in found:
        assert (award.points == 0) is (award.state == "nothing") is bool(award.because_nothing)
    paid = [(each.rule, each.stage, each.sighting_id) for each in found]
    assert len(paid) == len(set(paid))
    unpaid = {each.sighting_id for each in found if each.state == "nothing"}
    assert unpaid.isdisjoint(each.sighting_id for each in found if each.points)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(facts())
def test_nobody_has_more_paid_than_the_caps_allow(given_facts: list[SightingFacts]) -> None:
    days: dict[object, set[str]] = {}
    received = {each.sighting_id: each.received_at for each in given_facts}
    for award in due(given_facts, RULES, NOW, UTC):
        if award.points > 0:
            days.setdefault((award.person_id, received[award.sighting_id].date()), set()).add(award.sighting_id)

    assert all(len(paid) <= RULES.rewards.daily_cap for paid in days.values())


# a later sighting that is true, complete and one's own, wherever it lies
@pytest.mark.parametrize("more", [{}, {"cluster_id": "c1"}, {"deal_key": "d1"}, {"has_evidence": False}])
@settings(max_examples=200, derandomize=True, deadline=None)
@given(honest=facts(), hours=st.integers(24 * 21, 24 * 26))
def test_more_honest_work_never_earns_less(more: dict[str, Any], honest: list[SightingFacts], hours: int) -> None:
    received = MONDAY + timedelta(hours=hours)
    added = sighting("added", received_at=received, text_digest="its own", **more)
    before = due(honest, RULES, NOW, UTC)

    assert total(due([*honest, added], RULES, NOW, UTC), "ana") >= total(before, "ana")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(honest=facts(), chosen=st.integers(0, 13))
def test_being_found_true_never_earns_less_than_waiting(honest: list[SightingFacts], chosen: int) -> None:
    position = chosen % len(honest)
    waiting, true = list(honest), list(honest)
    reviewed = honest[position].reviewed_at or honest[position].received_at + timedelta(days=3)
    waiting[position] = replace(honest[position], review=None, reviewed_at=None)
    true[position] = replace(honest[position], review="verified", reviewed_at=reviewed)
    person = honest[position].person_id

    def earned(told: list[SightingFacts]) -> int:
        return sum(
            each.points for each in due(told, RULES, NOW, UTC) if each.person_id == person and each.state == "earned"
        )

    assert earned(true) >= earned(waiting)
