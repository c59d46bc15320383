"""Cards that stand side by side are plans together, whichever of them has a number."""

from __future__ import annotations

import itertools

import pytest

from detente.records import Document, PlanFeature, PlanPrice
from sources import pricing

_FREE = ("Free", '<p class="tier__quote"><strong>Free</strong> <small>forever</small></p>')
_TEAM = (
    "Team",
    (
        "<dl><div><dt>Billed monthly</dt><dd><strong>$7</strong> <small>per user / month</small></dd></div>"
        "<div><dt>Billed annually</dt><dd><strong>$5</strong> <small>per user / month</small></dd></div></dl>"
    ),
)
_BUSINESS = ("Business", '<p class="tier__quote"><strong>Contact sales</strong></p>')
_ENTERPRISE = ("Enterprise", "<p><strong>On request</strong></p>")
_CARDS = (_FREE, _TEAM, _BUSINESS, _ENTERPRISE)
_LIST = "<ol>{}</ol>", '<li><article class="tier"><header><h2>{}</h2><p>For desks.</p></header>{}{}</article></li>'
_GRID = "<div class=grid>{}</div>", '<div class="card"><h3>{}</h3><p>For desks.</p>{}{}</div>'
_BARE = "<section>{}</section>", "<article><h3>{}</h3>{}{}</article>"
_LAYOUTS = {"list": _LIST, "grid": _GRID, "bare": _BARE}
_TICKS = "<ul><li>Up to 5 users</li><li>Mobile app</li></ul><footer><a href=/start>Choose plan</a></footer>"


def page_of(cards: tuple[tuple[str, str], ...], layout: tuple[str, str], featured: int = -1) -> str:
    row, card = layout
    written = [card.format(name, price, _TICKS) for name, price in cards]
    if featured >= 0:
        written[featured] = written[featured].replace('class="', 'class="highlighted ')
    return (
        "<body><main><section><h1>Rosters that write themselves</h1><p>For every shift.</p></section>"
        f"<section id=plans>{row.format(''.join(written))}</section>"
        "<section><h2>Questions</h2><details><summary>Is it free?</summary><p>Ask us.</p></details></section></main>"
    )


def plans_of(html: str) -> dict[str, list[PlanPrice]]:
    reading = pricing.read(Document(body=html.encode(), url="https://pricing.example/"))
    found: dict[str, list[PlanPrice]] = {}
    for fact in reading.observations:
        if isinstance(fact, PlanPrice):
            found.setdefault(fact.plan, []).append(fact)
    return found


@pytest.mark.parametrize("layout", list(_LAYOUTS.values()), ids=list(_LAYOUTS))
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_one_priced_card_makes_its_siblings_plans_in_any_order(order: tuple[int, ...], layout: tuple[str, str]) -> None:
    found = plans_of(page_of(tuple(_CARDS[i] for i in order), layout))
    assert [_CARDS[i][0] for i in order] == list(found)
    assert [(p.free, p.custom, p.needs_review) for p in found["Free"]] == [(True, False, False)]
    for name in ("Business", "Enterprise"):
        assert [(p.free, p.custom, p.needs_review) for p in found[name]] == [(False, True, False)]
    assert [(str(p.amount), p.billing) for p in found["Team"]] == [("7", "monthly"), ("5", "annual")]


@pytest.mark.parametrize("layout", [_LIST, _GRID], ids=["list", "grid"])
@pytest.mark.parametrize("featured", range(4))
def test_a_class_that_features_one_card_changes_no_plan(featured: int, layout: tuple[str, str]) -> None:
    plain, marked = plans_of(page_of(_CARDS, layout)), plans_of(page_of(_CARDS, layout, featured))
    assert list(plain) == list(marked)


@pytest.mark.parametrize(
    ("wording", "free", "custom"),
    [
        ("<p>Free</p>", True, False),
        ("<p>Free forever</p>", True, False),
        ("<p><b>$0</b></p>", True, False),
        ("<p>Contact sales</p>", False, True),
        ("<p>Talk to us</p>", False, True),
        ("<p>Custom</p>", False, True),
        ("<p><b>Custom</b> <span>billed annually</span></p>", False, True),
        ("<p><b>Free</b> <span>for one desk</span></p>", True, False),
    ],
)
def test_a_sibling_says_that_it_is_free_or_on_request(wording: str, free: bool, custom: bool) -> None:
    for layout in _LAYOUTS.values():
        found = plans_of(page_of((_TEAM, ("Harbour", wording)), layout))
        assert list(found) == ["Team", "Harbour"]
        assert [(free, custom, False)] == [(p.free, p.custom, p.needs_review) for p in found["Harbour"]]


def test_a_heading_free_needs_no_further_wording() -> None:
    for layout in _LAYOUTS.values():
        found = plans_of(page_of((("Free", "<p>No card needed.</p>"), _TEAM, _BUSINESS), layout))
        assert list(found) == ["Free", "Team", "Business"]
        assert found["Free"][0].free


def test_sections_beside_a_priced_one_are_no_plans() -> None:
    html = (
        "<main><section><h2>Team</h2><p>$7 per user / month</p></section>"
        "<section><h2>Need help?</h2><p>Our people answer.</p><a href=/talk>Contact us</a></section>"
        "<section><h2>Security</h2><p>Audited twice a year.</p></section></main>"
    )
    assert list(plans_of(html)) == ["Team"]


def test_a_quoted_amount_is_no_price_and_a_quote_for_a_plan_is_one() -> None:
    said = '<div class="quote"><h3>Ada</h3><p>“We saved $900 in our first month with it.”</p></div>'
    assert list(plans_of(f"<main>{said}<div class=card><h3>Team</h3><p>$7 / month</p></div></main>")) == ["Team"]
    assert list(plans_of("<main><div class=card><h3>Team</h3><p class=card__quote>$7 / month</p></div>")) == ["Team"]


def test_what_is_said_to_be_at_most_is_a_limit_however_it_begins() -> None:
    html = page_of((_TEAM, _FREE), _GRID).replace("Up to 5", "@@")
    for words in ("Up to 5", "up to 5", "Maximum 5", "5"):
        reading = pricing.read(Document(body=html.replace("@@", words).encode(), url="https://pricing.example/"))
        limits = [f for f in reading.observations if isinstance(f, PlanFeature) and f.limit is not None]
        assert [(f.feature, str(f.limit), f.unit) for f in limits] == [("users", "5", "user")] * 2
