"""`detente changes`: what changed, and which of it is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.screen import cell, print_whole, say, write_json
from cli.words import JsonOption, WorkspaceOption, the_workspace
from detente.dismissed import FILE_NAME, add_rule, remove_rule, rule_for
from detente.errors import UsageError
from detente.toml_file import nearest
from detente.workspace import Workspace
from reports.questions import Parameter, question
from warehouse import ask

Row = Mapping[str, Any]

# As many candidates as fit on a screen beside the sentence that asks for more letters.
_CANDIDATES = 5
_BUILD = "`detente run build` makes one now"


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    changes = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    changes.command("list")(list_changes)
    changes.command()(dismiss)
    changes.command()(dismissals)
    changes.command()(restore)

    # the group's help is its own docstring, as a command's is
    @changes.callback()
    def about() -> None:
        """Lists changes, and dismisses those that are none; what is dismissed becomes a rule in dismissed.toml.

        Example: detente changes list
        """

    app.add_typer(changes, name="changes")


def list_changes(
    workspace: WorkspaceOption = None,
    competitor: Annotated[str | None, typer.Option(help="Only this competitor, by its slug.")] = None,
    page: Annotated[str | None, typer.Option(help="Only this page, as <competitor>/<name>.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that are dismissed, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Changes to show at most.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """Shows the newest changes with the ids by which they can be dismissed.

    Example: detente changes list --competitor globex
    """
    loaded = the_workspace(workspace)
    slugs = [one.slug for one in loaded.competitors]
    if competitor is not None and competitor not in slugs:
        raise UsageError(f"no competitor {competitor!r} in this workspace{nearest(competitor, slugs)}")
    if page is not None:
        loaded.page(page)
    rows = _rows(
        loaded, "recent_changes", competitor=competitor, page=page, dismissed=everything, newest=limit + 1
    )  # one more than is shown, so that it can be said that there are more
    if as_json:
        write_json(rows[:limit])
        return
    table = _table("id", "seen", "page", "change")
    for row in rows[:limit]:
        marks = [f"to be checked: {cell(row['review_reason'])}"] if row["needs_review"] else []
        marks += [f"dismissed by {row['dismissed_by']}"] if row["dismissed_by"] else []
        told = "\n".join([_told(row), *(f"({mark})" for mark in marks)])
        table.add_row(*map(escape, (row["id"], _day(row["changed_at"]), row["page_id"], told)))
    if rows:
        print_whole(table)
    else:
        say("no changes" if everything else "no changes but those that are dismissed, if any; --all shows these")
    if len(rows) > limit:
        say(f"only the newest {limit}; --limit shows more")


def dismiss(
    change: Annotated[str, typer.Argument(help="The change's id, or enough of its beginning.")],
    because: Annotated[str, typer.Option(help="Why it is no change; for those who read the file later.")],
    any_value: Annotated[
        bool, typer.Option("--any-value", help="Any later change of its kind and subject on its page, whatever values.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Says that a change is none: it and the same two values again, either way round, are told no more.

    Nothing is lost: the change stays in its table, marked with the rule that dismissed.toml gets.

    Example: detente changes dismiss 3f9a21c0 --because "an experiment with two prices"
    """
    loaded = the_workspace(workspace)
    row = _one_change(loaded, change)
    if row["dismissed_by"]:
        raise UsageError(f"change {change!r} is dismissed already, by rule {row['dismissed_by']!r}")
    if not because.strip():
        raise UsageError('--because is empty; say why, such as --because "an experiment"')
    loaded.page(row["page_id"])  # a rule about a page that is no longer watched would be a fault of the file
    rule = rule_for(
        page_id=row["page_id"],
        kind=row["kind"],
        subject=row["subject"],
        between=None if any_value else (row["old"] or "", row["new"] or ""),
        because=because.strip(),
        since=row["changed_at"].replace(tzinfo=UTC),
    )
    if rule.rule_id in {known.rule_id for known in loaded.dismissals}:
        raise UsageError(f"rule {rule.rule_id!r} says that already; it counts from the next build on: {_BUILD}")
    path = add_rule(loaded.root, rule)
    say(f"{_told(row)}: dismissed by rule {rule.rule_id} in {path.name}, from the next build on; {_BUILD}")


def dismissals(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Shows the rules of dismissed.toml, and how many changes each has kept quiet since.

    Example: detente changes dismissals
    """
    loaded = the_workspace(workspace)
    built = {row["rule_id"]: row for row in _rows(loaded, "dismissals")}
    known = {rule.rule_id for rule in loaded.dismissals}
    rows = [row for rule_id, row in built.items() if rule_id in known]
    if as_json:
        write_json(rows)
    elif rows:
        table = _table("rule", "since", "page", "kept quiet", "what, and why")
        for row in rows:
            quiet = f"{row['suppressed']}, last on {_day(row['last_suppressed_at'])}" if row["suppressed"] else "0"
            if not row["matched"]:
                quiet = "fits nothing any more"
            what = f"{_told(row)}\nbecause: {cell(row['because'])}"
            table.add_row(*map(escape, (row["rule_id"], _day(row["since"]), row["page_id"], quiet, what)))
        print_whole(table)
    elif not known:
        say(f"no rules; `detente changes dismiss` writes the first one into {FILE_NAME}")
    waiting = sorted(known - built.keys())
    if waiting:
        say(f"not in force before the next build: {', '.join(waiting)}; {_BUILD}")


def restore(
    rule: Annotated[str, typer.Argument(help="The rule's id, as `detente changes dismissals` shows it.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Takes a rule out of dismissed.toml: what it kept quiet is told again.

    Example: detente changes restore 5c0e7d12
    """
    loaded = the_workspace(workspace)
    removed = remove_rule(loaded.root, rule)
    say(
        f"rule {removed.rule_id} is gone from {FILE_NAME}: changes of {removed.subject!r} on {removed.page_id} are "
        f"told again from the next build on; {_BUILD}"
    )


def _rows(loaded: Workspace, name: str, **given: Parameter) -> list[Row]:
    asked = question(name)
    answer = ask(loaded.data / "published", asked.sql, asked.bound(given), limit=None)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _one_change(loaded: Workspace, beginning: str) -> Row:
    found = _rows(loaded, "changes_by_id", id=beginning)
    if not found or not beginning:
        raise UsageError(f"no change whose id begins with {beginning!r}; `detente changes list` shows them")
    if len(found) > 1:
        some = ", ".join(f"{row['change_id'][: len(beginning) + 8]} ({_told(row)})" for row in found[:_CANDIDATES])
        raise UsageError(f"{len(found)} changes begin with {beginning!r}; write more of one: {some}")
    return found[0]


def _told(row: Row) -> str:
    """`price increase, Team: 49 USD → 59 USD`, on one line."""
    head = f"{row['kind'].replace('_', ' ')}, {_short(row['subject'])}"
    if row.get("any_value"):
        return f"{head}: any value"
    return f"{head}: {_short(row['old']) or '–'} → {_short(row['new']) or '–'}"


def _short(value: object) -> str:
    text = cell(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _day(moment: object) -> str:
    return str(moment)[:10]


def _table(*names: str) -> Table:
    """A table whose last column takes what room is left."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold", no_wrap=name in names[:2])
    return table
