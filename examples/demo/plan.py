"""The demo's facts and planned changes: what every competitor publishes in a given week."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

FIRST_WEEK, LAST_WEEK = 1, 6
_FOLDER = Path(__file__).parent
_FIRST_ISO_WEEK = (2026, 41)

Kind = Literal[
    "price_increase", "price_decrease", "plan_added", "plan_removed", "to_custom", "from_custom", "currency_changed",
    "period_changed", "feature_added", "feature_removed", "limit_changed", "text_changed", "release",
]  # fmt: skip
Validators = Literal["none", "weak", "strong"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One plan of a pricing page; amounts are per `period`, `annual` is the price with yearly billing."""

    name: str
    blurb: str
    currency: str
    monthly: Decimal | None = None
    annual: Decimal | None = None
    custom: str = ""
    period: str = "month"
    unit: str = ""
    featured: bool = False
    limits: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def price_text(self) -> str:
        """The amount as plan.toml writes it, or what stands in its place."""
        return self.custom if self.monthly is None else str(self.monthly)


@dataclass(frozen=True, kw_only=True)
class Note:
    """One entry of release notes; items read "Kind: text"; `on` is None where the site gives no date."""

    version: str
    title: str
    items: tuple[str, ...]
    on: date | None = None
    week: int = FIRST_WEEK


@dataclass(frozen=True, kw_only=True)
class SitePage:
    """One page of a site; `kind` is the kind that the workspace watches it as."""

    name: str
    kind: Literal["pricing", "release_notes", "page"]
    path: str
    template: str
    title: str
    validators: Validators = "none"


@dataclass(frozen=True, kw_only=True)
class Competitor:
    """Everything that one invented company publishes in one week; notes are newest first."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    tagline: str
    lead: str
    numbers: Literal["en", "de"]
    annual_period: str
    layout: str
    look: Mapping[str, str]
    faq: tuple[tuple[str, str], ...]
    pages: tuple[SitePage, ...]
    plans: tuple[Plan, ...]
    notes: tuple[Note, ...]
    texts: Mapping[str, tuple[tuple[str, str], ...]]
    disallow: tuple[str, ...] = ()

    def page(self, name: str) -> SitePage:
        """The page of that name; KeyError where there is none."""
        return {page.name: page for page in self.pages}[name]

    def plan(self, name: str) -> Plan:
        """The plan of that name; KeyError where there is none."""
        return {plan.name: plan for plan in self.plans}[name]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One planned change; `old` is empty for what is new and `new` for what is gone.

    `subject` is a plan's name, a text's heading or a release's version.
    """

    week: int
    competitor: str
    page: str
    kind: Kind
    subject: str
    old: str = ""
    new: str = ""
    billing: Literal["monthly", "annual", ""] = ""
    after: str = ""
    plan: Plan | None = None
    entry: Note | None = None


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Pages that cannot be read in one week; `*` stands for all of the site, robots.txt included."""

    week: int
    competitor: str
    pages: tuple[str, ...]
    how: Literal["unavailable", "maintenance"]


@dataclass(frozen=True, kw_only=True)
class Redesign:
    """A page that gets other markup for the same facts."""

    week: int
    competitor: str
    page: str
    layout: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """The whole demo: the facts of week 1 and everything planned for the weeks after it."""

    base: Mapping[str, Competitor]
    changes: tuple[Change, ...]
    outages: tuple[Outage, ...] = ()
    redesigns: tuple[Redesign, ...] = ()
    _states: dict[int, Mapping[str, Competitor]] = field(default_factory=dict, compare=False, repr=False)

    def state(self, week: int) -> Mapping[str, Competitor]:
        """What every competitor publishes in a week, by slug.

        Raises:
            ValueError: The week is not part of the demo, or a change's old value is not what the week before says.
        """
        if not FIRST_WEEK <= week <= LAST_WEEK:
            raise ValueError(f"week {week} is not part of the demo: use {FIRST_WEEK} to {LAST_WEEK}")
        if week not in self._states:
            sites = dict(self.base if week == FIRST_WEEK else self.state(week - 1))
            for redesign in (one for one in self.redesigns if one.week == week):
                sites[redesign.competitor] = replace(sites[redesign.competitor], layout=redesign.layout)
            for change in (one for one in self.changes if one.week == week):
                sites[change.competitor] = _applied(sites[change.competitor], change)
            self._states[week] = sites
        return self._states[week]

    def outage(self, week: int, competitor: str, page: str) -> Outage | None:
        """The outage that hides a page in a week, if any; `page` may be any path's name."""
        for one in self.outages:
            if (one.week, one.competitor) == (week, competitor) and ("*" in one.pages or page in one.pages):
                return one
        return None

    def closed(self, competitor: str, page: str) -> bool:
        """Whether robots.txt closes the page."""
        site = self.base[competitor]
        return site.page(page).path.startswith(site.disallow)

    def seen_in(self, change: Change) -> int | None:
        """The first week in which a reader can see the change; None if robots.txt closes its page."""
        if self.closed(change.competitor, change.page):
            return None
        weeks = range(change.week, LAST_WEEK + 1)
        return next((week for week in weeks if not self.outage(week, change.competitor, change.page)), None)


def iso_week(week: int) -> str:
    """The ISO week that a week of the demo stands for, such as `2026-W41`."""
    year, number = _FIRST_ISO_WEEK
    return f"{year}-W{number + week - FIRST_WEEK}"


def day_of(week: int) -> date:
    """The Friday on which the sites change in a week of the demo."""
    year, number = _FIRST_ISO_WEEK
    return date.fromisocalendar(year, number + week - FIRST_WEEK, 5)


