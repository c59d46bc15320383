"""The pages that are watched in the bench, what changes on them, and the noise that does not count as a change.

Everything follows from the number of pages: the server and the judge make the same site, each in its own process.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from bench import words

Kind = Literal["pricing", "release_notes"]
Layout = Literal["cards", "table", "definition_list", "toggle"]
Fact = tuple[str, ...]
"""What must be reported: the kind of change, the page, its subject, and for a price old, new and currency."""

HOSTS = 24
PAGES_PER_COMPANY = 12  # ten pricing pages, one page of release notes, one feed
SMALLEST, LARGEST = 30_000, 135_000
VISIBLE_NOISE = 0.3
CHANGED = 0.02
PLANS = ("Free", "Starter", "Team", "Business", "Enterprise")
LAYOUTS: tuple[Layout, ...] = ("cards", "table", "definition_list", "toggle")

_SLOT = re.compile(r"\{\{([\w:]+)\}\}")


@dataclass(frozen=True, kw_only=True)
class Currency:
    """How a country writes money."""

    code: str
    before: str = ""
    after: str = ""
    comma: bool = False

    def write(self, amount: Decimal) -> str:
        """An amount as a page shows it: whole numbers without cents."""
        number = f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"
        if self.comma:
            number = number.translate(str.maketrans(",.", ".,"))
        return f"{self.before}{number}{self.after}"


CURRENCIES = (
    Currency(code="USD", before="US$"),
    Currency(code="EUR", after="\u00a0€", comma=True),
    Currency(code="GBP", before="£"),
    Currency(code="AUD", before="A$"),
    Currency(code="CHF", before="CHF\u00a0"),
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan; `monthly` is None for "contact us"."""

    name: str
    monthly: Decimal | None
    yearly: Decimal | None
    features: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WatchedPage:
    """One page of the site.

    Attributes:
        number: Its place on the site; seeds all that is random about it.
        competitor: The slug of its company.
        name: Its name within the company.
        kind: Which reader reads it.
        feed: Whether it is RSS.
        url: Where it stands.
        visible_noise: Whether people see something that differs at every request.
    """

    number: int
    competitor: str
    name: str
    kind: Kind
    feed: bool
    url: str
    visible_noise: bool

    @property
    def page_id(self) -> str:
        """The id that Détente gives it."""
        return f"{self.competitor}/{self.name}"

    @property
    def path(self) -> str:
        """Path of its URL."""
        return "/" + self.url.split("/", 3)[3]


