"""`detente decide`, `detente review` and `detente sample`: what Product says of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli import screen
from cli.items import Found, brief, item, points, rows, short, who_judges
from cli.screen import say, show_rows, write_json
from cli.words import JsonOption, WorkspaceOption, the_desk, the_workspace
from desk.database import Desk
from desk.deciding import decisions, reviews, samples
from desk.deciding.decisions import Decision, DecisionKind
from desk.following.sightings import short_name
from detente.clock import SystemClock
from detente.errors import ConflictError, UsageError
from detente.toml_file import nearest
from detente.weeks import Week
from detente.workspace import Workspace
from flows.rewarding import settle_now

AsOption = Annotated[
    str | None, typer.Option("--as", help="Who says so: their e-mail; the owner of this computer by default.")
]
_LISTED = 20


def _word(kind: str) -> str:
    """A kind of decision as people write it."""
    return kind.replace("_", "-")


_KINDS = tuple(map(_word, decisions.KINDS))


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("decide")(decide)
    app.command("review")(review)
    app.command("sample")(sample)


def decide(
    what: Annotated[
        str, typer.Argument(help="The item's id, or enough of its beginning; a decision's with --outcome.")
    ] = "",
    kind: Annotated[str, typer.Argument(help=f"What is done: {', '.join(_KINDS)}.")] = "",
    because: Annotated[str, typer.Option(help="Why; for those who read it later.")] = "",
    theme: Annotated[str | None, typer.Option(help="Which line of roadmap.toml it is for.")] = None,
    reply: Annotated[str, typer.Option(help="What the reporters are told, on their receipts.")] = "",
    instead: Annotated[
        str | None, typer.Option("--instead", help="The decision that this one replaces, by its id.")
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="You have not seen the score; it is shown afterwards.")
    ] = False,
    outcome: Annotated[
        str | None, typer.Option(help=f"How a decision turned out: {', '.join(decisions.OUTCOMES)}.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the newest decisions, and decide nothing.")] = False,
    who: AsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decides on an item and all that says the same; or says how a decision turned out.

    Example: detente decide 3f9a21c0 build --because "Four deals hang on it." --theme "Team plans"
    """
    loaded = the_workspace(workspace)
    with the_desk(loaded) as desk:
        if listed:
            _show_decisions(desk, as_json=as_json)
        elif outcome is not None:
            _judge(loaded, desk, what, outcome, who, as_json=as_json)
        else:
            if not what or not kind:
                raise UsageError(
                    'name an item and what is done, as in `detente decide 3f9a21c0 build --because "…"`; '
                    f"there is {', '.join(_KINDS)}"
                )
            found = item(loaded, what)
            words = {"kind": _kind(kind), "because": because, "theme": _theme(loaded, theme), "reply": reply}
            told = _decide(loaded, desk, found, words, instead=instead, is_blind=blind, who=who)
            write_json(told) if as_json else _show_decided(found, told, is_blind=blind)