def collected_at(week: int) -> datetime:
    """When the demo collects what the sites show at the end of a week: the Monday after it, 05:00 in Berlin, as UTC."""
    monday = datetime.combine(day_of(week) + timedelta(days=3), time(5), tzinfo=ZoneInfo("Europe/Berlin"))
    return monday.astimezone(UTC)


def load_script(facts: str | None = None, plan: str | None = None) -> Script:
    """The demo's script, from the texts of facts.toml and plan.toml; the bundled ones where none is given."""
    sites = tomllib.loads(facts if facts is not None else (_FOLDER / "facts.toml").read_text("utf-8"))
    planned = tomllib.loads(plan if plan is not None else (_FOLDER / "plan.toml").read_text("utf-8"))
    return Script(
        base={slug: _competitor(slug, table) for slug, table in sites.items()},
        changes=tuple(_change(table) for table in planned.get("changes", ())),
        outages=tuple(Outage(**_frozen(table)) for table in planned.get("outages", ())),
        redesigns=tuple(Redesign(**table) for table in planned.get("redesigns", ())),
    )


def _frozen(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _plan(table: Mapping[str, Any]) -> Plan:
    amounts = {key: Decimal(table[key]) for key in ("monthly", "annual") if key in table}
    return Plan(**(_frozen(table) | amounts))


def _change(table: Mapping[str, Any]) -> Change:
    made: dict[str, Any] = dict(table)
    if "plan" in table:
        made["plan"] = _plan(table["plan"])
    if table["kind"] == "release":
        parts = {"items": tuple(made.pop("items")), "on": made.pop("on", None), "week": table["week"]}
        made["entry"] = Note(version=table["subject"], title=table["new"], **parts)
    return Change(**made)


def _competitor(slug: str, table: Mapping[str, Any]) -> Competitor:
    made = _frozen(table) | {
        "slug": slug,
        "faq": tuple((question, answer) for question, answer in table["faq"]),
        "pages": tuple(SitePage(**page) for page in table["pages"]),
        "plans": tuple(_plan(plan) for plan in table["plans"]),
        "notes": tuple(Note(**_frozen(note)) for note in table["notes"]),
        "texts": {name: tuple((heading, text) for heading, text in blocks) for name, blocks in table["texts"].items()},
    }
    return Competitor(**made)


def _applied(site: Competitor, change: Change) -> Competitor:
    """The site after one change, whose old value must be what the site says."""
    if change.entry is not None:
        _expect(change, change.subject not in {note.version for note in site.notes})
        return replace(site, notes=(change.entry, *site.notes))
    if change.kind == "text_changed":
        _expect(change, (change.subject, change.old) in site.texts[change.page])
        blocks = tuple((head, change.new if head == change.subject else text) for head, text in site.texts[change.page])
        return replace(site, texts={**site.texts, change.page: blocks})
    if change.plan is not None:
        _expect(change, (change.plan.name, change.plan.price_text) == (change.subject, change.new))
        place = site.plans.index(site.plan(change.after)) + 1
        return replace(site, plans=(*site.plans[:place], change.plan, *site.plans[place:]))
    plan = site.plan(change.subject)
    if change.kind == "plan_removed":
        _expect(change, plan.price_text == change.old)
        return replace(site, plans=tuple(one for one in site.plans if one is not plan))
    changed = _PLAN_CHANGES[change.kind](plan, change)
    return replace(site, plans=tuple(changed if one is plan else one for one in site.plans))


def _expect(change: Change, holds: bool) -> None:
    if not holds:
        raise ValueError(f"{change}: {change.old!r} → {change.new!r} does not fit what the week before says")


def _price(plan: Plan, change: Change) -> Plan:
    old, new = Decimal(change.old), Decimal(change.new)
    _expect(change, (new > old) == (change.kind == "price_increase") and new != old)
    if change.billing == "annual":
        _expect(change, plan.annual == old)
        return replace(plan, annual=new)
    _expect(change, plan.monthly == old and change.billing == "monthly")
    return replace(plan, monthly=new)


def _to_custom(plan: Plan, change: Change) -> Plan:
    _expect(change, plan.price_text == change.old and not plan.custom)
    return replace(plan, monthly=None, annual=None, custom=change.new)


def _from_custom(plan: Plan, change: Change) -> Plan:
    _expect(change, plan.custom == change.old)
    return replace(plan, monthly=Decimal(change.new), custom="")


def _currency(plan: Plan, change: Change) -> Plan:
    _expect(change, plan.currency == change.old)
    return replace(plan, currency=change.new)


def _period(plan: Plan, change: Change) -> Plan:
    _expect(change, plan.period == change.old)
    return replace(plan, period=change.new)


def _feature(plan: Plan, change: Change) -> Plan:
    gained = change.kind == "feature_added"
    _expect(change, change.new not in plan.features if gained else change.old in plan.features)
    kept = tuple(feature for feature in plan.features if feature != change.old)
    return replace(plan, features=(*kept, change.new) if gained else kept)


def _limit(plan: Plan, change: Change) -> Plan:
    _expect(change, change.old in plan.limits)
    return replace(plan, limits=tuple(change.new if limit == change.old else limit for limit in plan.limits))


_PLAN_CHANGES: Mapping[Kind, Callable[[Plan, Change], Plan]] = {
    "price_increase": _price,
    "price_decrease": _price,
    "to_custom": _to_custom,
    "from_custom": _from_custom,
    "currency_changed": _currency,
    "period_changed": _period,
    "feature_added": _feature,
    "feature_removed": _feature,
    "limit_changed": _limit,
}
