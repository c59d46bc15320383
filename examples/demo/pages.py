"""Pages of the demo as bytes: one data model through Jinja templates, with or without what rotates."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from examples.demo.plan import FIRST_WEEK, Competitor, Script, SitePage, collected_at, day_of

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
_BANNERS = (
    "Webinar on Thursday: planning the holidays without tears",
    "Invite a colleague and get $50 of credit",
    "We are hiring: see our open positions",
    "New customer story: how a bakery saved four hours a week",
    "2 months free when you switch before the end of the quarter",
)
_QUOTES = (
    ("Planning took me all of Sunday. Now it takes a coffee.", "Maren T., shop manager"),
    ("The first tool that my night shift did not complain about.", "Owen B., ward manager"),
    ("We saved 400 hours in the first year.", "Ilse K., head of operations"),
    ("It paid for itself in 3 weeks.", "Tomasz R., owner"),
)
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "rss.xml": "application/rss+xml; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What differs from one request to the next although nothing has changed."""

    nonce: str
    csrf: str
    banner: str
    quote: tuple[str, str]
    counter: str
    rendered_at: str
    elapsed_ms: int

    @classmethod
    def of(cls, request: int, *, week: int = FIRST_WEEK) -> Noise:
        """The noise of the n-th request: the same number gives the same noise; 0 is used for quiet pages."""
        dice = random.Random(f"demo:{request}")  # noqa: S311 - noise, not a secret
        at = collected_at(week) + timedelta(seconds=37 * request)
        return cls(
            nonce=f"{dice.getrandbits(96):024x}",
            csrf=f"{dice.getrandbits(160):040x}",
            banner=_BANNERS[request % len(_BANNERS)],
            quote=_QUOTES[request % len(_QUOTES)],
            counter=f"{41_000 + 13 * request + dice.randrange(13):,}",
            rendered_at=at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            elapsed_ms=dice.randrange(8, 90),
        )


def content_type(template: str) -> str:
    """The media type of what a template makes."""
    return next(kind for ending, kind in CONTENT_TYPES.items() if template.endswith(ending))


def quiet_page(script: Script, *, week: int, competitor: str, page: str) -> str:
    """A page without noise: a pure function of the facts of its week."""
    site = script.state(week)[competitor]
    return render(site, site.page(page), noise=Noise.of(0))


def render(site: Competitor, page: SitePage, *, noise: Noise) -> str:
    """A page of a site as text."""
    return _ENVIRONMENT.get_template(page.template).render(c=site, page=page, noise=noise)


def render_extra(site: Competitor, template: str, *, noise: Noise) -> str:
    """The style sheet, or the page shown during maintenance."""
    return _ENVIRONMENT.get_template(template).render(c=site, noise=noise)


def changed_at(script: Script, *, week: int, competitor: str, page: str) -> datetime:
    """When a page got the content that it has in a week; its Last-Modified."""
    now = quiet_page(script, week=week, competitor=competitor, page=page)
    while week > FIRST_WEEK and quiet_page(script, week=week - 1, competitor=competitor, page=page) == now:
        week -= 1
    return datetime.combine(day_of(week), time(6), tzinfo=UTC)


def _money(amount: Decimal, currency: str, numbers: str) -> str:
    text = f"{amount:,.2f}".removesuffix(".00")
    if numbers == "en":
        return _SYMBOLS[currency] + text
    return f"{text.translate(str.maketrans('.,', ',.'))}\N{NO-BREAK SPACE}{_SYMBOLS[currency]}"


def _rfc822(value: datetime) -> str:
    return format_datetime(value, usegmt=True)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html", "xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["money"] = _money
    made.filters["rfc822"] = _rfc822
    # an entry without a date of its own still has a moment of publication, which Atom requires as <updated>
    made.filters["moment"] = lambda note: datetime.combine(note.on or day_of(note.week), time(8), tzinfo=UTC)
    return made


_ENVIRONMENT = _environment()