def review(
    sighting: Annotated[str, typer.Argument(help="The sighting's id, or enough of its beginning.")],
    outcome: Annotated[str, typer.Argument(help=f"What you found: {', '.join(reviews.WORDS)}.")],
    blind: Annotated[
        bool, typer.Option("--blind", help="You have seen neither the score nor who reported it.")
    ] = False,
    who: AsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says what a sighting was found to be; nobody reviews their own, or those of who reports to them.

    Example: detente review 0d9cf1c0 verified
    """
    loaded = the_workspace(workspace)
    found = item(loaded, sighting)
    if found.kind != "sighting":
        raise UsageError(
            f"{short(found.item_id)} is a {found.kind}: what a page said is not reviewed, it is decided on"
        )
    if outcome not in reviews.WORDS:
        raise UsageError(f"no outcome {outcome!r}{nearest(outcome, reviews.WORDS)}")
    with the_desk(loaded) as desk:
        by = who_judges(desk, who)
        with desk.writing() as c:
            state = reviews.record(
                c, found.item_id, outcome, by=by, now=desk.clock.now(), is_blind=blind, beside=found.sightings
            )
    credited = _settle(loaded)
    if as_json:
        told = asdict(state)
        del told["reviewers"]
        write_json({"sighting_id": found.item_id, **told, "reviewers": len(state.reviewers), "credits": credited})
        return
    name = short_name(found.item_id)
    if outcome == "taken_back":
        _line(f"{name}: your review is taken back")
    else:
        _line(f"{name}: {outcome}")
    if state.outcome is None:
        say("nobody's review stands; nothing is credited for it until somebody reviews it")
    elif state.is_disputed:
        say(
            f"reviewers differ: {state.outcome} stands, since most of them, or the first, found that; another one "
            "settles it"
        )
    say(credited)


def sample(
    week: Annotated[str | None, typer.Option(help="The week, such as 2026-W46; this week by default.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows what was drawn by lot for a week's review: items that score low, so that they are looked at, too.

    Example: detente sample
    """
    loaded = the_workspace(workspace)
    zone = loaded.settings.company.time_zone
    wanted = Week.parse(week) if week else Week.of(SystemClock().now(), zone)
    with the_desk(loaded) as desk, desk.reading() as c:
        drawn = samples.of_week(c, wanted)
        decided = {one.item_id: one for one in reversed(decisions.every(c))}
    table: list[dict[str, Any]] = []
    for one in drawn:
        found = rows(loaded, "items_by_id", id=one.item_id)
        title = found[0]["title"] if found else "gone since"
        verdict = _word(decided[one.item_id].kind) if one.item_id in decided else "open"
        table.append({"item_id": one.item_id, "title": title, "verdict": verdict, "probability": one.probability})
    if as_json:
        write_json({"week": str(wanted), "items": table})
    elif table:
        _line(f"drawn by lot for {wanted}; decide them before you look at a score, with --blind")
        show_rows(
            ("id", "what", "decided"), [(short(row["item_id"]), brief(row["title"]), row["verdict"]) for row in table]
        )
    else:
        say(f"nothing was drawn for {wanted}; the first build of a week draws where two items are open")


def _kind(word: str) -> DecisionKind:
    known = word.replace("-", "_").lower()
    if known not in decisions.KINDS:
        raise UsageError(f"no kind of decision {word!r}{nearest(word, _KINDS)}")
    return known


def _theme(loaded: Workspace, name: str | None) -> str | None:
    if name is None:
        return None
    names = {one.name.casefold(): one.name for one in loaded.themes}
    if name.casefold() not in names:
        raise UsageError(f"roadmap.toml has no theme {name!r}{nearest(name, list(names.values()))}")
    return names[name.casefold()]


def _decide(
    loaded: Workspace,
    desk: Desk,
    found: Found,
    words: dict[str, Any],
    *,
    instead: str | None,
    is_blind: bool,
    who: str | None,
) -> dict[str, Any]:
    scores = rows(loaded, "item_scores", item=found.item_id)
    # of the theme that was named, where the item is scored for it; else the highest
    scored = next((row for row in scores if row["theme"] == words["theme"]), scores[0] if scores else None)
    by = who_judges(desk, who)
    with desk.writing() as c:
        previous = decisions.beginning_with(c, instead).decision_id if instead else None
        standing = decisions.newest(c, found.ids)
        try:
            decision_id = decisions.decide(
                c,
                item_id=found.item_id,
                sightings=found.sightings,
                items=found.ids,
                score=scored["score"] if scored else None,
                rules_version=scored["rules_version"] if scored else None,
                by=by,
                now=desk.clock.now(),
                is_blind=is_blind,
                expected_previous=previous,
                **words,
            )
        except ConflictError as refused:
            if standing is None:
                raise
            raise ConflictError(
                f"{refused}: `detente decide --list` shows why, --instead {standing.decision_id} replaces it"
            ) from None
        made = decisions.decision_of(c, decision_id)
    told = {
        "decision_id": decision_id, "is_new": standing is None or standing.decision_id != decision_id,
        "item_id": found.item_id, "cluster_id": found.cluster_id, "kind": made.kind, "theme": made.theme,
        "score": made.score, "rules_version": made.rules_version, "sightings": list(made.sightings),
        "told": len(found.sightings), "replaces": previous,
    }  # fmt: skip
    return told | {"credits": _settle(loaded)}


def _show_decided(found: Found, told: dict[str, Any], *, is_blind: bool) -> None:
    about = f" for “{told['theme']}”" if told["theme"] else ""
    _line(f"[bold]{_word(told['kind'])}[/bold]{escape(about)}  {told['decision_id']}", is_markup=True)
    _line(f"  {found.told}")
    others = len(found.members) - 1
    if others:
        _line(f"  and {others} other item{'s' if others > 1 else ''} of its cluster")
    if told["score"] is not None:
        _line(
            f"  {points(told['score'])} points by rules version {told['rules_version']}"
            f"{', which you had not seen' if is_blind else ''}"
        )
    if not told["is_new"]:
        say("this was decided before; nothing has changed")
        return
    say(_who_hears(len(told["sightings"]), told["told"]))
    say(told["credits"])
    say(f"a colleague says later how it turned out: detente decide --outcome right {told['decision_id']}")


def _who_hears(contributing: int, told: int) -> str:
    if not told:
        return "nobody had reported it; the next weekly report has it"
    hear = "its reporter hears" if told == 1 else f"the reporters of {told} sightings hear"
    own = told - contributing
    kept = f"; {own} of them by you or your team earn{'s' if own == 1 else ''} nothing by it" if own else ""
    return f"{hear} of it on the receipt and by mail{kept}"


def _judge(loaded: Workspace, desk: Desk, beginning: str, outcome: str, who: str | None, *, as_json: bool) -> None:
    if outcome not in decisions.OUTCOMES:
        raise UsageError(f"no outcome {outcome!r}{nearest(outcome, decisions.OUTCOMES)}")
    if not beginning:
        raise UsageError("name the decision, as in `detente decide --outcome right d_3f9a21c0`")
    by = who_judges(desk, who)
    with desk.writing() as c:
        judged = decisions.beginning_with(c, beginning)
        decisions.judge(c, judged.decision_id, outcome, by=by, now=desk.clock.now())
    credited = _settle(loaded)
    if as_json:
        write_json({"decision_id": judged.decision_id, "outcome": outcome, "credits": credited})
    else:
        _line(f"{judged.decision_id} ({_word(judged.kind)}): {outcome}")
        say(credited)


def _show_decisions(desk: Desk, *, as_json: bool) -> None:
    with desk.reading() as c:
        found: Sequence[Decision] = decisions.every(c)[:_LISTED]
        outcomes = decisions.outcomes(c, [one.decision_id for one in found])
    table: list[dict[str, Any]] = [
        {
            "decision_id": one.decision_id, "decided_at": one.at, "item_id": one.item_id, "kind": one.kind,
            "theme": one.theme, "because": one.because, "score": one.score,
            "outcome": outcomes[one.decision_id].outcome if one.decision_id in outcomes else None,
        }
        for one in found
    ]  # fmt: skip
    if as_json:
        write_json(table)
    elif not table:
        say('nothing is decided yet; `detente decide ITEM watch --because "…"` decides something')
    else:
        show_rows(
            ("decision", "on", "item", "kind", "outcome", "because"),
            [
                (
                    short(row["decision_id"]),
                    f"{row['decided_at']:%Y-%m-%d}",
                    short(row["item_id"]),
                    _word(row["kind"]),
                    row["outcome"],
                    brief(row["because"]),
                )
                for row in table
            ],
        )


def _settle(loaded: Workspace) -> str:
    """Credits what is due now, and says what became of it; where that cannot be now, the next ingest does it."""
    settled = settle_now(loaded, SystemClock())
    if settled.problem:
        return settled.problem
    parts = [
        f"{count} {what}"
        for count, what in (
            (settled.promised, "promised"),
            (settled.paid, "paid"),
            (settled.taken_back, "taken back"),
            (settled.charged, "charged"),
            (settled.waiting, "waiting for the quarter's budget"),
        )
        if count
    ]
    return f"credits: {', '.join(parts)}" if parts else "no credit changes by it"


def _line(text: str, *, is_markup: bool = False) -> None:
    text = screen.without_controls(text)
    screen.data.print(text if is_markup else escape(text), soft_wrap=True)
