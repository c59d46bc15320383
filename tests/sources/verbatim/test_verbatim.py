"""No amount is told that was not written: not by a line, not by a page, not by a reader that errs."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.records import Document, PlanPrice, Reading, ReadStatus
from sources import pricing
from sources.document import decode
from sources.pricing.amounts.money import read_money
from sources.pricing.amounts.price_text import read_price_text
from sources.verbatim import occurs, only_written

CASES = sorted(path for path in (Path(__file__).parents[1] / "pricing" / "cases").iterdir() if path.is_dir())
_MANY = settings(max_examples=300, deadline=None, derandomize=True)
_SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９"]
_THOUSANDS = ["", ",", ".", "'", "’", " ", "\u00a0", "\u202f"]
_SIGNS = ["${}", "{} €", "€{}", "CHF {}", "{} zł", "US$ {}", "{}円", "R$ {}", "{} kr", "Rp {}", "{} USD/mo"]
_AROUND = ["{}", "from {}", "{} per user / month", "Team 5 {}", "was {} before", "{}, billed yearly", "-{}", "{}*"]


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[Decimal, str]:
    """An amount and one of the ways to write it."""
    whole, cents = draw(st.integers(0, 99_999_999)), draw(st.integers(0, 99))
    mark = draw(st.sampled_from([".", ","]))
    thousands = draw(st.sampled_from([t for t in _THOUSANDS if t != mark]))
    written = f"{whole:,}".replace(",", thousands)
    amount = Decimal(whole)
    if draw(st.booleans()):
        written, amount = f"{written}{mark}{cents:02}", amount + Decimal(cents) / 100
    script = draw(st.sampled_from(_SCRIPTS))
    return amount, written.translate(str.maketrans("0123456789", script))


@_MANY
@given(case=written_amounts(), sign=st.sampled_from(_SIGNS), around=st.sampled_from(_AROUND))
def test_an_amount_occurs_in_every_way_to_write_it(case: tuple[Decimal, str], sign: str, around: str) -> None:
    amount, written = case
    assert occurs(amount, around.format(sign.format(written)))


@_MANY
@given(case=written_amounts(), sign=st.sampled_from(_SIGNS), around=st.sampled_from(_AROUND), comma=st.booleans())
def test_a_line_tells_only_amounts_that_occur_in_it(
    case: tuple[Decimal, str], sign: str, around: str, comma: bool
) -> None:
    text = around.format(sign.format(case[1]))
    for money in read_money(text, comma_decimal=comma):
        assert money.amount is None or occurs(money.amount, text)
    whole = read_price_text(text, comma_decimal=comma)
    assert whole is None or whole.amount is None or occurs(whole.amount, text)


@_MANY
@given(text=st.text(alphabet="$€£¥ 0123456789.,'-–/xkKzłUSDmofr ⁹²円万\u00a0\u2060", max_size=30), comma=st.booleans())
def test_any_text_tells_only_amounts_that_occur_in_it(text: str, comma: bool) -> None:
    for money in read_money(text, comma_decimal=comma):
        assert money.amount is None or occurs(money.amount, text)
        assert money.amount is None or money.amount >= 0
    whole = read_price_text(text, comma_decimal=comma)
    assert whole is None or whole.amount is None or occurs(whole.amount, text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("29", '"price":2900'),
        ("49.99", "$49⁹⁹"),
        ("49.99", "$49 99"),
        ("35.99", "35€99"),
        ("123456", "₹1,23,456"),
        ("0.75", "$.75"),
        ("9.5", "9.50"),
        ("10", "$5-10 / month"),
        ("1234.56", "1 234,56 €"),
    ],
)
def test_an_amount_occurs_however_its_digits_are_parted(amount: str, text: str) -> None:
    assert occurs(Decimal(amount), text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("9", "19"),
        ("9", "9.50"),
        ("290", "$29"),
        ("29", "$290"),
        ("2.9", "$29"),
        ("0", "Free"),
        ("549", "Team 5 49 €"),
        ("12", "$1 2 users"),
        ("5", ""),
    ],
)
def test_a_part_of_a_number_is_another_number(amount: str, text: str) -> None:
    assert not occurs(Decimal(amount), text)


def test_a_text_of_endless_digits_is_no_amount() -> None:
    assert not occurs(Decimal(9), "9" * 100_000)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_amount_of_a_page_stands_on_the_page(case: Path) -> None:
    document = Document(body=(case / "page.html").read_bytes(), url="https://pricing.example/")
    page = re.sub(r"\\u([0-9a-f]{4})", lambda told: chr(int(told[1], 16)), html.unescape(decode(document)))
    ways_to_see_it = (page, re.sub(r"<[^>]*>", "", page), " ".join(re.sub(r"<[^>]*>", " ", page).split()))
    for fact in pricing.read(document).observations:
        if isinstance(fact, PlanPrice) and fact.amount is not None:
            assert occurs(fact.amount, fact.text)
            assert any(occurs(fact.amount, seen) for seen in ways_to_see_it), fact


def _price(amount: str, text: str, plan: str = "Team") -> PlanPrice:
    return PlanPrice(plan=plan, amount=Decimal(amount), text=text)


def _reading(*prices: PlanPrice) -> Reading:
    return Reading(reader="pricing", version=1, status=ReadStatus.READ, observations=prices)


def test_an_invented_amount_is_left_out_and_said() -> None:
    sound = _price("49", "$49")
    reading = only_written(_reading(sound, _price("94", "$49")))
    assert reading.observations == (sound,)
    assert reading.reason == "1 amount left out: not in the text told with it"


def test_a_plan_whose_only_amount_is_invented_stays_without_it_for_review() -> None:
    invented = _price("94", "$49")
    (kept,) = only_written(_reading(invented)).observations
    assert kept == replace(invented, amount=None, needs_review=True, note="the amount does not stand in the text")


def test_a_sound_reading_is_handed_on_as_it_is() -> None:
    reading = _reading(_price("49", "$49"))
    assert only_written(reading) is reading
