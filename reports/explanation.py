"""Why an item scores what it scores: its stored score with evidence, history, and the nearest item that was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.rules import Rules
from detente.toml_file import nearest
from detente.workspace import ThemeEntry
from reports.questions import Parameter, run

if TYPE_CHECKING:
    from scoring.relevance import Asking, Explanation, NearestPast

Row = Mapping[str, Any]

# Ids that a part names at most.
_EVIDENCE = 3
# Words that a theme's match is told by, and letters of the sentence that they stand in.
_WORDS = 4
_PASSAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A score that an item had.

    Attributes:
        scored_at: Since when.
        score: In hundredths of a point.
        rules_version: By which rules.
    """

    scored_at: datetime
    score: int
    rules_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """An item with its score for one theme, and why.

    Attributes:
        item_id: The item.
        kind: change, release or sighting.
        competitor: The competitor's slug; None where it names none.
        title: What it is about, in a line.
        happened_at: When.
        explanation: The score and its reasons.
        scored_at: When it was scored.
        rules_version: By which version of the rules.
        is_of_these_rules: Whether those are the rules of today; else what would change it is reckoned by today's.
        together: Ids of the other items that say the same, the newest first.
        other_themes: Its scores for other themes, the highest first.
        history: Its scores for this theme, the newest first.
    """

    item_id: str
    kind: str
    competitor: str | None
    title: str
    happened_at: datetime
    explanation: Explanation
    scored_at: datetime
    rules_version: int
    is_of_these_rules: bool
    together: tuple[str, ...]
    other_themes: tuple[tuple[str, int], ...]
    history: tuple[Earlier, ...]


def explain(
    data: Path, given: str, *, rules: Rules, currency: str, themes: Sequence[ThemeEntry] = (), theme: str | None = None
) -> Explained:
    """Explains the newest score of an item.

    Args:
        data: The workspace's `data/`.
        given: The item's id, or enough of its beginning.
        rules: The rules of today.
        currency: The company's.
        themes: The roadmap of today, by which is told what words of the item fit it.
        theme: For which theme; the one that it scores highest for, where left out.

    Raises:
        UsageError: No such item, several whose ids begin so, none of its scores is for that theme, or it has no score.
        WarehouseError: Nothing has been published yet.
    """
    item = _the_item(data, given)
    scores = _rows(data, "explain_scores", item=item["item_id"])
    if not scores:
        raise UsageError(f"{item['item_id']} has no score yet; `detente run build` makes one")
    row = _the_score(scores, theme)
    members = _rows(data, "explain_cluster", cluster=item["cluster_id"])
    text = next((one["text"] for one in members if one["item_id"] == item["item_id"]), None)
    explained = _explanation(data, item, row, members, rules, currency, _matched(row, text, themes))
    is_current = row["rules_digest"] == rules.digest
    return Explained(
        item_id=item["item_id"],
        kind=item["kind"],
        competitor=item["competitor"],
        title=item["title"] or "",
        happened_at=item["happened_at"],
        # by other rules the same inputs give other points, and that is no fault
        explanation=explained if is_current else replace(explained, faults=()),
        scored_at=row["scored_at"],
        rules_version=int(row["rules_version"]),
        is_of_these_rules=is_current,
        together=tuple(one["item_id"] for one in members if one["item_id"] != item["item_id"]),
        other_themes=tuple((one["theme"], int(one["score"])) for one in scores if one is not row and one["theme"]),
        history=tuple(
            Earlier(scored_at=one["scored_at"], score=int(one["score"]), rules_version=int(one["rules_version"]))
            for one in _rows(data, "explain_history", item=item["item_id"], theme=row["theme"])
        ),
    )


