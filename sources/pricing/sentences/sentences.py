"""What a sentence states: prices of the page's own offer, with the terms that its words give them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from detente.records import Period
from sources.pricing.amounts.money import Money, parse_number
from sources.pricing.amounts.terms import Term, read_term, spare_words
from sources.pricing.page import Line
from sources.pricing.plans import Mark
from sources.pricing.words import UNIT_ADJECTIVES, UNITS, words

from .called import PLAN_NOUN, RATES, Named, called, in_bold, lead_in, plan_called, quantity
from .offers import is_other_money, is_own_offer, split

MAX_SENTENCE = 400
_FEW_WORDS = 3
_MAX_BEFORE = 200
_MAX_SPREAD = 10
_PER = r"\b(?:per|pro|par|je|each|every)"

_VERB = re.compile(r"\b(?:is|are|be|pays?|costs?|charges?|charged|billed|kostet|kosten|coûte|coûtent)\b", re.I)
_ADVERBS = (
    r"(?:\s(?:only|just|about|around|approximately|approx\.?|roughly|currently|simply|you|from|at|a|an|flat|fixed"
    r"|as little as|as low as"
    r"|ca\.?|circa|etwa|rund|nur|env\.?|environ|seulement|jeweils|up to|minimum of|between|zwischen|entre|von|de"
    r"|an affordable|a very affordable))*"
)
_COSTS = re.compile(
    r"(?:\b(?P<verb>costs?|(?:can|may) be (?:bought|purchased|had|ordered|licensed|rented)(?: \w+){0,2} (?:for|at)"
    r"|(?:priced|billed|charged|invoiced|available|offered|sold|sells?|starts?|starting|runs|comes) (?:in )?(?:at"
    r"|for|from)"
    r"|(?:start|begin)s?|charges?|amounts? to|kostet|kosten|beträgt|betragen|(?:gibt es|erhältlich) (?:für|ab)"
    r"|coûtent|coûte|s['’]élève à|est (?:facturée?s?|proposée?s?|vendue?s?|disponible) (?:à|pour))"
    r"|\b(?P<weak>is|are|pay|ist|sind|est(?: de| à)?|sont de|for|für|pour|at|zu|à|à partir de|ab|(?:(?:rate|price"
    r"|fee|payment|charge|cost)(?: of)?)|prix|preis)):?" + _ADVERBS + r"\s*\(?$",
    re.I,
)
_IT = re.compile(
    r"(?:(?:then|now|currently|today),? )?(?:it|this|the [a-z-]+(?: [a-z-]+)?|(?:an? |one )?(?:subscription"
    r"|membership|licen[cs]e)|we(?: only| just)?"
    r"|you(?: only| just)?"
    r"|access|usage|es|das|wir|sie|il|cela|nous)(?: (?:only|just|currently|simply|itself))?",
    re.I,
)
_LOOSE = words("for für pour at zu à")
_IN_NOUN = re.compile(
    r"(?:^|\b(?:an?|the|our|one|single|flat|unser|une?|notre|eine?n?)(?:\s[^\W\d_]+){0,3})\s*$",
    re.I,
)
_NOUN_AFTER = re.compile(rf"^[\s/-]*(?:[a-z/-]+\s){{1,4}}?{PLAN_NOUN}\b", re.I)
_OR = re.compile(r"^[^.;:]{0,45}(?:\b(?:or|oder|ou)\b|[/(|])[^.;:]{0,30}$", re.I)
_JOINER = re.compile(r"\s*(?:(?P<to>-|–|—|to|bis|à)|(?P<and>and|und|et)|or|oder|ou|/)\s*", re.I)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\s*$", re.I)
_LOW = re.compile(
    r"(?P<word>\b(?:between|zwischen|entre)\s)?(?P<n>(?<![\w.,])\d[\d.,]*)\s*(?P<mark>-|–|—|to|bis|and|und|et|à)\s*$",
    re.I,
)
_HIGH = re.compile(r"^\s*(?:-|–|—|to|bis|à)\s*(?P<n>\d[\d.,]*\d|\d)(?![\d%]|\s?%|\s?(?:users?|seats?|days?)\b)", re.I)

_RATE = r"(?:rate|fee|price|cost|subscription|installments?|payments?|plan|licen[cs]e|membership)"
_LABELS: tuple[tuple[re.Pattern[str], Period], ...] = (
    (re.compile(rf"\b(?:monthly|mensuel\w*|monatlich\w*) (?:{_RATE}|beitrag|gebühr)", re.I), "month"),
    (re.compile(rf"\b(?:annual|yearly|jährlich\w*) (?:{_RATE}|beitrag|gebühr)", re.I), "year"),
    (
        re.compile(rf"\b(?:one[- ]?(?:time|off)|lifetime|perpetual) (?:{_RATE}|purchase|charge)|\beinmalig", re.I),
        "one_time",
    ),
    (
        re.compile(r"\bfixed (?:price|fee)\b|\bfestpreis\b|\bpauschalpreis\b|\bprix (?:fixe|forfaitaire)\b", re.I),
        "one_time",
    ),
)
_ONCE = re.compile(
    r"^[^.;,]{0,12}(?:\bonce\b(?! (?:a|per|every)\b)|\bone[- ]?(?:time|off)\b|\beinmalig\b|\bune (?:seule )?fois\b)",
    re.I,
)
_COMPOUND = re.compile(r"^\s*(?:/|per|pro|par)\s?(?P<one>[a-z]+)\s(?P<two>[a-z]+)\b", re.I)
_ONWARD = re.compile(
    r"\s(?:up to|in|for|für|pour|with|mit|avec|that|which|to|on|at|from|by|because|so|until|bei|und|et"
    r"|and)\s(?!full\b|advance\b)"
    r"(?!per\b|pro\b|par\b|billed\b|paid\b)",
    re.I,
)
_KNOWN_UNITS = frozenset(UNITS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A sentence that states what something of the page's own offer costs.

    Attributes:
        line: Where it stands.
        text: The sentence, verbatim.
        name: What the sentence says has this price; empty if it does not say.
        named: How surely: a plan by its word, a subject, a unit of usage, a day or hourly rate.
        generic: The subject is "it", "the service" and the like, and the sentence tells no other amount.
        strong: Its verb is said of prices only ("costs", "is priced at"), or it is a plan's attribute.
        amounts: The prices.
    """

    line: Line
    text: str
    name: str
    named: Named
    generic: bool
    strong: bool
    amounts: tuple[Money, ...]


