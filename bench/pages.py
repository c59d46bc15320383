"""Writes the pages of the site as HTML and RSS, with slots where noise goes."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

from bench import words
from bench.site import (
    LARGEST,
    SMALLEST,
    Currency,
    Plan,
    WatchedPage,
    layout_of,
    plans_of,
    pricing_change,
    release_change,
)

_BLOCK = 1500
_WITHOUT_FILLER = 6_000  # at least so many bytes of a page are text and markup
_BLOCKS = 256
_ON_REQUEST = "Contact us"
_RELEASES_FROM = date(2026, 11, 2)


def filler() -> tuple[bytes, ...]:
    """Blocks of script and of style: bundles that many pages share, each page in its own mixture."""
    dice = random.Random("filler")
    return tuple((_script if number % 3 else _style)(dice).encode() for number in range(_BLOCKS))


def _script(dice: random.Random) -> str:
    text = ""
    while len(text) < _BLOCK:
        name, value = f"f{dice.getrandbits(20):x}", f"{dice.getrandbits(96):024x}"
        text += f'function {name}(a,b){{var c="{value}";return a?b+c.slice({dice.randrange(9)}):{name}(b,c)}}'
    return text + "\n"


def _style(dice: random.Random) -> str:
    text = "/*"
    while len(text) < _BLOCK:
        text += f".c{dice.getrandbits(20):x}{{margin:{dice.randrange(40)}px;color:#{dice.getrandbits(24):06x}}}"
    return text + "*/\n"


def text_of(page: WatchedPage, revision: int, changed: bool) -> str:
    """A page with its slots.

    Args:
        page: Which one.
        revision: 1 or 2.
        changed: Whether it is one of those that differ in revision 2.
    """
    second = changed and revision == 2
    if page.kind == "pricing":
        return _pricing(page, second)
    return _feed(page, second) if page.feed else _notes(page, second)


def _target(page: WatchedPage) -> int:
    return random.Random(f"size {page.number}").randrange(SMALLEST, LARGEST)


def _title(page: WatchedPage) -> str:
    return page.competitor.split("-")[0].capitalize()


def _padded(page: WatchedPage, head: str, body: str) -> str:
    """Head and body with as much script around them as makes the page as large as it is meant to be.

    What is in revision 2 but not in 1 does not move the padding: the rest of the page keeps its bytes.
    """
    dice = random.Random(f"padding {page.number}")
    missing = max(0, _target(page) - _WITHOUT_FILLER) // _BLOCK
    blocks = [f"{{{{filler:{dice.randrange(_BLOCKS)}}}}}" for _ in range(missing)]
    middle = len(blocks) // 4
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{head}\n'
        f'<meta name="csrf-token" content="{{{{token}}}}">\n<link rel="stylesheet" href="/app.css?v={{{{build}}}}">\n'
        f'<script nonce="{{{{nonce}}}}">\n{"".join(blocks[:middle])}</script>\n</head>\n'
        f'<body data-build="{{{{build}}}}">\n'
        f"{_navigation(page, dice)}\n{body}\n{_footer(page, dice)}\n"
        f'<script nonce="{{{{nonce}}}}">\n{"".join(blocks[middle:])}window.t="{{{{token}}}}";</script>\n'
        "</body>\n</html>\n"
        "<!-- served by {{node}} at {{time}} in {{ms}} ms -->\n"
    )


def _navigation(page: WatchedPage, dice: random.Random) -> str:
    menus = "\n".join(
        f'<li><a href="/{noun}s">{noun.capitalize()}s</a><ul>'
        + "".join(
            f'<li><a href="/{noun}s/{other}">{other.capitalize()}s</a></li>' for other in dice.sample(words.NOUNS, 6)
        )
        + "</ul></li>"
        for noun in dice.sample(words.NOUNS, 8)
    )
    return f'<header><a href="/">{_title(page)}</a><nav><ul>\n{menus}\n</ul></nav></header>'


def _footer(page: WatchedPage, dice: random.Random) -> str:
    links = "\n".join(f'<a href="/{noun}s">{noun.capitalize()}s</a>' for noun in dice.choices(words.NOUNS, k=30))
    return (
        '<form action="/subscribe" method="post"><input type="hidden" name="csrf" value="{{token}}">'
        f'<input name="mail"><button>Subscribe</button></form>\n'
        f"<footer>\n{links}\n<p>© {_title(page)} Ltd.</p></footer>"
    )


def _pricing(page: WatchedPage, second: bool) -> str:
    currency, plans = plans_of(page)
    if second:
        plans, _ = pricing_change(page)
    dice = random.Random(f"page {page.number}")
    noise = (
        "<p>Prices last updated on {{updated}}</p>\n<p>{{viewers}} teams are looking at this page right now</p>\n"
        "<blockquote>{{quote}}</blockquote>\n"
        if page.visible_noise
        else ""
    )
    shown = {"cards": _cards, "table": _table, "definition_list": _list, "toggle": _toggle}[layout_of(page)](
        currency, plans
    )
    product = page.name.rpartition("-")[2]
    body = (
        f"<main>\n<h1>{_title(page)} pricing</h1>\n<p>Plans for product line {product}.</p>\n{noise}{shown}\n"
        f"{_comparison(page, plans)}{_questions(page)}</main>\n{_state(currency, plans)}"
    )
    offers = _offers(page, currency, plans) if dice.random() < 0.4 else ""
    return _padded(page, f"<title>{_title(page)} {product} – pricing</title>{offers}", body)


def _features(plan: Plan) -> str:
    return "<ul>" + "".join(f"<li>{feature}</li>" for feature in plan.features) + "</ul>"


def _money(currency: Currency, plan: Plan) -> tuple[str, str] | None:
    if plan.monthly is None or plan.yearly is None:
        return None
    return currency.write(plan.monthly), currency.write(plan.yearly)


def _cards(currency: Currency, plans: Iterable[Plan]) -> str:
    cards = ""
    for plan in plans:
        money = _money(currency, plan)
        price = (
            f'<div class="price"><span>{money[0]}</span> <span>per user / month</span></div>'
            f'<p class="annual">or {money[1]} per user / year, billed annually</p>'
            if money
            else f'<div class="price">{_ON_REQUEST}</div>'
        )
        cards += (
            f'<div class="plan"><h3>{plan.name}</h3>{price}{_features(plan)}'
            f'<a class="button" href="/sign-up">Choose {plan.name}</a></div>\n'
        )
    return f'<div class="plans">\n{cards}</div>'


def _table(currency: Currency, plans: Iterable[Plan]) -> str:
    plans = list(plans)
    money = [_money(currency, plan) for plan in plans]
    head = "".join(f"<th>{plan.name}</th>" for plan in plans)
    monthly = "".join(f"<td>{both[0] if both else _ON_REQUEST}</td>" for both in money)
    yearly = "".join(f"<td>{both[1] if both else _ON_REQUEST}</td>" for both in money)
    return (
        f"<table>\n<thead><tr><th></th>{head}</tr></thead>\n<tbody>\n<tr><th>Monthly price</th>{monthly}</tr>\n"
        f"<tr><th>Yearly price</th>{yearly}</tr>\n</tbody>\n</table>"
    )


def _list(currency: Currency, plans: Iterable[Plan]) -> str:
    rows = ""
    for plan in plans:
        money = _money(currency, plan)
        price = f"<b>{money[0]}</b> per seat monthly, {money[1]} yearly" if money else _ON_REQUEST
        rows += f"<dt>{plan.name}</dt><dd>{price}{_features(plan)}</dd>\n"
    return f'<dl class="plans">\n{rows}</dl>'


def _toggle(currency: Currency, plans: Iterable[Plan]) -> str:
    cards = ""
    for plan in plans:
        price = f'<div class="price">{_ON_REQUEST}</div>'
        if plan.monthly is not None and plan.yearly is not None:
            price = (
                f'<div class="price monthly">{currency.write(plan.monthly)} <small>/ month</small></div>'
                f'<div class="price yearly" style="display:none">{currency.write(plan.yearly / 12)} '
                "<small>/ month</small><p>billed annually</p></div>"
            )
        cards += f'<div class="card"><h2>{plan.name}</h2>{price}{_features(plan)}</div>\n'
    return (
        f'<div role="tablist"><button>Monthly</button><button>Yearly</button></div>\n<div class="cards">\n{cards}</div>'
    )


def _comparison(page: WatchedPage, plans: list[Plan]) -> str:
    """A third of the pages compare their plans feature by feature."""
    dice = random.Random(f"comparison {page.number}")
    if dice.random() > 0.33:
        return ""
    head = "".join(f"<th>{plan.name}</th>" for plan in plans)
    rows = ""
    for feature in dice.sample(words.FEATURES[4:], dice.randrange(10, 22)):
        # of each plan by itself, so that a plan that comes leaves the others' marks as they are
        has = [random.Random(f"{page.number} {feature} {plan.name}").random() < 0.5 for plan in plans]
        marks = "".join(f"<td>{'✓' if one else '—'}</td>" for one in has)
        rows += f"<tr><td>{feature}</td>{marks}</tr>\n"
    return (
        f"<h2>Compare plans</h2>\n<table>\n<thead><tr><th>Feature</th>{head}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _questions(page: WatchedPage) -> str:
    dice = random.Random(f"questions {page.number}")
    asked = "".join(
        f"<details><summary>{question}</summary><p>{' '.join(_sentence(dice) for _ in range(4))}</p></details>\n"
        for question in dice.sample(words.QUESTIONS, 6)
    )
    return f"<h2>Questions</h2>\n{asked}"


def _state(currency: Currency, plans: list[Plan]) -> str:
    """The data that the page's own scripts start from, as many frameworks leave it in the page."""
    state = {
        "build": "{build}", "at": "{time}", "session": "{token}",
        "plans": [{"title": p.name, "cents": None if p.monthly is None else int(p.monthly * 100)} for p in plans],
        "currency": currency.code.lower(),
    }  # fmt: skip
    text = json.dumps(state)
    for slot in ("build", "time", "token"):
        text = text.replace(f"{{{slot}}}", f"{{{{{slot}}}}}")
    return f'<script type="application/json" id="state">{text}</script>'


