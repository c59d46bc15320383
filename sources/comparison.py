"""Two readings of a page side by side, in words: what is the same, changed, added and gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from detente.records import Observation, PageText, PlanFeature, PlanPrice, ReleaseEntry

__all__ = ["Mark", "Row", "compared"]


class Mark(StrEnum):
    """What became of a fact."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A fact in words; amounts stand apart, so that they can be set below each other."""

    amount: str = ""
    words: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.amount, self.words)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One fact before and now.

    Attributes:
        mark: What became of it.
        table: `prices`, `features`, `entries` or `blocks`.
        what: Of what it is a fact: a plan, a plan's feature, a version, a heading.
        before: None where it was not there.
        now: None where it is not there.
    """

    mark: Mark
    table: str
    what: str
    before: Cell | None
    now: Cell | None


def compared(before: Sequence[Observation], now: Sequence[Observation]) -> list[Row]:
    """The facts of both, in the order in which they stand on the page now; what is gone follows at the end.

    Facts of the same name that differ are set side by side as far as their period, unit and billing are the same, and
    then in their order.
    """
    was, seen = _by_name(before), _by_name(now)
    rows: list[Row] = []
    for key, facts in seen.items():
        rows += _paired(key, was.pop(key, []), facts)
    for key, facts in was.items():
        rows += _paired(key, facts, [])
    order = {"prices": 0, "features": 1, "entries": 2, "blocks": 3}
    return sorted(rows, key=lambda row: (order[row.table], row.mark is Mark.GONE))


_Key = tuple[str, str]


def _by_name(facts: Sequence[Observation]) -> dict[_Key, list[Observation]]:
    by_name: dict[_Key, list[Observation]] = defaultdict(list)
    for fact in facts:
        by_name[_key(fact)].append(fact)
    return dict(by_name)


def _paired(key: _Key, before: Sequence[Observation], now: Sequence[Observation]) -> list[Row]:
    left, partner = list(before), dict[int, Observation]()
    for alike in (_value, _terms, _any):
        if alike is _any and key[0] == "blocks" and (len(left) != 1 or len(partner) != len(now) - 1):
            break  # which of several blocks became which of several others nobody can say
        for position, fact in enumerate(now):
            match = next((one for one in left if alike(one) == alike(fact)), None)
            if position not in partner and match is not None:
                partner[position] = match
                left.remove(match)
    rows = [_row(key, partner.get(position), fact) for position, fact in enumerate(now)]
    return rows + [_row(key, fact, None) for fact in left]


def _any(fact: Observation) -> tuple[object, ...]:
    """Nothing: any two facts of one name will do."""
    return ()


def _row(key: _Key, before: Observation | None, now: Observation | None) -> Row:
    if before is None or now is None:
        mark = Mark.ADDED if before is None else Mark.GONE
    else:
        mark = Mark.SAME if _value(before) == _value(now) else Mark.CHANGED
    cells = [_cell(fact) if fact is not None else None for fact in (before, now)]
    return Row(mark=mark, table=key[0], what=key[1], before=cells[0], now=cells[1])


def _key(fact: Observation) -> _Key:
    match fact:
        case PlanPrice():
            return "prices", _plan(fact) + (" (add-on)" if fact.addon else "")
        case PlanFeature():
            return "features", f"{_plan(fact)}: {fact.feature}"
        case ReleaseEntry():
            return "entries", fact.version or fact.title or "(no title)"
        case PageText():
            return "blocks", fact.heading or "(no heading)"


def _plan(fact: PlanPrice | PlanFeature) -> str:
    return f"{fact.group} / {fact.plan}" if fact.group else fact.plan


def _value(fact: Observation) -> tuple[object, ...]:
    """What two facts of one name share if they are the same."""
    match fact:
        case PlanPrice():
            flags = (fact.custom, fact.free, fact.needs_review, fact.qualifier)
            return (fact.amount, fact.currency, *_terms(fact), *flags)
        case PlanFeature():
            return (fact.included, fact.limit, fact.unlimited, fact.unit)
        case ReleaseEntry():
            return (fact.title, fact.published_on, fact.body, fact.link)
        case PageText():
            return (fact.block,)


def _terms(fact: Observation) -> tuple[object, ...]:
    """What a price is for: the same period, unit and billing at another amount is the same price, changed."""
    return (fact.period, fact.unit, fact.billing) if isinstance(fact, PlanPrice) else _value(fact)


def _cell(fact: Observation) -> Cell:
    match fact:
        case PlanPrice():
            return _price(fact)
        case PlanFeature():
            return Cell(words=_feature(fact))
        case ReleaseEntry():
            day = fact.published_on.isoformat() if fact.published_on else "no date"
            return Cell(words=" · ".join(filter(None, (day, fact.title, fact.first_line))))
        case PageText():
            return Cell(words=fact.block)


def _price(price: PlanPrice) -> Cell:
    if price.amount is None:
        words = "contact us" if price.custom else "free" if price.free else "no price"
        return Cell(words=words + (" (review)" if price.needs_review else ""))
    words = " ".join(
        filter(
            None,
            (
                price.currency or "?",
                f"/ {price.unit}" if price.unit else "",
                f"/ {price.period.replace('_', ' ')}" if price.period else "",
                f"billed {price.billing}" if price.billing else "",
                f"({price.qualifier.replace('_', ' ')})" if price.qualifier != "exact" else "",
                "(review)" if price.needs_review else "",
            ),
        )
    )
    return Cell(amount=amount_text(price.amount), words=words)


def amount_text(amount: Decimal) -> str:
    """An amount with two places at least, so that amounts can be set below each other."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{places}f}"


def _feature(feature: PlanFeature) -> str:
    if feature.unlimited:
        return "unlimited"
    if feature.limit is not None:
        return " ".join(filter(None, (format(feature.limit.normalize(), "f"), feature.unit)))
    return {True: "yes", False: "no", None: "not told"}[feature.included]
