"""`detente cluster`: which items say the same thing, and how a person mends it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from cli import screen
from cli.deciding import AsOption
from cli.items import Found, brief, item, rows, short, who_judges
from cli.screen import percent, say, show_rows, write_json
from cli.words import JsonOption, WorkspaceOption, the_desk, the_workspace
from desk.deciding import edits
from detente.errors import UsageError

# comparing more than these takes longer than somebody waits
_COMPARED = 5_000
_NEXT = "it counts from the next build on; `detente run build` makes one now"

ItemArgument = Annotated[str, typer.Argument(help="An item's id, or enough of its beginning.")]

app = typer.Typer(
    name="cluster",
    help="Clusters: the items that say the same thing, and how a person mends them.\n\n"
    "Example: detente cluster show 3f9a21c0",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def show(what: ItemArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Shows the cluster that an item stands in, and why each of its items does.

    Example: detente cluster show 3f9a21c0
    """
    found = item(the_workspace(workspace), what)
    if as_json:
        write_json({"cluster_id": found.cluster_id, "items": found.members})
        return
    sources = max((row["independent_sources"] or 0 for row in found.members), default=0)
    page = "; a page says it" if any(row["has_page_evidence"] for row in found.members) else ""
    items = f"{len(found.members)} item{'' if len(found.members) == 1 else 's'}"
    _line(f"{items}, {sources:g} independent source{'' if sources == 1 else 's'}{page}")
    show_rows(
        ("id", "kind", "at", "what", "because"),
        [
            (short(row["item_id"]), row["kind"], f"{row['happened_at']:%Y-%m-%d}", brief(row["title"]), _reason(row))
            for row in found.members
        ],
    )


@app.command()
def merge(what: ItemArgument, other: ItemArgument, who: AsOption = None, workspace: WorkspaceOption = None) -> None:
    """Says that two items are one thing; every later build puts their clusters together.

    Example: detente cluster merge 3f9a21c0 0d9cf1c0
    """
    _say("merge", what, other, who, workspace)


@app.command()
def split(what: ItemArgument, other: ItemArgument, who: AsOption = None, workspace: WorkspaceOption = None) -> None:
    """Says that two items are not one thing; no later build puts them together.

    Example: detente cluster split 3f9a21c0 0d9cf1c0
    """
    _say("split", what, other, who, workspace)


@app.command()
def suggest(
    what: ItemArgument,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 10,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows items of other clusters that may say the same in other words; a person tells whether they do.

    Example: detente cluster suggest 0d9cf1c0
    """
    import pandas as pd  # noqa: PLC0415  (half a second, which only this command needs)

    from detente.vectors import word_vectors  # noqa: PLC0415
    from scoring.clustering import suggestions  # noqa: PLC0415

    loaded = the_workspace(workspace)
    found = item(loaded, what)
    known = rows(loaded, "item_texts", competitor=found.competitor, newest=_COMPARED)
    own = next((row["text"] for row in known if row["item_id"] == found.item_id), found.title)
    others = pd.DataFrame([row for row in known if row["cluster_id"] != found.cluster_id], columns=["item_id", "text"])
    by_id = {row["item_id"]: row for row in known}
    matches = suggestions(own, others, limit, word_vectors()) if len(others) else []
    told: list[dict[str, Any]] = [
        {
            "item_id": one.item_id, "kind": by_id[one.item_id]["kind"], "title": by_id[one.item_id]["title"],
            "share": one.score, "likeness": "same" if one.is_same else "near", "why": one.why,
        }
        for one in matches
    ]  # fmt: skip
    if as_json:
        write_json(told)
    elif told:
        show_rows(
            ("id", "kind", "alike", "words in common", "what"),
            [
                (short(row["item_id"]), row["kind"], percent(row["share"]), ", ".join(row["why"]), brief(row["title"]))
                for row in told
            ],
        )
        say(f"where one says the same: detente cluster merge {short(found.item_id)} ID")
    else:
        say("no other item of this competitor says anything like it")


def _say(kind: edits.EditKind, what: str, other: str, who: str | None, workspace: Any) -> None:
    loaded = the_workspace(workspace)
    one, two = item(loaded, what), item(loaded, other)
    if one.item_id == two.item_id:
        raise UsageError(f"{what} and {other} are one item; name two")
    with the_desk(loaded) as desk:
        by = who_judges(desk, who)
        with desk.writing() as c:
            (edits.merge if kind == "merge" else edits.split)(
                c, one.item_id, two.item_id, by=by, now=desk.clock.now(), beside=[*one.ids, *two.ids]
            )
    _line(f"{one.told}\n{two.told}")
    say(f"{_standing(kind, one, two)}; {_NEXT}")


def _standing(kind: edits.EditKind, one: Found, two: Found) -> str:
    together = one.cluster_id == two.cluster_id
    if kind == "merge":
        return "they are one thing, as they were before" if together else "they are one thing"
    return "they are not one thing" if together else "they are not one thing, as they were before"


def _reason(row: Any) -> str:
    near = f" {short(row['near_item_id'])}" if row["near_item_id"] else ""
    share = f", {percent(row['share'])}" if row["share"] is not None else ""
    return f"{row['reason']}{near}{share}"


def _line(text: str) -> None:
    screen.data.print(escape(text), soft_wrap=True)