def _offers(page: WatchedPage, currency: Currency, plans: list[Plan]) -> str:
    offers = [
        {"@type": "Offer", "name": plan.name, "price": f"{plan.monthly:.2f}", "priceCurrency": currency.code}
        for plan in plans
        if plan.monthly is not None
    ]
    data = {"@context": "https://schema.org", "@type": "SoftwareApplication", "name": _title(page), "offers": offers}
    return f'\n<script type="application/ld+json">{json.dumps(data)}</script>'


def _sentence(dice: random.Random) -> str:
    return f"{dice.choice(words.VERBS)} {dice.choice(words.NOUNS)} {dice.choice(words.ENDINGS)}."


def _releases(page: WatchedPage, second: bool) -> list[tuple[str, date, list[str]]]:
    """Version, date and lines of every entry, newest first."""
    dice = random.Random(f"releases {page.number}")
    count = dice.randrange(18, 32)
    entries = []
    for place in range(count):
        left = count - place
        version = f"{1 + left // 10}.{left % 10}.0"
        day = _RELEASES_FROM - timedelta(days=9 * place + page.number % 7)
        entries.append((version, day, [_sentence(dice) for _ in range(dice.randrange(3, 8))]))
    if second:
        lines = ["Added usage reports for every member.", _sentence(dice)]
        entries.insert(0, (release_change(page)[2], date(2026, 11, 20), lines))
    return entries


