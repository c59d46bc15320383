"""Why a score is what it is: its parts, the facts that moved it most, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from detente.rules import PART_NAMES, RelevanceRules
from scoring.relevance.inputs import FACTS
from scoring.relevance.parts import possible, score
from scoring.relevance.sentences import confidence, counted, money, number, of_part, points, word

Row = Mapping[str, Any]
_TOP = 3
_SOON = 14.0
_LATER = 21.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One of the six summands.

    Attributes:
        name: One of `detente.rules.PART_NAMES`.
        x: How much of it there is, 0 to 1.
        weight: Its share of the score.
        points: What it gives, in hundredths of a point.
        possible: What it could give at most.
        sentence: Why.
        evidence: Ids of the items and decisions that it rests on.
        is_missing: Nothing is known of it, so that it gives nothing.
    """

    name: str
    x: float
    weight: float
    points: int
    possible: int
    sentence: str
    evidence: tuple[str, ...]
    is_missing: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What one account puts into the demand.

    Attributes:
        item_id: The sighting that counts.
        amount: As stated, in the company's currency.
        worth: What of it counts.
    """

    item_id: str
    amount: float
    worth: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something known, and what the score would lack without it.

    Attributes:
        sentence: What is known.
        points: The score less the score without it, in hundredths of a point.
        evidence: Ids of items and decisions.
    """

    sentence: str
    points: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf:
    """Something that may become known, and the score that it would lead to.

    Attributes:
        sentence: What it is.
        score: The score then, in hundredths of a point, by the same rules.
        difference: That score less today's.
    """

    sentence: str
    score: int
    difference: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NearestPast:
    """An earlier item that is most like it, and what became of that.

    Attributes:
        item_id: The earlier item.
        title: Its title.
        kind: What was decided.
        because: Why.
        decided_at: When.
        outcome: How the decision turned out; None where nobody has said yet.
        share: How like the two are, 0 to 1.
    """

    item_id: str
    title: str
    kind: str
    because: str
    decided_at: datetime
    outcome: str | None
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A score with its reasons.

    Attributes:
        item_id: What was scored.
        theme: For which line of the roadmap; None: it fits none.
        score: The sum of the parts, in hundredths of a point.
        parts: The six of them, in their order.
        confidence: Grade of source and claim, in words; it is not in the score.
        top_facts: The facts that moved the score most, the heaviest first; at most three.
        would_change: What would change it, the most first.
        nearest: The nearest earlier item that was decided.
        faults: Where what is stored is not what its own inputs give; none where all is well.
    """

    item_id: str
    theme: str | None
    score: int
    parts: tuple[Part, ...]
    confidence: str
    top_facts: tuple[Fact, ...]
    would_change: tuple[WhatIf, ...]
    nearest: NearestPast | None = None
    faults: tuple[str, ...] = ()


def explanation(
    row: Row,
    rules: RelevanceRules,
    *,
    currency: str = "",
    evidence: Mapping[str, Sequence[str]] | None = None,
    accounts: Sequence[Asking] = (),
    matched: str = "",
    nearest: NearestPast | None = None,
) -> Explanation:
    """Explains a score that is stored.

    Args:
        row: The row as `scoring.relevance.score` made it and the warehouse keeps it.
        rules: By what it was made; with others, the faults tell where it differs.
        currency: The company's, for amounts in sentences.
        evidence: By part, the ids that it rests on.
        accounts: What each account puts into the demand.
        matched: By which words the theme fits, as a sentence.
        nearest: The nearest earlier item, where one is known.
    """
    given = {name: tuple(ids) for name, ids in (evidence or {}).items()}
    most = possible(rules)
    missing = _missing(row)
    parts = tuple(
        Part(
            name=name,
            x=float(row[f"x_{name}"]),
            weight=rules.weights[name],
            points=int(row[f"points_{name}"]),
            possible=most[name],
            sentence=" ".join(filter(None, (of_part(name, row, rules, currency), matched if name == "theme" else ""))),
            evidence=given.get(name, ()),
            is_missing=name in missing,
        )
        for name in PART_NAMES
    )
    return Explanation(
        item_id=str(row["item_id"]),
        theme=word(row, "theme"),
        score=int(row["score"]),
        parts=parts,
        confidence=confidence(row),
        top_facts=_top_facts(row, parts, rules, accounts, currency),
        would_change=_would_change(row, rules, currency),
        nearest=nearest,
        faults=_faults(row, rules),
    )


def _missing(row: Row) -> tuple[str, ...]:
    named = row.get("missing")
    return tuple(named) if isinstance(named, list | tuple | np.ndarray) else ()


def scores_with(row: Row, changes: Sequence[Mapping[str, Any]], rules: RelevanceRules) -> list[int]:
    """The scores that a row would have with each of these changes of its inputs."""
    base = {name: row.get(name) for name in ("item_id", "theme", *FACTS)}
    frame = pd.DataFrame([{**base, **change} for change in changes], columns=list(base))
    return [int(value) for value in score(frame, rules)["score"]]


def _faults(row: Row, rules: RelevanceRules) -> tuple[str, ...]:
    base = {name: row.get(name) for name in ("item_id", "theme", *FACTS)}
    again = score(pd.DataFrame([base]), rules).iloc[0]
    pairs = [(name, int(row[f"points_{name}"]), int(again[f"points_{name}"])) for name in PART_NAMES]
    faults = [
        f"{name}: {points(stored)} is stored, and its inputs give {points(given)}"
        for name, stored, given in pairs
        if stored != given
    ]
    total = sum(stored for _, stored, _ in pairs)
    if total != int(row["score"]):
        faults.append(f"score: {points(int(row['score']))} is stored, and the parts sum to {points(total)}")
    return tuple(faults)


def _top_facts(
    row: Row, parts: Sequence[Part], rules: RelevanceRules, accounts: Sequence[Asking], currency: str
) -> tuple[Fact, ...]:
    """Each fact with what the score lacks without it; several may overlap, so they need not sum to it."""
    by_name = {part.name: part for part in parts}
    at_stake = number(row, "demand_money") or 0.0
    without: list[tuple[Fact, Mapping[str, Any]]] = [
        (
            Fact(
                sentence=f"An account asks for it: of {money(one.amount, currency)}, {money(one.worth, '')} count.",
                points=0,
                evidence=(one.item_id,),
            ),
            {"demand_money": at_stake - one.worth if len(accounts) > 1 else None},
        )
        for one in accounts
    ]
    lack: dict[str, Mapping[str, Any]] = {
        "threat": {"deals": None},
        "gap": {"theirs": None},
        "time": {"days_ahead": None, "age_days": None},
        "theme": {"fit": 0.0},
        "novelty": {"undecided": 0.0, "recent_sources": None},
    }
    if not accounts:
        lack["demand"] = {"demand_money": None}
    for name, change in lack.items():
        part = by_name[name]
        without.append((Fact(sentence=part.sentence, points=0, evidence=part.evidence), change))
    now, *rest = scores_with(row, [{}, *(change for _, change in without)], rules)
    facts = [replace(fact, points=now - then) for (fact, _), then in zip(without, rest, strict=True)]
    weighed = sorted((fact for fact in facts if fact.points > 0), key=lambda fact: (-fact.points, fact.sentence))
    return tuple(weighed[:_TOP])


def _would_change(row: Row, rules: RelevanceRules, currency: str) -> tuple[WhatIf, ...]:
    possible_changes = [
        *_more_demand(row, rules, currency), *_more_threat(row), *_other_gap(row), *_other_times(row, rules),
        *_other_plans(row, rules),
    ]  # fmt: skip
    now, *rest = scores_with(row, [{}, *(change for _, change in possible_changes)], rules)
    found = [
        WhatIf(sentence=sentence, score=then, difference=then - now)
        for (sentence, _), then in zip(possible_changes, rest, strict=True)
        if then != now
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.difference), one.sentence)))


Change = tuple[str, Mapping[str, Any]]


def _more_demand(row: Row, rules: RelevanceRules, currency: str) -> list[Change]:
    at_stake, accounts = number(row, "demand_money"), number(row, "demand_accounts")
    if at_stake and accounts:
        return [
            (
                "another account that asks for as much as those do on average",
                {"demand_money": at_stake * (1 + 1 / accounts)},
            )
        ]
    amount = rules.demand.account_cap
    worth = min(amount * rules.demand.unverified, rules.demand.account_cap) * rules.demand.stages["negotiation"]
    return [
        (
            f"an account that asks for it in a deal of {money(amount, currency)} under negotiation",
            {"demand_money": worth},
        )
    ]


def _more_threat(row: Row) -> list[Change]:
    if word(row, "competitor") is None and "competitor" in row:
        return []
    deals, lost = number(row, "deals") or 0.0, number(row, "deals_lost") or 0.0
    rivals = (number(row, "rivals") or 0.0) + (0 if deals else 1)
    every = (number(row, "deals_all") or 0.0) + 1
    return [
        (
            "one more deal that is lost to this competitor",
            {"deals": deals + 1, "deals_lost": lost + 1, "deals_all": every, "rivals": rivals},
        )
    ]


def _other_gap(row: Row) -> list[Change]:
    if word(row, "theme") is None:
        return []
    theirs, ours = number(row, "theirs"), number(row, "ours")
    changes: list[Change] = []
    if ours is None:
        changes.append(("the roadmap says that we do not have it", {"ours": 0.0}))
    elif ours < 1:
        changes.append(("we have it", {"ours": 1.0}))
    if theirs is None or theirs < 1:
        changes.append(("a page of theirs shows that they have it", {"theirs": 1.0}))
    return changes


def _other_times(row: Row, rules: RelevanceRules) -> list[Change]:
    ahead, age = number(row, "days_ahead"), number(row, "age_days")
    later: dict[str, Any] = {"days_ahead": None, "age_days": None}
    if ahead is not None and ahead >= _LATER:
        later["days_ahead"] = ahead - _LATER
    if age is not None:
        later["age_days"] = age + _LATER
    changes: list[Change] = [(f"{counted(_LATER, 'day', 'days')} pass without news", later)]
    if (ahead is None or ahead > _SOON) and rules.time.window_days > _SOON:
        changes.append((f"a deal that hangs on it closes in {counted(_SOON, 'day', 'days')}", {"days_ahead": _SOON}))
    return changes


def _other_plans(row: Row, rules: RelevanceRules) -> list[Change]:
    changes: list[Change] = []
    if number(row, "undecided"):
        changes.append(("it is decided", {"undecided": 0.0}))
    if word(row, "theme") is None:
        return changes
    if word(row, "status") != "now":
        changes.append(("the theme moves to 'now'", {"status": "now"}))
    recent = number(row, "recent_sources")
    if recent is not None and number(row, "expected_sources") is not None:
        weeks = counted(rules.novelty.recent_weeks, "week", "weeks")
        changes.append((f"three more sources tell of its theme within {weeks}", {"recent_sources": recent + 3}))
    return changes
