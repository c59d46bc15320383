"""P11: where selectors no longer fit a page, the reading is empty and says which would; nothing is read as gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.records import Document, PlanPrice, ReadStatus
from sources import pricing
from sources.near_selectors import is_stable, nearest_selectors
from sources.pricing.context import MoneyContext
from sources.pricing.page import VisiblePage
from sources.pricing.suggest import suggest

CASES = Path(__file__).parent / "cases"
RIGHT = {"plan": "section.tariff", "name": "h3", "price": ".tariff-cost"}


def read(body: bytes, **selectors: str) -> pricing.read:
    return pricing.read(Document(body=body, url="https://pricing.example/plans", selectors=selectors))


@pytest.fixture(scope="module")
def before() -> bytes:
    return (CASES / "redesign_before" / "page.html").read_bytes()


@pytest.fixture(scope="module")
def after() -> bytes:
    return (CASES / "redesign_after" / "page.html").read_bytes()


def test_the_selectors_that_are_named_read_the_page_after_its_redesign_as_before(before: bytes, after: bytes) -> None:
    broken = read(after, **RIGHT)
    assert broken.status == ReadStatus.EMPTY
    assert "nearest that would: .tariff-panel (3 nodes)" in broken.reason
    assert "plan = 'article.tariff-panel', name = 'h3', price = '.tariff-sum' (3 plans)" in broken.reason

    mended = read(after, plan="article.tariff-panel", name="h3", price=".tariff-sum")

    def prices(reading):
        return [(p.plan, p.amount, p.custom) for p in reading.observations if isinstance(p, PlanPrice)]

    assert prices(mended) == prices(read(before, **RIGHT))


@pytest.mark.parametrize(
    ("selectors", "reason"),
    [
        (
            {"price": ".tariff-price"},
            "the selector price = '.tariff-price' matches nothing in the 3 plans; nearest that",
        ),
        ({"name": "h4"}, "the selector name = 'h4' matches nothing in the 3 plans"),
        (
            {"plan": "div.tariff > section.tariff"},
            "matches nothing on the page; nearest that would: div.tariffs > section.tariff (3",
        ),
        ({"plan": "section.tarif"}, "nearest that would: section.tariff (3 nodes)"),
        ({"plan": "#all section.tariff"}, "nearest that would: section.tariff (3 nodes)"),
    ],
)
def test_one_selector_that_matches_nothing_is_named_and_no_plan_is_read_without_its_price(
    before: bytes, selectors: dict[str, str], reason: str
) -> None:
    reading = read(before, **(RIGHT | selectors))

    assert (reading.status, reading.observations) == (ReadStatus.EMPTY, ())
    assert reason in reading.reason


def test_a_selector_that_matches_hundreds_is_told_with_one_that_matches_the_plans(before: bytes) -> None:
    crowded = before.replace(b"</main>", b"<section>row</section>" * 400 + b"</main>")

    reading = read(crowded, plan="section", name="h3", price=".tariff-cost")

    assert reading.status == ReadStatus.EMPTY
    assert "the selector plan = 'section' matches 403 nodes (at most 200)" in reading.reason
    assert "by what repeats on the page: plan = 'section.tariff'" in reading.reason


def test_nothing_is_suggested_where_nothing_repeats() -> None:
    for html in (
        "<p>Nothing here</p>",
        "<p>It costs $9 in $10 of cases</p>",
        "<div><b>$5</b></div><div><b>$6</b></div>",
    ):
        page = VisiblePage(html)
        assert suggest(page, MoneyContext(page)) == []


def test_a_page_of_one_plan_gets_selectors_too() -> None:
    page = VisiblePage("<main><div class=offer><h2>Whole</h2><p class=cost>€30 / month</p></div></main>")

    (best, *_) = suggest(page, MoneyContext(page))

    assert dict(best.selectors) == {"plan": "div.offer", "name": "h2", "price": ".cost"}


def test_hashes_and_utilities_are_not_suggested_where_there_are_words() -> None:
    cards = "".join(
        f'<div class="flex p-4 css-1q2w3e4r edition"><b class="x9f8e7d title">{name}</b> '
        f'<i class="kXbGdU sum">€{n}</i></div>'
        for name, n in (("Solo", 9), ("Crew", 19), ("Fleet", 49))
    )
    page = VisiblePage(f"<main><div class=grid>{cards}</div></main>")

    best = suggest(page, MoneyContext(page))[0]

    assert (best.selectors["plan"], best.selectors["price"]) == ("div.edition", ".sum")


@pytest.mark.parametrize(
    "name", ["css-1q2w3e4r", "sc-bdVaJa", "x9f8e7d", "_3fK2a", "jsx-2871293847", "kXbGdU", "w-1/2"]
)
def test_a_hash_is_not_stable(name: str) -> None:
    assert not is_stable(name)


@pytest.mark.parametrize("name", ["plan", "pricing-card", "PricingCard", "tier_2", "plan__name--big", "col-md-4", "h1"])
def test_a_word_is_stable(name: str) -> None:
    assert is_stable(name)


@pytest.mark.parametrize("selector", ["div:::x", "((", "> > >", "a" * 400, "[data-x", ".x, .y", "", "🦊.plan"])
def test_a_selector_that_is_no_css_has_no_near_ones_and_no_error(before: bytes, selector: str) -> None:
    page = VisiblePage(before.decode())

    assert all(near.count > 0 for near in nearest_selectors(page.tree, selector))


def test_the_search_on_a_huge_page_is_bounded() -> None:
    rows = "".join(f'<div class="row-{n}"><b class="name-{n}">x</b><i>${n}.00</i></div>' for n in range(1, 20_000))
    page = VisiblePage(f"<main>{rows}</main>")

    assert len(nearest_selectors(page.tree, "main > div.rows > .name")) <= 2
    suggest(page, MoneyContext(page))
