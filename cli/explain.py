"""`detente explain`: why an item scores what it scores."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.screen import cell, data, print_whole, room, say, write_json
from cli.words import JsonOption, WorkspaceOption, the_workspace
from reports.explanation import Explained, explain

_BAR = 10
# Enough of an id to name an item by.
_LETTERS = 8
_CHANGES = 6
_SCORES = 5
_SAME = 3


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("explain")(explain_item)


def explain_item(
    item: Annotated[str, typer.Argument(help="The item's id, or enough of its beginning.")],
    workspace: WorkspaceOption = None,
    theme: Annotated[
        str | None, typer.Option(help="For which line of the roadmap; the one it scores highest for by default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Shows why an item scores what it scores: part by part, with evidence and what would change it.

    Example: detente explain 3f9a2c10
    """
    loaded = the_workspace(workspace)
    currency = loaded.settings.company.currency
    explained = explain(loaded.data, item, rules=loaded.rules, currency=currency, themes=loaded.themes, theme=theme)
    if as_json:
        write_json(asdict(explained))
        return
    _show(explained)


def _show(explained: Explained) -> None:
    why = explained.explanation
    who = f" of {explained.competitor}" if explained.competitor else ""
    _line(f"[bold]{_told(explained.title) or explained.item_id}[/bold]")
    _line(f"{explained.kind} {explained.item_id[:_LETTERS]}{_told(who)}, {_day(explained.happened_at)}")
    if explained.together:
        more = f", and {len(explained.together) - _SAME} more" if len(explained.together) > _SAME else ""
        _line(f"told as well by [dim]\\[{_ids(explained.together[:_SAME])}][/dim]{more}")
    _line(f"theme: {_told(why.theme) if why.theme else 'none'}")
    data.print()
    _line(f"[bold]{_points(why.score)} of 100 points[/bold]")
    _show_parts(explained)
    data.print()
    _line(f"grade {_told(why.confidence)}; it stands beside the score")
    _line(f"scored {_time(explained.scored_at)} by rules version {explained.rules_version}")
    if not explained.is_of_these_rules:
        _line("rules.toml has changed since: what would change it goes by today's rules")
    for fault in why.faults:
        say(f"stored wrongly: {fault}; `detente rebuild` scores anew")
    _show_facts(explained)
    _show_changes(explained)
    _show_past(explained)


def _show_parts(explained: Explained) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for part in explained.explanation.parts:
        sentence = _told(part.sentence)
        if part.is_missing:
            sentence = f"missing: {sentence}"
        if part.evidence:
            sentence += f" [dim]\\[{_ids(part.evidence)}][/dim]"
        table.add_row(
            part.name, _bar(part.points, part.possible), f"{_points(part.points)} of {_points(part.possible)}", sentence
        )
    print_whole(table)


def _show_facts(explained: Explained) -> None:
    if not explained.explanation.top_facts:
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for fact in explained.explanation.top_facts:
        evidence = f" [dim]\\[{_ids(fact.evidence)}][/dim]" if fact.evidence else ""
        table.add_row(_signed(fact.points), _told(fact.sentence) + evidence)
    _heading("what moved it most")
    print_whole(table)


def _show_changes(explained: Explained) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for change in explained.explanation.would_change[:_CHANGES]:
        table.add_row(_signed(change.difference), f"{_told(change.sentence)} [dim](then {_points(change.score)})[/dim]")
    _heading("what would change it")
    print_whole(table)


def _show_past(explained: Explained) -> None:
    past = explained.explanation.nearest
    _heading("the nearest item that was decided")
    if past is None:
        _line("none of those that were decided is like it")
    else:
        outcome = f", and that was {past.outcome}" if past.outcome else ""
        _line(f"{_told(past.title)} [dim]\\[{past.item_id[:_LETTERS]}][/dim], {100 * past.share:.0f} % alike")
        _line(f"{past.kind} on {_day(past.decided_at)}{outcome}: {_told(past.because)}")
    if explained.other_themes:
        _heading("for other themes")
        for theme, score in explained.other_themes:
            _line(f"{_points(score):>5}  {_told(theme)}")
    # a score is succeeded as well where only what it was made of differs; two lines that read alike tell nothing
    scores = list(
        dict.fromkeys(
            f"{_points(one.score):>5}  {_time(one.scored_at)}, rules version {one.rules_version}"
            for one in explained.history
        )
    )
    if len(scores) > 1:
        _heading("its scores so far")
        for line in scores[:_SCORES]:
            _line(line)


def _heading(text: str) -> None:
    data.print()
    data.print(f"[bold]{escape(text)}[/bold]")


def _line(text: str) -> None:
    data.print(text, soft_wrap=room() > data.width)


def _told(text: str) -> str:
    return escape(cell(text))


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(escape(one[:_LETTERS]) for one in ids)


def _bar(points: int, possible: int) -> str:
    full = round(_BAR * points / possible) if possible else 0
    return "█" * full + "░" * (_BAR - full)


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:.1f}"


def _signed(hundredths: int) -> str:
    return f"{hundredths / 100:+.1f}"


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