@dataclass(frozen=True)
class Site:
    """All pages, and which facts the second revision has that the first has not.

    Attributes:
        count: Pages; rounded down to whole companies.
        port: Where all hosts listen.
        pages: All of them.
        truth: By page id, what changed in the second revision.
    """

    count: int
    port: int
    pages: tuple[WatchedPage, ...] = field(init=False)
    truth: Mapping[str, Fact] = field(init=False)

    def __post_init__(self) -> None:
        pages = tuple(self._pages())
        object.__setattr__(self, "pages", pages)
        object.__setattr__(self, "truth", dict(_changes(pages)))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Addresses that the server listens on: each is a host of its own to every contender."""
        return tuple(f"127.0.1.{number + 1}" for number in range(HOSTS))

    def _pages(self) -> Iterator[WatchedPage]:
        dice = random.Random("visible noise")
        for company in range(max(1, self.count // PAGES_PER_COMPANY)):
            slug = f"{words.COMPANIES[company % len(words.COMPANIES)]}-{company}"
            start = f"http://{self.hosts[company % HOSTS]}:{self.port}/{slug}"
            kinds: list[tuple[str, Kind, str]] = [
                (f"pricing-{product}", "pricing", f"product-{product}/pricing") for product in range(10)
            ]
            kinds += [("notes", "release_notes", "releases"), ("feed", "release_notes", "feed.xml")]
            for place, (name, kind, path) in enumerate(kinds):
                yield WatchedPage(
                    number=company * PAGES_PER_COMPANY + place,
                    competitor=slug,
                    name=name,
                    kind=kind,
                    feed=name == "feed",
                    url=f"{start}/{path}",
                    visible_noise=kind == "pricing" and dice.random() < VISIBLE_NOISE,
                )


def _changes(pages: tuple[WatchedPage, ...]) -> Iterator[tuple[str, Fact]]:
    dice = random.Random("changes")
    groups = (
        [page for page in pages if page.kind == "pricing"],
        [page for page in pages if page.name == "notes"],
        [page for page in pages if page.feed],
    )
    for group in groups:
        for page in dice.sample(group, max(1, round(len(group) * CHANGED))):
            yield page.page_id, pricing_change(page)[1] if page.kind == "pricing" else release_change(page)


def plans_of(page: WatchedPage) -> tuple[Currency, list[Plan]]:
    """The plans that a pricing page shows in its first revision."""
    dice = random.Random(f"plans {page.number}")
    names = {3: PLANS[1:4], 4: PLANS[:4], 5: PLANS}[dice.choice((3, 4, 4, 5))]
    base = Decimal(dice.choice(("9", "12", "14.50", "19", "29", "45")))
    plans = []
    for name in names:
        step = PLANS.index(name)
        monthly = None if name == "Enterprise" else Decimal(0) if name == "Free" else base * (2 * step - 1)
        features = tuple(dice.sample(words.FEATURES, dice.randrange(4, 8)))
        plans.append(
            Plan(name=name, monthly=monthly, yearly=None if monthly is None else monthly * 10, features=features)
        )
    return dice.choice(CURRENCIES), plans


def layout_of(page: WatchedPage) -> Layout:
    """How a pricing page shows its plans."""
    return LAYOUTS[(page.number // 2 + page.number) % len(LAYOUTS)]


def pricing_change(page: WatchedPage) -> tuple[list[Plan], Fact]:
    """The plans of the second revision, which differ in one fact, and that fact: mostly a price."""
    dice = random.Random(f"change {page.number}")
    currency, plans = plans_of(page)
    priced = [place for place, plan in enumerate(plans) if plan.monthly]
    place = dice.choice(priced)
    plan = plans[place]
    what = dice.random()
    if what < 0.12:
        monthly = (plan.monthly or Decimal(0)) + 7
        new = replace(plan, name="Scale", monthly=monthly, yearly=monthly * 10)
        plans.insert(place + 1, new)
        return plans, ("plan_added", page.page_id, new.name)
    if what < 0.24:
        plans[place] = replace(plan, monthly=None, yearly=None)
        return plans, ("to_custom", page.page_id, plan.name)
    old = plan.monthly or Decimal(0)
    new_price = (old * Decimal(dice.choice(("0.9", "1.1", "1.2", "1.5")))).quantize(Decimal("0.01"))
    plans[place] = replace(plan, monthly=new_price)
    kind = "price_increase" if new_price > old else "price_decrease"
    return plans, (kind, page.page_id, plan.name, _plain(old), _plain(new_price), currency.code)


def release_change(page: WatchedPage) -> Fact:
    """The entry that is new in the second revision."""
    return ("release", page.page_id, f"{words.NEWEST_MAJOR}.0.0")


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def cut(text: str, filler: tuple[bytes, ...]) -> list[bytes | str]:
    """A page in parts: bytes that stay, and the names of the slots that noise fills.

    Args:
        text: The page, with `{{slot}}` for noise and `{{filler:7}}` for a block that many pages share.
        filler: Those blocks.

    Returns:
        Bytes and slot names in the order of the page.
    """
    parts: list[bytes | str] = []
    for place, piece in enumerate(_SLOT.split(text)):
        if place % 2 == 0:
            if piece:
                parts.append(piece.encode())
        elif piece.startswith("filler:"):
            parts.append(filler[int(piece[7:])])
        else:
            parts.append(piece)
    return parts