def is_sentence(mark: Mark) -> bool:
    """Whether a line tells its amount in a sentence although it has few words.

    Such are a list item ("You need to pay $5 a month for that"), a sentence about other things ("A team of ten would
    pay $90 a month"), and one that says itself which plan it prices.
    """
    line = mark.line
    if mark.kind != "price" or _VERB.search(line.text) is None:
        return False
    if spare_words(line.text, [(m.start, m.end) for m in mark.amounts]) < _FEW_WORDS:
        return False
    before = line.text[: mark.amounts[0].start]
    if line.element.tag == "li" and _VERB.search(before) is not None:
        return True
    if not is_own_offer(before) or is_other_money(before, line.text[mark.amounts[0].end :]):
        return True
    return bool(plan_called(before[-_MAX_BEFORE:], ""))


def read_statements(mark: Mark, *, comma_decimal: bool = False) -> list[Statement]:
    """The price statements in a line; nothing from examples, savings, comparisons and the like."""
    text = mark.line.text
    found: list[Statement] = []
    for start, end in split(text):
        sentence = text[start:end]
        amounts = [m for m in mark.amounts if start <= m.start < end]
        if amounts and len(sentence) <= MAX_SENTENCE and is_own_offer(sentence):
            found += _in_sentence(mark.line, start, end, amounts, comma_decimal)
    return found


def _in_sentence(line: Line, start: int, end: int, amounts: list[Money], comma_decimal: bool) -> list[Statement]:
    found: list[Statement] = []
    amounts = _paired(line.text, amounts)
    past = start
    taken = 0
    for position, money in enumerate(amounts):
        following = amounts[position + 1].start if position + 1 < len(amounts) else end
        before, after = line.text[past : money.start], line.text[money.end : following]
        past = money.end
        prices, before, after = _ranged(money, before, after, comma_decimal)
        if money.amount is None or money.addition or money.qualifier in ("struck", "promotional"):
            continue
        if found and (_JOINER.fullmatch(before) or _OR.match(before)):
            taken += 1
            more = tuple(_with_term(m, before, after, None) for m in prices)
            found[-1] = replace(found[-1], amounts=_alike(found[-1].amounts, more))
            continue
        one = _stated(line, before, after, prices, first=position == 0 and not before.strip())
        if one is not None:
            taken += 1
            found.append(replace(one, text=line.text[start:end].strip()))
    return [replace(s, generic=s.generic and taken == len(amounts)) for s in found]


def _paired(text: str, amounts: list[Money]) -> list[Money]:
    """The amounts, where the first of two that are told together has the term of the second, and ranges are such."""
    paired = list(amounts)
    for position in range(len(amounts) - 1):
        first, second = paired[position], amounts[position + 1]
        joiner = _JOINER.fullmatch(text[first.end : second.start])
        if joiner is None:
            continue
        between = _BETWEEN.search(text[: first.start]) is not None
        if joiner["and"] and not between:
            continue
        paired[position] = _filled(first, second.term)
        if joiner["to"] or between:
            paired[position] = replace(paired[position], qualifier="from")
            paired[position + 1] = replace(second, qualifier="up_to")
    return paired


