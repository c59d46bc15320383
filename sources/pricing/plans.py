"""What the layouts have in common: lines that tell a price, and the plans that they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Literal

from detente.records import PlanFeature, PlanPrice

from .amounts.currencies import SIGNS
from .amounts.money import Money, read_money
from .amounts.terms import Billing, Term, spare_words
from .context import MoneyContext
from .page import CENTS, HEADINGS, Element, Line, VisiblePage, label_of
from .surroundings import Surroundings
from .words import CUSTOM, DATA_ANNUAL, DATA_MONTHLY, FREE, PLACEHOLDER, PRICE_PREFIX, STRUCK_LABEL, UNITS

PROSE_WORDS = 5
"""A line with more words than this beside its amounts is a sentence, not a price."""

MarkKind = Literal["price", "free", "custom", "placeholder"]
_LOOKS_PRICED = re.compile(r"price|amount|cost|fee|[$€£]|/ ?(?:mo|month|yr|year|user)|per (?:user|month|year)", re.I)
_DIGIT = re.compile(r"\d")
_PLAIN_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,2})?", re.ASCII)
_SWITCHED_NOTE = (
    "only an attribute that the page's toggle reads holds it; whether it is per month or per year is not told"
)
_SIGN_CHARS = 4
_NUMBER_FIRST = re.compile(r"\d[\d.,' ]{0,12}(?![\w%])")
_STATED_WORDS = 2
_BUYS = re.compile(
    r"^\W*(?:buy|purchase|order|get it|(?:jetzt )?kaufen|bestellen|acheter|commander|comprar|acquista|kopen|köp|køb)\b",
    re.I,
)
_APART_WORDS = 9
_SET_APART = re.compile(r"\S\s*[:–—|-]\s*(?:(?:from|only|just|ab|fra|från|desde|dès|da|vanaf|od)\s+)?$", re.I)
_BETWEEN = re.compile(r"[\s/|,·]*(?:or\s*)?")
_EQUALS = re.compile(r"\s*=\s*")
_THREE_DIGITS = re.compile(r" \d{3}(?![\w.,]| ?%)(?: ([^\W\d_]+))?")
_ONE_GROUP = 1_000
_DASH = re.compile(r"\s?[–—-]\s?")
_BEFORE_TAIL = re.compile(r"\s[-–—|]\s|:\s")
_TAIL_CHARS = 60
_PHRASE_CHARS = 40
_SENTENCE_WORDS = 2
_UNTIL = re.compile(r"\W*(?:until|till|bis|jusqu['’]|hasta|fino a|tot)\b\D{2,60}:\s?$", re.I)
_EDGES = " \t.!:*()[]•·–—-\"'“”"


@dataclass(kw_only=True, slots=True)
class Mark:
    """A line that says what something costs.

    Attributes:
        line: The line.
        kind: An amount, "free", "contact us", or a template's placeholder.
        amounts: The prices in it; empty for the other kinds.
        spare: Words that belong to no amount.
        linked: All of it is a link or a button: an invitation rather than a statement.
        told_in_answers: It stands among questions and answers, where plans are only talked about.
        named: The line says before it whose price it is ("Enterprise – contact us").
    """

    line: Line
    kind: MarkKind
    amounts: list[Money] = field(default_factory=list)
    spare: int = 0
    linked: bool = False
    told_in_answers: bool = False
    named: bool = False

    @property
    def prose(self) -> bool:
        """It mentions an amount in a sentence or an invitation, and does not set it beside a plan."""
        if self.spare > _SENTENCE_WORDS and self.line.text.endswith("."):
            return True
        return self.spare > PROSE_WORDS or self.linked or self.told_in_answers

    @property
    def offer(self) -> bool:
        """It is a button to buy for an amount, which may be all that a page says of a price."""
        return self.linked and self.kind == "price" and bool(_BUYS.match(self.line.text)) and not self.told_in_answers

    @property
    def stated(self) -> bool:
        """The line is nothing but a price, "free" or "contact us": nobody is quoted with that."""
        return self.kind != "price" or (self.amounts[0].start == 0 and self.spare <= _STATED_WORDS)


@dataclass(kw_only=True, slots=True)
class Plan:
    """One plan on its way to its records; `start` and `end` are the lines that belong to it."""

    name: str
    group: str | None = None
    addon: bool = False
    prices: list[PlanPrice] = field(default_factory=list)
    features: list[PlanFeature] = field(default_factory=list)
    start: int = 0
    end: int = 0
    root: Element | None = None
    text: str = ""
    place: str = ""


def regrouped(plan: Plan, group: str | None) -> None:
    """Put a plan, with what was read of it already, into a group."""
    plan.group = group
    plan.prices = [replace(p, group=group) for p in plan.prices]
    plan.features = [replace(f, group=group) for f in plan.features]


def told_after_name(text: str) -> tuple[str, MarkKind] | None:
    """A name and what follows it behind a dash or a colon, where that is "free" or "contact us"."""
    match = _BEFORE_TAIL.search(text) if len(text) < _TAIL_CHARS else None
    if match is None or not match.start():
        return None
    phrase = bare(text[match.end() :])
    if phrase in FREE or phrase in CUSTOM:
        return text[: match.start()], "free" if phrase in FREE else "custom"
    return None


def bare(text: str) -> str:
    """The text in lower case without punctuation at its ends: what the phrase lists hold."""
    return text.strip(_EDGES).lower()


def find_marks(page: VisiblePage, context: MoneyContext) -> list[Mark]:
    """Every line of the page that tells a price, sentences among them, in order."""
    marks = []
    surroundings = Surroundings(page)
    joined: Line | None = None
    comma_decimal = context.comma_decimal
    for own in page.lines:
        line = own if joined is None else joined
        joined = _joined(page, own) if len(own.text) <= _SIGN_CHARS and own.text in SIGNS else None
        told = _told_by(line.text, comma_decimal)
        named = False
        if line.element.tag in HEADINGS:
            surroundings.enter(line)
            if told is None and (tail := told_after_name(line.text)) is not None:
                told, named = (tail[1], (), 0), True
        if told is None:
            continue
        mark = Mark(line=line, kind=told[0], amounts=list(told[1]), spare=told[2], named=named)
        foreign, quoted, answers = surroundings.at(line)
        if foreign or (quoted and not mark.stated):
            continue
        mark.linked = _is_linked(line)
        mark.told_in_answers = answers
        mark.amounts = [replace(m, qualifier="struck") if is_struck(line, m) else m for m in mark.amounts]
        marks.append(mark)
    return marks


def _joined(page: VisiblePage, sign: Line) -> Line | None:
    """A currency sign and the number in the block after it as one line; None if no number follows nearby."""
    if sign.index + 1 >= len(page.lines):
        return None
    number = page.lines[sign.index + 1]
    around = {e for e in (sign.element.parent, sign.element) if e is not None}
    if not _NUMBER_FIRST.match(number.text) or not around & {number.element.parent, number.element}:
        return None
    return Line(number.index, f"{sign.text}{number.text}", number.element, [*sign.parts, *number.parts])


def _is_linked(line: Line) -> bool:
    if line.element.tag == "button":
        return True
    return all(node.tag in ("a", "button") for text, node in line.parts if text.strip())


def mark_of(line: Line, context: MoneyContext) -> Mark | None:
    """What a line says about a price, or None."""
    told = _told_by(line.text, context.comma_decimal)
    return None if told is None else Mark(line=line, kind=told[0], amounts=list(told[1]), spare=told[2])


@lru_cache(maxsize=4_096)
def _told_by(text: str, comma_decimal: bool) -> tuple[MarkKind, tuple[Money, ...], int] | None:
    if len(text) < 2 or text.isdigit():
        return None
    if ("{" in text or "[[" in text or "%" in text or "@@" in text) and PLACEHOLDER.search(text):
        return ("placeholder", (), 0) if len(text) < 80 and _LOOKS_PRICED.search(text) else None
    if _DIGIT.search(text):
        amounts = _equated(text, read_money(text, comma_decimal=comma_decimal))
        if amounts:
            told = [_doubted(text, money) for money in _sharing_terms(text, amounts)]
            prices = tuple(
                m for m in told if m.role == "price" and not (m.amount == 0 and _UNTIL.match(text[: m.start]))
            )
            return ("price", prices, _spare(text, amounts)) if prices else None
    if len(text) < _PHRASE_CHARS:
        phrase = bare(PRICE_PREFIX.sub("", text))
        if phrase in FREE:
            return "free", (), 0
        if phrase in CUSTOM:
            return "custom", (), 0
    return None


def _spare(text: str, amounts: list[Money]) -> int:
    """How many words belong to no amount; those of a name that is set off before the first one do not count."""
    spans = [(m.start, m.end) for m in amounts]
    first = amounts[0].start
    spare = spare_words(text, spans)
    if spare > PROSE_WORDS and len(text[:first].split()) <= _APART_WORDS and _SET_APART.search(text[:first]):
        behind = spare_words(text[first:], [(start - first, end - first) for start, end in spans])
        return behind if behind <= _STATED_WORDS else spare
    return spare


def _doubted(text: str, money: Money) -> Money:
    """Note where three digits follow behind a space: "€ 4 200 once" may tell 4 or 4 200."""
    following = _THREE_DIGITS.match(text, money.end)
    if following is None or money.note or money.amount is None or not 0 < money.amount < _ONE_GROUP:
        return money
    if following[1] is not None and following[1].lower() in UNITS:
        return money  # "$5 100 GB"
    return replace(money, note=f"{text[money.start : money.end + 4]!r} may be one number or two")


def _equated(text: str, amounts: list[Money]) -> list[Money]:
    """Take the first of two amounts for the price where the other says what it comes to: "24 CHF = 8 CHF / hour"."""
    if len(amounts) != 2 or "=" not in text:
        return amounts
    one, other = amounts
    if (one.currency, one.sign) != (other.currency, other.sign) or not (other.term.unit or other.term.period):
        return amounts
    if one.start or not _EQUALS.fullmatch(text, one.end, other.start) or one.amount is None or other.amount is None:
        return amounts
    if one.amount <= other.amount:
        return amounts
    return [replace(one, role="price", term=Term()), replace(other, role="not_a_price")]


def _sharing_terms(text: str, amounts: list[Money]) -> list[Money]:
    """Give an amount the term of the one that stands right behind it: "$9 / €8 per month", an old price and the new."""
    shared = list(amounts)
    for position in range(len(shared) - 2, -1, -1):
        one, following = shared[position], shared[position + 1]
        if one.term != Term() or following.term == Term():
            continue
        ascends = one.amount is not None and following.amount is not None and one.amount < following.amount
        ranges = ascends and _DASH.fullmatch(text, one.end, following.start)
        if _BETWEEN.fullmatch(text, one.end, following.start) or ranges:
            shared[position] = replace(one, term=following.term)
    return shared


def is_struck(line: Line, money: Money) -> bool:
    """Whether an amount is crossed out, by its element or by the name of its class."""
    digits = line.text[money.start : money.end].strip("$€£ ")
    for element in islice(line.element.ancestors(), 2):
        if element.tag in ("s", "del", "strike") or _crossed(element.label, element.node.attributes.get("style")):
            return True
    for text, node in line.parts:
        if digits not in text and (len(line.parts) > 1 and text.strip() not in digits):
            continue
        current = node
        block = line.element.node.mem_id
        while current is not None and current.mem_id != block:
            if current.tag in ("s", "del", "strike") or _crossed(label_of(current), current.attributes.get("style")):
                return bool(text.strip())
            if current.parent is None:
                break
            current = current.parent
    return False


def _crossed(label: str, style: str | None) -> bool:
    return bool(STRUCK_LABEL.search(label)) or (style is not None and "line-through" in style.lower())


def price_of(plan: Plan, mark: Mark, money: Money, context: MoneyContext, hint: Term | None = None) -> PlanPrice:
    """The record of one amount.

    Args:
        plan: Whose price it is.
        mark: Where it stands.
        money: The amount.
        context: Resolves an ambiguous currency sign.
        hint: What a row label, a tab or the next line says about period, unit and billing.
    """
    currency, doubt = (money.currency, "") if money.currency else context.currency(money.sign)
    notes = [note for note in (money.note, doubt) if note]
    term = money.term
    if hint is not None:
        term = Term(
            period=term.period or hint.period, unit=term.unit or hint.unit, billing=term.billing or hint.billing
        )
    return PlanPrice(
        plan=plan.name,
        group=plan.group,
        amount=money.amount,
        currency=currency,
        period=term.period,
        unit=term.unit or context.unit,
        billing=term.billing,
        qualifier=money.qualifier,
        free=money.amount == Decimal(0),
        addon=plan.addon,
        needs_review=bool(notes),
        text=mark.line.text.replace(CENTS, ""),
        place=mark.line.element.place,
        note="; ".join(notes),
    )


def flag_price(plan: Plan, text: str, place: str, *, kind: MarkKind | None) -> PlanPrice:
    """The record of a plan that has no number: free, on request, or not told."""
    note = {
        "placeholder": "a template's placeholder stands where the price should be",
        None: "no price on the page",
    }.get(kind, "")
    return PlanPrice(
        plan=plan.name,
        group=plan.group,
        custom=kind == "custom",
        free=kind == "free",
        addon=plan.addon,
        needs_review=bool(note),
        text=text,
        place=place,
        note=note,
    )


def add_prices(plan: Plan, marks: Iterable[Mark], context: MoneyContext, hints: dict[int, Term] | None = None) -> None:
    """Fill a plan with the prices of its marks; the same amount told twice is one price."""
    seen = {(p.amount, p.currency, p.period, p.qualifier == "struck") for p in plan.prices}
    flags: list[Mark] = []
    for mark in marks:
        if mark.kind != "price":
            flags.append(mark)
            continue
        for money in mark.amounts:
            price = price_of(plan, mark, money, context, (hints or {}).get(mark.line.index))
            key = (price.amount, price.currency, price.period, price.qualifier == "struck")
            if key in seen:
                continue
            if price.period is None and any(k[:2] == key[:2] for k in seen):
                continue
            seen.add(key)
            plan.prices.append(price)
    if flags and not any(p.amount is not None for p in plan.prices):
        order = ("placeholder", "custom", "free")
        first = min(flags, key=lambda m: order.index(m.kind))
        plan.prices.append(flag_price(plan, first.line.text, first.line.element.place, kind=first.kind))


def add_switched(plan: Plan, mark: Mark) -> None:
    """Add the prices that a toggle would write over a visible one: `data-monthly`, `data-annual` on its element."""
    shown = next((p for p in plan.prices if p.text == mark.line.text and p.amount is not None), None)
    if shown is None:
        return
    nodes = [mark.line.element.node, *(node for _, node in mark.line.parts)]
    for name, value in {k: v for node in nodes for k, v in node.attributes.items()}.items():
        billing: Billing | None = (
            "annual" if DATA_ANNUAL.match(name) else "monthly" if DATA_MONTHLY.match(name) else None
        )
        digits = (value or "").strip().lstrip("$€£ ")
        if billing is None or not _PLAIN_NUMBER.fullmatch(digits):
            continue
        amount = Decimal(digits)
        if any(p.amount == amount for p in plan.prices):
            plan.prices = [replace(p, billing=p.billing or billing) if p.amount == amount else p for p in plan.prices]
            continue
        plan.prices.append(
            replace(
                shown,
                amount=amount,
                free=amount == 0,
                period="month" if billing == "monthly" else None,
                billing=billing,
                basis="inline_js",
                text=value or "",
                needs_review=True,
                note=_SWITCHED_NOTE,
            )
        )
