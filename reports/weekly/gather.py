"""Gathers a week from the published warehouse: only what was known before the week ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import warehouse
from detente.weeks import Week
from reports.questions import Parameter, question
from reports.weekly.coverage import cover
from reports.weekly.headline import headline, week_state, weight
from reports.weekly.model import (
    Change,
    ChangeGroup,
    CompetitorChanges,
    Gap,
    Known,
    Method,
    PriceHistory,
    PriceStep,
    Release,
    WeeklyReport,
)
from reports.weekly.words import aware, cut, safe_url, shown, stamp
from warehouse.database import Connection

HISTORY = timedelta(weeks=26)

_LABELS: Mapping[str, tuple[ChangeGroup, str]] = {
    "price_increase": ("price", "price up"),
    "price_decrease": ("price", "price down"),
    "to_custom": ("price", "now on request"),
    "from_custom": ("price", "now has a price"),
    "currency_changed": ("price", "other currency"),
    "period_changed": ("price", "counted differently"),
    "qualifier_changed": ("price", "meant differently"),
    "plan_added": ("plan", "new plan"),
    "plan_removed": ("plan", "plan gone"),
    "plan_renamed": ("plan", "new name"),
    "feature_added": ("feature", "feature new"),
    "feature_removed": ("feature", "feature gone"),
    "limit_changed": ("feature", "limit moved"),
    "text_changed": ("text", "text changed"),
}
_GROUPS: tuple[ChangeGroup, ...] = ("price", "plan", "feature", "text")
_TABLES = {
    "changes": ("change", "competitor", "page"),
    "releases": ("competitor", "page", "release"),
    "dismissed_changes": ("change", "dismissal"),
    "price_moves": ("change", "competitor", "page", "plan_price"),
    "reading_gaps": ("page_fetch",),
    "coverage": ("competitor", "page", "page_fetch"),
    "known_facts": ("plan_feature", "plan_price", "release"),
}

Row = Mapping[str, Any]


def gather(data_folder: Path, week: Week, *, zone: str, company: str, currency: str) -> WeeklyReport:
    """Gathers the report of a week from the newest published file.

    Args:
        data_folder: The workspace's `data/`.
        week: The week.
        zone: IANA zone in which it begins, and in which times are told.
        company: Whose report it is.
        currency: ISO 4217 code; where a plan moved in several currencies, only the history in this one is shown.

    Returns:
        The same report for the same facts, whenever it is asked for.

    Raises:
        WarehouseError: Nothing has been published yet.
    """
    start, end = week.window(zone)
    window: dict[str, Parameter] = {"start": start, "end": end}
    since = end - HISTORY
    asked: list[Method] = []
    # one connection, so that all answers come from one published file
    with warehouse.open(data_folder) as connection:

        def rows(part: str, name: str, **parameters: Parameter) -> list[Row]:
            told = {
                key: stamp(value) if isinstance(value, datetime) else str(value) for key, value in parameters.items()
            }
            asked.append(Method(part=part, question=name, tables=_TABLES[name], parameters=told))
            return _ask(connection, name, parameters)

        competitors = _competitors(rows("changes", "changes", **window))
        dismissed = len(rows("dismissed", "dismissed_changes", **window))
        releases = tuple(_release(row) for row in rows("releases", "releases", **window))
        gaps = _gaps(rows("histories", "reading_gaps", since=since, end=end))
        histories = _histories(rows("histories", "price_moves", since=since, **window), gaps, (since, end), currency)
        coverage = cover(rows("coverage", "coverage", **window), start, zone)
        [known_row] = rows("known", "known_facts", at=end)
    known = Known(**known_row)
    state = week_state(competitors, releases, coverage)
    head, lead = headline(state, competitors, releases, coverage, known)
    return WeeklyReport(
        week=str(week),
        company=shown(company, 80),
        currency=currency,
        zone=zone,
        start=start,
        end=end,
        state=state,
        headline=head,
        lead=lead,
        competitors=competitors,
        releases=releases,
        histories=histories,
        coverage=coverage,
        dismissed=dismissed,
        known=known,
        methods=tuple(asked),
    )


def _ask(connection: Connection, name: str, parameters: Mapping[str, Parameter]) -> list[Row]:
    asked = question(name)
    cursor = connection.execute(asked.sql, asked.bound(parameters))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _competitors(rows: Iterable[Row]) -> tuple[CompetitorChanges, ...]:
    """By competitor; the one with the most important change first."""
    found = []
    for slug, group in groupby(rows, key=lambda row: str(row["competitor"])):
        of_one = list(group)
        changes = sorted((_change(row) for row in of_one), key=_place)
        name = shown(of_one[0]["competitor_name"], 80)
        found.append(CompetitorChanges(competitor=slug, name=name, changes=tuple(changes)))
    return tuple(sorted(found, key=lambda one: (min(weight(change) for change in one.changes), one.competitor)))


def _place(change: Change) -> tuple[object, ...]:
    """Where a change stands among those of its competitor; never left to chance."""
    return (
        _GROUPS.index(change.group),
        *weight(change),
        change.page_id,
        change.subject,
        change.changed_at,
        change.change_id,
    )


def _change(row: Row) -> Change:
    group, label = _LABELS[row["kind"]]
    if row["kind"] == "text_changed" and row["page_kind"] == "pricing":
        # a price that a plan offers besides its others, or no longer does
        group, label = "price", "also offered" if row["old"] is None else "no longer offered"
    return Change(
        change_id=row["change_id"],
        page_id=row["page_id"],
        url=safe_url(row["url"]),
        group=group,
        kind=row["kind"],
        label=label,
        subject=cut(row["subject"]),
        old=_cut(row["old"]),
        new=_cut(row["new"]),
        old_amount=row["old_amount"],
        new_amount=row["new_amount"],
        change_pct=row["change_pct"],
        currency=row["currency"],
        changed_at=aware(row["changed_at"]),
        old_seen_at=aware(row["old_seen_at"]) if row["old_seen_at"] else None,
        old_text=_cut(row["old_text"]),
        new_text=_cut(row["new_text"]),
        old_snapshot=row["old_snapshot"],
        new_snapshot=row["new_snapshot"],
        needs_review=bool(row["needs_review"]),
        review_reason=_cut(row["review_reason"]),
    )


def _release(row: Row) -> Release:
    return Release(
        release_id=row["release_id"],
        competitor=row["competitor"],
        name=shown(row["competitor_name"], 80),
        page_id=row["page_id"],
        url=safe_url(row["link"]) or safe_url(row["url"]),
        version=_cut(row["version"]),
        title=_cut(row["title"]),
        first_line=cut(row["first_line"] or ""),
        kinds=tuple(row["kinds"] or ()),
        published_on=row["published_on"],
        first_seen_at=aware(row["first_seen_at"]),
        edited_at=aware(row["edited_at"]) if row["edited_at"] else None,
        snapshot=row["snapshot"],
    )


def _gaps(rows: Iterable[Row]) -> dict[str, tuple[Gap, ...]]:
    by_page: dict[str, list[Gap]] = {}
    for row in rows:
        by_page.setdefault(row["page_id"], []).append(Gap(start=aware(row["gap_from"]), end=aware(row["gap_to"])))
    return {page: tuple(gaps) for page, gaps in by_page.items()}


def _histories(
    rows: Iterable[Row], gaps: Mapping[str, tuple[Gap, ...]], frame: tuple[datetime, datetime], currency: str
) -> tuple[PriceHistory, ...]:
    found: list[tuple[str | None, PriceHistory]] = []
    for series, group in groupby(rows, key=lambda row: str(row["series_id"])):
        of_one = list(group)
        last = of_one[-1]
        steps = tuple(_step(row) for row in of_one)
        if len(steps) == 1 and steps[0].valid_to is None:
            continue  # a price that has just appeared has no history yet
        history = PriceHistory(
            series_id=series,
            competitor=last["competitor"],
            name=shown(last["competitor_name"], 80),
            page_id=last["page_id"],
            plan=cut(last["plan"]),
            unit=_unit(last),
            since=max(frame[0], steps[0].valid_from),
            until=frame[1],
            steps=steps,
            gaps=tuple(gap for gap in gaps.get(last["page_id"], ()) if gap.end > max(frame[0], steps[0].valid_from)),
        )
        found.append((last["currency"], history))
    preferred = {(one.page_id, one.plan) for money, one in found if money == currency}
    return tuple(one for money, one in found if money in (currency, None) or (one.page_id, one.plan) not in preferred)


def _step(row: Row) -> PriceStep:
    return PriceStep(
        plan_price_id=row["plan_price_id"],
        amount=row["value"],
        valid_from=aware(row["valid_from"]),
        valid_to=aware(row["valid_to"]) if row["valid_to"] else None,
        text=cut(row["text"]),
        snapshot=row["snapshot"],
    )


def _unit(row: Row) -> str:
    per = [shown(part.replace("_", " "), 40) for part in (row["unit"], row["period"]) if part]
    billed = {"annual": ", billed annually", "monthly": ", billed monthly"}.get(row["billing"] or "", "")
    return " / ".join([row["currency"] or "currency unknown", *per]) + billed


def _cut(text: str | None) -> str | None:
    return None if text is None else cut(text)