def _alike(known: tuple[Money, ...], more: tuple[Money, ...]) -> tuple[Money, ...]:
    """Amounts told together ("10 € or $11 per month"): what only one of them tells is true of the other."""
    first, last = known[0].term, more[-1].term
    return (*(_filled(m, last) for m in known), *(_filled(m, first) for m in more))


def _filled(money: Money, term: Term) -> Money:
    if money.term.period is not None or (money.term.unit is not None and term.period is None):
        return money
    return replace(money, term=replace(money.term, period=term.period, unit=money.term.unit or term.unit))


def _ranged(money: Money, before: str, after: str, comma_decimal: bool) -> tuple[list[Money], str, str]:
    """An amount, with the other end of its range where only one of them has the currency; and the words around."""
    low = _LOW.search(before)
    if low is not None and (low["mark"] not in ("and", "und", "et") or low["word"]):
        amount, note = parse_number(low["n"], comma_decimal=comma_decimal)
        if amount is not None and not note and money.amount and amount < money.amount <= amount * _MAX_SPREAD:
            top = replace(money, qualifier="up_to")
            return (
                [replace(money, amount=amount, qualifier="from"), top],
                before[: low.start()] + (low["word"] or ""),
                after,
            )
    high = _HIGH.match(after)
    if high is not None:
        amount, note = parse_number(high["n"], comma_decimal=comma_decimal)
        if amount is not None and not note and money.amount and money.amount < amount <= money.amount * _MAX_SPREAD:
            after = after[high.end() :]
            bottom = replace(money, qualifier="from", term=read_term(after))
            return [bottom, replace(bottom, amount=amount, qualifier="up_to")], before, after
    return [money], before, after


def _stated(line: Line, before: str, after: str, prices: list[Money], *, first: bool) -> Statement | None:
    """What the words before and after an amount say of it; None where they do not say that something costs it."""
    if is_other_money(before, after):
        return None
    costs = _COSTS.search(before)
    in_noun = _NOUN_AFTER.match(after) is not None and _IN_NOUN.search(before) is not None
    lead = lead_in(line, before) if costs is None else None
    aside = before.rstrip().endswith("(") and bool(in_bold(before, line))  # "**Pro** ($9/month) gives you ..."
    if costs is None and not in_noun and lead is None and not first and not aside:
        return None
    name, named = called(before, after, line) if lead is None else (lead, "plan")
    weak = costs["weak"] if costs is not None else None
    if weak is not None and weak.lower() in _LOOSE and named != "plan" and not any(m.term.period for m in prices):
        return None
    unit = quantity(before)
    prices = [_with_term(m, before, after, unit) for m in prices]
    if prices[0].qualifier == "up_to":
        return None
    if not any(m.term.period or m.term.unit for m in prices) and (weak is not None or named != "plan"):
        return None
    strong = in_noun or named in ("plan", "rate") or (costs is not None and weak is None)
    return Statement(
        line=line,
        text="",
        name=name,
        named=named,
        generic=not name and costs is not None and (unit is not None or _is_it(before[: costs.start()])),
        strong=strong,
        amounts=tuple(prices),
    )


def _is_it(subject: str) -> bool:
    """Whether a subject only points at the product: "it", "the service", "we charge"."""
    return _IT.fullmatch(subject.strip()) is not None


def _with_term(money: Money, before: str, after: str, unit: str | None) -> Money:
    """The amount with what the words around it say in ways that only sentences use: "day rate", "once"."""
    term = _near_term(money, after)
    if term.period is None:
        told = [period for pattern, period in _LABELS if pattern.search(before)]
        told += [period for pattern, period, _ in RATES if pattern.search(before)]
        told += ["one_time"] if _ONCE.match(after) else []
        term = replace(term, period=told[0] if told else None)
    compound = _COMPOUND.match(after)
    if compound is not None and _is_compound(compound["one"].lower(), compound["two"].lower()):
        term = replace(term, unit=f"{compound['one']} {compound['two']}".lower())
    if (
        term.unit is not None
        and term.unit not in _KNOWN_UNITS
        and not re.search(rf"(?:/|{_PER})\s?{re.escape(term.unit)}", after, re.I)
    ):
        term = replace(term, unit=None)  # "per year for a whole school"
    return replace(money, term=replace(term, unit=term.unit or unit))


def _near_term(money: Money, after: str) -> Term:
    """The term without what only a later part of the sentence says ("$0.02 per call, up to a million in a month")."""
    far, near = read_term(after), read_term(_ONWARD.split(after, maxsplit=1)[0])
    known = money.term
    return Term(
        period=near.period if far.period else known.period,
        unit=near.unit if far.unit else known.unit,
        billing=near.billing if far.billing else known.billing,
    )


def _is_compound(one: str, two: str) -> bool:
    """Whether two words after "per" are one unit, as in "per build minute"."""
    return two in UNITS and one not in UNIT_ADJECTIVES and read_term(f"per {one}").period is None
