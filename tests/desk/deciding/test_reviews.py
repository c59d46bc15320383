"""Reviews: who may, which word counts, and that a retry makes no second."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from desk_rows import put_sighting
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from desk import audit, people, schema
from desk.deciding import reviews
from desk.following import sightings
from detente.errors import ConflictError, DetenteError, NotAllowedError, NotFoundError, SubmissionError
from detente.people import Person

from .conftest import Product

ROLES = ("rep", "sales_lead", "legal", "admin", "viewer")


def _count(product: Product) -> int:
    with product.desk.reading() as c:
        return int(c.execute(select(func.count()).select_from(schema.review)).scalar_one())


def _record(product: Product, outcome: str, by: Person, **more: object) -> reviews.ReviewState:
    with product.desk.writing() as c:
        return reviews.record(c, product.said, outcome, by=by, now=product.clock.go(hours=1), **more)  # type: ignore[arg-type]


def test_what_a_reviewer_found_stands_is_told_as_read_and_noted_in_the_audit(product: Product) -> None:
    state = _record(product, "verified", product.paul, is_blind=True)

    assert state == reviews.ReviewState(
        outcome="verified",
        reviewers=(product.paul.person_id,),
        at=product.clock.now(),
        is_disputed=False,
        last_at=product.clock.now(),
    )
    with product.desk.reading() as c:
        [entry] = audit.entries(c, subject=product.said)
        assert sightings.sighting(c, product.said).read_at == product.clock.now()
        assert (entry.action, entry.by) == ("sighting_reviewed", product.paul.person_id)
        assert entry.detail == {"outcome": "verified", "is_blind": True}


def test_the_reporter_and_whom_they_report_to_do_not_review_it(product: Product) -> None:
    with product.desk.writing() as c:
        people.set_roles(c, product.ana.person_id, ["rep", "pm"], by=None, now=product.clock.now())
        own = people.person(c, product.ana.person_id)
    for by, why in ((own, "their own report"), (product.mia, "reports to you")):
        with pytest.raises(NotAllowedError, match=why):
            _record(product, "verified", by)
    assert _count(product) == 0


@pytest.mark.parametrize("role", ROLES)
def test_no_other_role_reviews_not_even_one_that_admin_gave_itself(
    product: Product, add: Callable[..., Person], role: str
) -> None:
    with pytest.raises(NotAllowedError, match="needs the role pm"):
        _record(product, "verified", add("Olga", role))
    assert _count(product) == 0


def test_an_admin_who_makes_themselves_a_pm_still_does_not_review_their_own(
    product: Product, add: Callable[..., Person]
) -> None:
    admin = add("Adam", "admin")
    own = put_sighting(product.desk, 3, admin.person_id)
    with product.desk.writing() as c:
        people.set_roles(c, admin.person_id, ["admin", "pm"], by=admin.person_id, now=product.clock.now())
        admin = people.person(c, admin.person_id)
        [granted] = [entry for entry in audit.entries(c, subject=admin.person_id) if entry.action == "roles_set"]
        with pytest.raises(NotAllowedError, match="their own report"):
            reviews.record(c, own, "verified", by=admin, now=product.clock.now())
    assert granted.by == admin.person_id


@pytest.mark.parametrize("gate", ["quarantined", "waiting", "not_kept", "rejected"])
def test_what_is_held_back_is_told_like_what_is_not_there(product: Product, gate: str) -> None:
    held = put_sighting(product.desk, 3, product.ana.person_id, gate=gate)
    for one in (held, "no such"):
        with pytest.raises(NotFoundError, match="no such sighting"), product.desk.writing() as c:
            reviews.record(c, one, "verified", by=product.paul, now=product.clock.now())


def test_legal_who_is_a_pm_too_sees_it_and_still_does_not_review_it(
    product: Product, add: Callable[..., Person]
) -> None:
    held = put_sighting(product.desk, 3, product.ana.person_id, gate="quarantined")
    lea = add("Lea", "legal", "pm")
    with pytest.raises(ConflictError, match="quarantined"), product.desk.writing() as c:
        reviews.record(c, held, "verified", by=lea, now=product.clock.now())


def test_what_was_withdrawn_is_not_reviewed_and_keeps_what_was_found_before(product: Product) -> None:
    _record(product, "verified", product.paul)
    with product.desk.writing() as c:
        sightings.withdraw(c, product.said, by=product.ana.person_id, now=product.clock.now())
    with pytest.raises(DetenteError):
        _record(product, "wrong", product.paul)
    with product.desk.reading() as c:
        assert reviews.standing(c, product.said).outcome == "verified"


def test_a_reviewers_newest_word_counts_and_can_be_taken_back(product: Product) -> None:
    outcomes = [
        _record(product, word, product.paul).outcome for word in ("verified", "wrong", "wrong", "taken_back", "context")
    ]

    assert outcomes == ["verified", "wrong", "wrong", None, "context"]
    assert _count(product) == 4
    with product.desk.reading() as c:
        assert reviews.standing(c, product.said).outcome == "context"


def test_every_two_reviewers_of_one_sighting_are_a_pair(product: Product) -> None:
    for word, by in (("wrong", product.paul), ("verified", product.paul), ("context", product.petra)):
        _record(product, word, by)
    with product.desk.writing() as c:
        reviews.record(c, product.also, "verified", by=product.paul, now=product.clock.now())
        assert reviews.pairs(c) == [("verified", "context")]


def test_who_said_nothing_takes_nothing_back(product: Product) -> None:
    _record(product, "verified", product.paul)
    with pytest.raises(ConflictError, match="nothing to take back"):
        _record(product, "taken_back", product.petra)


def test_that_is_no_outcome(product: Product) -> None:
    with pytest.raises(SubmissionError, match="is none of verified, context, wrong, fabricated, taken_back"):
        _record(product, "great", product.paul)


def test_a_second_opinion_alone_does_not_overturn_a_first_and_a_third_does(
    product: Product, add: Callable[..., Person]
) -> None:
    first = _record(product, "verified", product.paul)
    second = _record(product, "fabricated", product.petra)
    third = _record(product, "fabricated", add("Pia", "pm"))

    assert (first.outcome, first.is_disputed) == ("verified", False)
    assert (second.outcome, second.is_disputed) == ("verified", True)
    assert (third.outcome, third.is_disputed, len(third.reviewers)) == ("fabricated", True, 2)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(reviews.OUTCOMES)), max_size=8))
def test_what_stands_is_what_most_found_and_does_not_hang_on_the_order_of_rows(words: list[tuple[str, str]]) -> None:
    newest = {
        by: reviews.Review(
            review_id=number,
            sighting_id="s",
            outcome=outcome,
            by=by,
            is_blind=False,
            at=_at(number),  # type: ignore[arg-type]
        )
        for number, (by, outcome) in enumerate(words)
    }
    found = list(newest.values())
    state = reviews.stands(found)

    assert state == reviews.stands(reversed(found))
    votes = [one.outcome for one in found]
    assert (state.outcome is None) is (not votes)
    assert all(votes.count(state.outcome) >= votes.count(other) for other in votes)
    assert state.is_disputed is (len(set(votes)) > 1)


def _at(number: int) -> datetime:
    return datetime(2026, 11, 16, tzinfo=UTC) + timedelta(hours=number)


@pytest.mark.slow
def test_fifty_clicks_at_once_are_one_review(product: Product) -> None:
    def click(_: int) -> None:
        with product.desk.writing() as c:
            reviews.record(c, product.said, "verified", by=product.paul, now=product.clock.now())

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(click, range(50)))

    assert _count(product) == 1


def test_nobody_reviews_what_they_or_their_people_told_as_well(product: Product) -> None:
    own = put_sighting(product.desk, 7, product.petra.person_id)

    for by, beside in ((product.petra, own), (product.mia, product.said)):
        with pytest.raises(NotAllowedError, match="told the same"), product.desk.writing() as c:
            reviews.record(c, product.also, "wrong", by=by, now=product.clock.now(), beside=[product.also, beside])
    with product.desk.writing() as c:
        reviews.record(c, product.also, "wrong", by=product.paul, now=product.clock.now(), beside=[own, product.said])
