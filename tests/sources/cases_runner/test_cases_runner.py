"""A case is a saved page and what a reviewer found on it; a difference is told in words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from detente.errors import UsageError
from detente.records import PageText, PlanFeature, PlanPrice, Reading, ReadStatus, ReleaseEntry
from sources import cases

SOLO = PlanPrice(plan="Solo", amount=Decimal(9), currency="EUR", text="€9", place="p")
CREW = PlanPrice(plan="Crew", amount=Decimal(19), currency="EUR", period="month", text="€19 / month")
SSO = PlanFeature(plan="Crew", feature="SSO", text="SSO")


def reading(*facts: PlanPrice | PlanFeature | ReleaseEntry | PageText) -> Reading:
    return Reading(reader="x", version=7, status=ReadStatus.READ, observations=facts, how="cards")


def case_of(folder: Path, **files: str) -> cases.Case:
    (folder / "page.html").write_text("<p>x</p>")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return cases.case_at(folder, kind="pricing")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ((SOLO, CREW, SSO), []),
        (
            (SOLO, PlanPrice(plan="Crew", amount=Decimal(29), currency="EUR", text="€29"), SSO),
            [
                'price of plan \'Crew\', 19: amount: expected "19", got "29"',
                'price of plan \'Crew\', 19: text: expected "€19 / month", got "€29"',
                "price of plan 'Crew', 19: period: expected \"month\", got nothing",
            ],
        ),
        ((SOLO, SSO), ["price of plan 'Crew', 19 is missing"]),
        ((SOLO, CREW), ["feature 'SSO' of plan 'Crew' is missing"]),
        ((SOLO, CREW, SSO, SSO), ["feature 'SSO' of plan 'Crew' is there and not expected"]),
        (
            (CREW, SOLO, SSO),
            [
                "prices: the same ones in another order",
                "price of plan 'Crew', 19 is there and not expected",
                "price of plan 'Crew', 19 is missing",
            ],
        ),
    ],
)
def test_a_difference_names_plan_field_and_both_values(
    now: tuple[PlanPrice | PlanFeature, ...], told: list[str]
) -> None:
    expected = cases.described("pricing", reading(SOLO, CREW, SSO))

    assert sorted(cases.differences(expected, "pricing", reading(*now))) == sorted(told)


def test_status_reason_and_way_are_compared_and_the_readers_version_is_not() -> None:
    expected = cases.described("page", reading(PageText(block="Solo"))) | {"reader_version": 1, "reason": "cut"}

    told = cases.differences(expected, "page", reading(PageText(block="Solo")))

    assert told == ['reason: expected "cut", got nothing']


def test_an_entry_is_told_by_its_version_and_a_block_by_its_text() -> None:
    expected = cases.described("release_notes", reading(ReleaseEntry(version="1.2", body="Better")))
    told = cases.differences(expected, "release_notes", reading(ReleaseEntry(version="1.2", body="Worse")))
    assert told == ['entry \'1.2\': body: expected "Better", got "Worse"']

    expected = cases.described("page", reading(PageText(block="Solo")))
    assert cases.differences(expected, "page", reading()) == ["block 'Solo' is missing"]


def test_what_is_expected_is_written_once_and_only_on_request_again(tmp_path: Path) -> None:
    case = case_of(tmp_path)
    assert cases.expected_of(case) is None

    path = cases.write(case, reading(SOLO))
    assert json.loads(path.read_text())["prices"] == [{"plan": "Solo", "amount": "9", "currency": "EUR", "text": "€9"}]
    assert path.read_text().count("\n") == 9  # a line per fact

    with pytest.raises(UsageError, match="was reviewed; --overwrite"):
        cases.write(case, reading(CREW))
    assert cases.differences(cases.expected_of(case) or {}, "pricing", reading(SOLO)) == []
    cases.write(case, reading(CREW), overwrite=True)
    assert cases.differences(cases.expected_of(case) or {}, "pricing", reading(CREW)) == []


def test_a_case_says_how_its_page_is_to_be_read(tmp_path: Path) -> None:
    text = 'url = "https://globex.example/"\nkind = "page"\nreader = "tiers"\n[selectors]\nmain = "#x"\n'

    case = case_of(tmp_path, page_toml=text)

    assert (case.kind, case.reader, case.document.url) == ("page", "tiers", "https://globex.example/")
    assert case.document.selectors == {"main": "#x"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"page_toml": 'kind = "prices"\n'}, "kind 'prices' is none; did you mean 'pricing'"),
        ({"page_toml": "kind = \n"}, "what it says of its page cannot be read"),
        ({"input_md": "# x"}, "holds one saved page, page.html or page.<what it is>; there is input.md, page.html"),
    ],
)
def test_a_wrong_case_is_told(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        case_of(tmp_path, **files)
