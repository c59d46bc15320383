"""What the demo found, as a table, and where to look next."""

from __future__ import annotations

from itertools import groupby

from rich.markup import escape
from rich.table import Table

from cli.screen import data, print_whole, say
from examples.demo.sightings import EARNER
from flows.demo import Found, Outcome


def show(outcome: Outcome) -> None:
    """Prints what was found week by week, and how that compares with what was planned."""
    for week, found in groupby(outcome.found, key=lambda one: one.week):
        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in (week, "what", "change"):
            table.add_column(column, no_wrap=column != "change", min_width=12, overflow="fold")
        for one in found:
            table.add_row(escape(one.competitor), escape(one.kind.replace("_", " ")), escape(_change(one)))
        print_whole(table)
        data.print()
    for (page, reason), weeks in _failures(outcome).items():
        when = "in any week" if len(weeks) == len(outcome.summaries) else f"in {', '.join(weeks)}"
        data.print(escape(f"{page} could not be read {when}: {reason}"), soft_wrap=True)
    data.print()
    for change in outcome.missed:
        say(f"planned, but not found: {change.competitor} {change.kind} {change.subject}")
    for one in outcome.unplanned:
        say(f"found, but not planned: {one.week} {one.competitor} {one.kind} {one.subject}: {one.old} → {one.new}")
    counts = f"{len(outcome.missed)} planned ones missed, {len(outcome.unplanned)} not planned"
    data.print(f"{len(outcome.found)} changes and releases found; {counts}.")
    reviewed, decided = outcome.judged
    data.print(
        f"{outcome.sightings} sightings sent by invented reps: {reviewed} reviewed, {decided} decided on, "
        f"{outcome.points} points earned."
    )
    if (best := outcome.best) is not None:
        data.print(f"most relevant: {best.score / 100:.1f} of 100 for {escape(best.theme)}", soft_wrap=True)
        data.print(f"               {escape(best.title)}", soft_wrap=True)
    data.print(f"weekly report: {outcome.report}", soft_wrap=True)
    data.print(f"its pages:     detente serve --no-flows --workspace {outcome.root}", soft_wrap=True)
    if best is not None:
        data.print(f"why so much:   detente explain {best.item_id[:8]} --workspace {outcome.root}", soft_wrap=True)
    data.print(f"a statement:   detente rewards statement {EARNER} --workspace {outcome.root}", soft_wrap=True)
    data.print(f"ask it:        detente sql 'SELECT * FROM change' --workspace {outcome.root}", soft_wrap=True)


def _failures(outcome: Outcome) -> dict[tuple[str, str], list[str]]:
    """The weeks in which each page failed for each reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for week, summary in outcome.summaries.items():
        for page, reason in sorted(summary.failed.items()):
            found.setdefault((page, reason), []).append(week)
    return found


def _change(one: Found) -> str:
    if one.kind == "release":
        return one.new or one.subject
    if one.kind in ("feature_added", "feature_removed"):
        return one.subject
    if one.old is None or one.new is None:
        return f"{one.subject}: {_short(one.new or one.old or '')}"
    return f"{one.subject}: {_short(one.old)} → {_short(one.new)}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