def _notes(page: WatchedPage, second: bool) -> str:
    entries = "\n".join(
        f'<article><h2>{version}</h2><time datetime="{day}">{day:%B %d, %Y}</time><ul>'
        + "".join(f"<li>{line}</li>" for line in lines)
        + "</ul></article>"
        for version, day, lines in _releases(page, second)
    )
    body = f"<main>\n<h1>Release notes</h1>\n{entries}\n</main>"
    return _padded(page, f"<title>{_title(page)} release notes</title>", body)


def _feed(page: WatchedPage, second: bool) -> str:
    """A feed in which every entry carries its whole text, so that it is as large as the other pages."""
    link = f"https://www.{_title(page).lower()}.example/releases"
    items = ""
    dice = random.Random(f"feed {page.number}")
    for version, day, lines in _releases(page, second):
        more = (
            ""
            if second and version == release_change(page)[2]
            else "".join(f"<p>{' '.join(_sentence(dice) for _ in range(6))}</p>" for _ in range(5))
        )
        listed = "".join(f"<li>{line}</li>" for line in lines)
        moment = format_datetime(_midday(day))
        guid = hashlib.sha256(f"{page.page_id} {version}".encode()).hexdigest()[:20]
        items += (
            f"<item><title>{_title(page)} {version}</title><link>{link}/{version}</link>"
            f'<guid isPermaLink="false">{guid}</guid><pubDate>{moment}</pubDate>'
            f"<description><![CDATA[<ul>{listed}</ul>{more}]]></description></item>\n"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{_title(page)} releases</title>'
        f"<link>{link}</link><description>What is new</description><lastBuildDate>{{{{time}}}}</lastBuildDate>\n"
        f"{items}</channel></rss>\n<!-- {{{{node}}}} {{{{token}}}} -->\n"
    )


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(12, 0), UTC)
