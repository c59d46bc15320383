"""What says the same becomes a pair; the same words with another fact, competitor or time do not."""

from __future__ import annotations

import pandas as pd
import pytest
from item_rows import change, frame, release, sighting
from sighting_pairs import pairs as sighting_pairs

from detente.rules import default_rules
from scoring.clustering import pairs

RULES = default_rules().clusters
FIRST = "Globex told Contoso on Tuesday that the Team plan goes from 49 to 59 euros per user from January on."


def paired(*rows: dict[str, object]) -> set[tuple[str, str, str]]:
    found = pairs(frame(rows), RULES)
    assert (found["item_id"] < found["other_id"]).all()
    assert found["likeness"].eq("same").all()
    assert found["share"].between(0, 1).all()
    return set(zip(found["item_id"], found["other_id"], found["reason"], strict=True))


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        FIRST.upper(),
        f"FYI: {FIRST} Worth a look.",
        FIRST.replace("euros", "EUR"),
        FIRST.replace("59", "59.00"),
        FIRST.replace("Contoso", "Contsoo"),
        FIRST.replace("goes", "went").replace("Tuesday", "Monday"),
    ],
)
def test_a_near_copy_is_the_same(text: str) -> None:
    assert paired(sighting("a", FIRST), sighting("b", text, day=3)) == {("a", "b", "copy")}


@pytest.mark.parametrize(
    ("said", "otherwise"),
    [
        ("59", "69"),
        ("59 euros", "59 dollars"),
        ("per user", "per month"),
        ("Contoso", "Fabrikam"),
        ("Team", "Business"),
        ("Globex", "Initech"),
        ("from 49 to 59", "from 59 to 49"),
        ("January", "March"),
        ("goes", "does not go"),
        ("Team plan", "plan"),
        ("per user", "per user and 200 seats at least"),
    ],
)
def test_another_price_account_plan_direction_or_date_is_not_the_same(said: str, otherwise: str) -> None:
    other = FIRST.replace(said, otherwise)

    assert other != FIRST
    assert paired(sighting("a", FIRST), sighting("b", other)) == set()
    assert paired(sighting("a", FIRST), sighting("b", other.lower())) == set()


def test_another_feature_in_the_place_of_one_is_not_the_same() -> None:
    first = "Heard at the fair that Globex will ship audit logs with the next release in autumn"

    assert paired(sighting("a", first), sighting("b", first.replace("audit logs", "offline mode"))) == set()


def test_what_two_competitors_do_is_not_the_same_and_what_nobody_did_only_among_itself() -> None:
    rows = [
        sighting("a", FIRST),
        sighting("b", FIRST, competitor="initech"),
        sighting("c", FIRST, competitor=None),
        sighting("d", FIRST, competitor=None),
    ]

    assert paired(*rows) == {("c", "d", "copy")}


def test_what_lies_further_apart_than_the_window_is_not_put_together() -> None:
    assert paired(sighting("a", FIRST), sighting("b", FIRST, day=RULES.window_days)) == {("a", "b", "copy")}
    assert paired(sighting("a", FIRST), sighting("b", FIRST, day=RULES.window_days + 0.1)) == set()


def test_the_same_words_of_two_accounts_are_the_same_news() -> None:
    rows = [sighting("a", FIRST, account_key="x", person_id="p"), sighting("b", FIRST, account_key="y", person_id="q")]

    assert paired(*rows) == {("a", "b", "copy")}


@pytest.mark.slow
def test_ten_thousand_identical_texts_are_a_chain_and_no_more() -> None:
    rows = [sighting(f"{number:05}", FIRST, day=number / 1000) for number in range(10_000)]

    assert len(pairs(frame(rows), RULES)) == 9_999


TEAM_UP = ("Team", "49 USD / user / month", "59 USD / user / month")


@pytest.mark.parametrize(
    "text",
    [
        "Their Team plan is now 59 dollars",
        "Team goes up from 49 to 59 they say",
        "heard that team costs 59 from now on",
    ],
)
def test_a_sighting_that_names_plan_and_new_price_tells_of_the_change(text: str) -> None:
    assert paired(change("a", *TEAM_UP), sighting("b", text, day=2)) == {("a", "b", "fact")}


@pytest.mark.parametrize(
    "text",
    [
        "Their Team plan is 49 dollars",
        "Their Business plan is now 59 dollars",
        "They talked to our team, 59 people in the room. Globex was there",
        "Globex wants 59 seats for Team",
        "Globex gives 59 % off the Team plan",
        "Globex lowered Team to 59",
    ],
)
def test_an_old_price_another_plan_another_number_or_direction_tells_of_nothing(text: str) -> None:
    assert paired(change("a", *TEAM_UP), sighting("b", text, day=2)) == set()


def test_of_two_changes_a_sighting_tells_of_the_one_that_shares_more_numbers() -> None:
    rows = [
        change("a", *TEAM_UP),
        change("b", "Team", "45 USD", "59 USD"),
        sighting("c", "Team went from 45 to 59", day=1),
    ]

    assert paired(*rows) == {("b", "c", "fact")}


def test_a_sighting_that_names_a_version_or_a_whole_title_tells_of_the_release() -> None:
    rows = [
        release("a", "4.12.0"),
        release("b", "Single sign-on for guests"),
        release("c", "Bug fixes"),
        sighting("d", "They showed 4.12.0 in the demo"),
        sighting("e", "Buyer is glad that they have got single sign-on for guests in all plans at last"),
        sighting("f", "There were some bug fixes, says the customer"),
    ]

    assert paired(*rows) == {("a", "d", "fact"), ("b", "e", "fact")}


def test_two_versions_with_the_same_notes_are_two_releases() -> None:
    notes = "Fixes a crash when the list of invoices is sorted by customer and exported as a spreadsheet."

    assert paired(release("a", "4.12.0", notes), release("b", "4.12.1", notes)) == set()


def test_two_changes_are_one_only_where_subject_and_values_are_the_same() -> None:
    rows = [change("a", *TEAM_UP), change("b", *TEAM_UP, day=1), change("c", "Team", "59 USD", "49 USD", day=2)]

    assert paired(*rows) == {("a", "b", "copy")}


def test_with_touched_items_come_exactly_the_pairs_that_have_one() -> None:
    rows = []
    for number, pair in enumerate(sighting_pairs(seed=11, count=150)):
        rows += [sighting(f"{number}a", pair.one, day=number), sighting(f"{number}b", pair.other, day=number + 1)]
    items = frame(rows)
    every = pairs(items, RULES)
    assert len(every) > 50

    for touched in ["0a", "6b", "31a", "90b", "148a"]:
        mine = every[(every["item_id"] == touched) | (every["other_id"] == touched)].reset_index(drop=True)
        found = pairs(items, RULES, touched=[touched])
        pd.testing.assert_frame_equal(mine, found, check_dtype=False)


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [sighting(f"{number}", pair.one) for number, pair in enumerate(sighting_pairs(seed=12, count=80))]
    rows += [sighting(f"{number}x", pair.other) for number, pair in enumerate(sighting_pairs(seed=12, count=80))]

    pd.testing.assert_frame_equal(pairs(frame(rows), RULES), pairs(frame(rows[::-1]), RULES))


def test_nothing_gives_no_pairs() -> None:
    assert len(pairs(frame([]), RULES)) == 0
    assert paired(sighting("a", ""), sighting("b", " "), sighting("c", "…")) == set()