def _rows(data: Path, name: str, **parameters: Parameter) -> list[dict[str, Any]]:
    frame = run(data, name, **parameters)
    return [
        {str(column): None if _is_nothing(value) else value for column, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _is_nothing(value: object) -> bool:
    """NaN and NaT are unequal to themselves; a list is never nothing."""
    return not isinstance(value, list) and value != value


def _the_item(data: Path, given: str) -> Row:
    if not given.strip():
        raise UsageError("no item was named; give its id, or enough of its beginning")
    found = _rows(data, "explain_items", id=given.strip())
    exact = [one for one in found if one["item_id"] == given.strip().lower()]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    if not found:
        raise UsageError(f"no item whose id begins with {given!r}; a new one is known after `detente run build`")
    named = "; ".join(f"{one['item_id'][:12]} ({one['title'] or one['kind']})" for one in found[:5])
    raise UsageError(f"several items' ids begin with {given!r}: {named}; give more letters")


def _the_score(scores: Sequence[Row], theme: str | None) -> Row:
    if theme is None:
        return scores[0]
    names = {one["theme"].casefold(): one for one in scores if one["theme"]}
    if theme.casefold() in names:
        return names[theme.casefold()]
    known = [one["theme"] for one in scores if one["theme"]]
    raise UsageError(f"this item has no score for {theme!r}" + (nearest(theme, known) or "; it fits no theme"))


def _explanation(
    data: Path, item: Row, row: Row, members: Sequence[Row], rules: Rules, currency: str, matched: str
) -> Explanation:
    # pandas comes with these: half a second, which only those who ask should wait for
    from scoring.relevance import explanation  # noqa: PLC0415

    accounts = _accounts(members, rules, currency)
    decisions = _rows(data, "explain_cluster_decision", cluster=item["cluster_id"])
    evidence = {
        "demand": [one.item_id for one in accounts],
        "threat": _deals(data, item, row, rules) if row["deals"] else [],
        "gap": _theirs(data, item, row) if row["theirs"] is not None else [],
        "time": _pressing(row, members, rules),
        "theme": [item["item_id"]] if row["theme"] else [],
        "novelty": [one["decision_id"] for one in decisions],
    }
    return explanation(
        {**row, "competitor": item["competitor"]},
        rules.relevance,
        currency=currency,
        evidence={name: ids[:_EVIDENCE] for name, ids in evidence.items()},
        accounts=accounts,
        matched=matched,
        nearest=_nearest(data, item, members),
    )


def _matched(row: Row, text: str | None, themes: Sequence[ThemeEntry]) -> str:
    """Which words of the item speak for the theme, and where."""
    from scoring.matching import Theme, ThemeMatcher  # noqa: PLC0415

    if not text or row["theme"] not in [theme.name for theme in themes]:
        return ""
    known = [
        Theme(key=one.name, name=one.name, description=one.description, keywords=tuple(one.keywords)) for one in themes
    ]
    match = next((one for one in ThemeMatcher(known).match(text, len(known)) if one.theme == row["theme"]), None)
    if match is None or not match.why:
        return ""
    words = ", ".join(repr(word) for word in match.why[:_WORDS])
    return f"It says {words}" + (f' in "{shorten(match.passage, _PASSAGE)}".' if match.passage else ".")


def _accounts(members: Sequence[Row], rules: Rules, currency: str) -> list[Asking]:
    import pandas as pd  # noqa: PLC0415

    from scoring.relevance import Asking, in_own_currency  # noqa: PLC0415
    from scoring.relevance.demand import contributions  # noqa: PLC0415

    sightings = pd.DataFrame([one for one in members if one["kind"] == "sighting"])
    if sightings.empty:
        return []
    amounts = in_own_currency(sightings["deal_amount"], sightings["deal_currency"], currency, rules.rates)
    put = contributions(sightings.assign(cluster=0, deal_amount=amounts), rules.relevance.demand)
    return [
        Asking(item_id=item_id, amount=float(amount), worth=float(worth))
        for item_id, amount, worth in zip(put["item_id"], put["amount"], put["worth"], strict=True)
    ]


def _deals(data: Path, item: Row, row: Row, rules: Rules) -> list[str]:
    since = row["scored_at"] - timedelta(days=rules.relevance.threat.window_days)
    found = _rows(data, "explain_deals", competitor=item["competitor"], since=since, until=row["scored_at"])
    return [one["sighting_id"] for one in found]


def _theirs(data: Path, item: Row, row: Row) -> list[str]:
    return [one["item_id"] for one in _rows(data, "explain_theirs", competitor=item["competitor"], theme=row["theme"])]


def _pressing(row: Row, members: Sequence[Row], rules: Rules) -> list[str]:
    """The item of the cluster whose date presses: the deal that closes next, or what happened last."""
    from scoring.relevance.sentences import is_ahead  # noqa: PLC0415

    if not is_ahead(row, rules.relevance):
        return [one["item_id"] for one in members[:1]]
    day = row["scored_at"].date()
    closing = [(one["close_on"], one["item_id"]) for one in members if one["close_on"] and one["close_on"] >= day]
    return [item_id for _, item_id in sorted(closing)[:1]]


def _nearest(data: Path, item: Row, members: Sequence[Row]) -> NearestPast | None:
    from scoring.relevance import NearestPast  # noqa: PLC0415
    from scoring.similar import similar  # noqa: PLC0415

    text = next((one["text"] for one in members if one["item_id"] == item["item_id"]), "") or ""
    decided = {one["decision_id"]: one for one in _rows(data, "explain_decided", cluster=item["cluster_id"])}
    found = similar(text, [(key, one["text"] or "") for key, one in decided.items()], 1)
    if not found:
        return None
    past = decided[found[0].key]
    return NearestPast(
        item_id=past["item_id"],
        title=past["title"] or "",
        kind=past["kind"],
        because=past["because"],
        decided_at=past["decided_at"],
        outcome=past["outcome"],
        share=found[0].share,
    )
