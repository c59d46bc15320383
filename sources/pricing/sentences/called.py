"""The name that a sentence gives to what it prices."""

from __future__ import annotations

import re
from typing import Literal

from detente.records import Period
from sources.pricing.amounts.terms import read_term
from sources.pricing.names import clean_name
from sources.pricing.page import Line
from sources.pricing.words import UNITS, words

Named = Literal["plan", "subject", "unit", "rate", ""]
"""What tells a name: a word for plan beside it, the subject of a verb, a unit of usage, a day or hourly rate."""

PLAN_NOUN = (
    r"(?:plan|tier|edition|version|package|subscription|licen[cs]e|membership|bundle|tarif|paket|lizenz|abo"
    r"|abonnement"
    r"|forfait|formule|offre)"
)
_CAP = r"[A-Z0-9ÄÖÜÉÈÀ][\w+&'’.-]{0,29}"
_PLAN_WORDS = (
    "basic|standard|professional|pro|premium|enterprise|team|business|starter|personal|plus|hobby|individual|startup"
    "|community|developer|lite|advanced|ultimate|essential|essentials|growth|solo|agency|corporate|student|family"
)
_NAME = (
    rf"(?:[\"“„«'‘](?P<q>[^\"“”„«»'‘’]{{2,30}})[\"”“»'’]"
    rf"|(?P<c>(?:{_CAP}|(?:{_PLAN_WORDS})\b)(?:\s(?:{_CAP}|(?:{_PLAN_WORDS})\b)){{0,3}}))"
)
_PLAN_CALLED = re.compile(rf"(?<!\w){_NAME}[\s-]+(?i:{PLAN_NOUN})s?\b")
_PLAN_CALLED_AFTER = re.compile(
    rf"\b(?i:plan|tarif|paket|forfait|formule|offre|abonnement|licence|lizenz|édition|edition)\s{_NAME}"
)
_FOR_WHOM = re.compile(
    r"^(?:for|für|pour les)\s(?P<who>[^\W\d_][\w -]{2,40}?),?\s(?:there (?:is|are)|we (?:offer|have|charge)"
    r"|(?-i:(?:[A-Z][\w.]*\s){1,3})(?:charges?|costs|offers|has)|you (?:pay|get)|it costs"
    r"|the (?:price|cost|fee) is|kostet|zahlen sie|coûte)\b",
    re.I,
)
_NOT_WHO = words(
    "each every the this these those all your a an just only more most less as that which one now jede jeden alle jeder"
)
_SUBJECT = re.compile(
    r"(?:^|,\s|\band\s|\bund\s|\bet\s|\bwhile\s)(?P<name>[^\W\d_][\w+&'’-]*(?:\s(?!(?:and|und|et|per|that|which|who)\s)[\w+&'’-]+){0,4}?)\s"
    r"(?:(?:currently|only|simply|itself)\s)?(?:costs?|kostet|kosten|coûtent|coûte|starts? at|sells? for|(?:is"
    r"|are) (?:priced|billed|charged|available|sold|offered) (?:at|for|from)"
    r"|(?:can|may) be (?:bought|purchased|had|ordered|licensed|rented)|is|are|ist|est)\b",
    re.I,
)
_QUANTITY = re.compile(
    r"(?:^|\s)(?P<n>1|one|each|every|an?|\d[\d,.]*|jede[rs]?|ein|chaque|un"
    r"|une)\s(?P<what>[^\W\d_][\w-]*(?:\s[^\W\d_][\w-]*){0,2}?)\s"
    r"(?:costs?|kostet|kosten|coûtent|coûte|can be (?:bought|purchased|had)|is (?:priced|sold|billed|charged)"
    r"|are (?:priced|sold|billed|charged))\b",
    re.I,
)
_CLOSE = re.compile(
    r"^(?:\s?\([^()]{0,60}\))?(?:\s(?!and\b|und\b|et\b|includes?\b|has\b|plus\b)[\w.’'-]+){0,9},?:?\s*[(–—-]?\s*$"
)
_FOR_THE_PLAN = re.compile(rf"\bfor the {_NAME}\s(?i:{PLAN_NOUN})\b")
_ARTICLE = re.compile(r"^(?:the|our|der|die|das|le|la|les|unser|unsere|notre|an?)\s", re.I)
RATES: tuple[tuple[re.Pattern[str], Period, str], ...] = (
    (re.compile(r"\b(?:day|daily) (?:rate|fee|price)s?\b", re.I), "day", "Day rate"),
    (re.compile(r"\bhourly (?:rate|fee|price)s?\b|\bhour rate\b", re.I), "hour", "Hourly rate"),
    (re.compile(r"\btagess(?:atz|ätze)\b", re.I), "day", "Tagessatz"),
    (re.compile(r"\bstundens(?:atz|ätze)\b", re.I), "hour", "Stundensatz"),
    (re.compile(r"\b(?:tarif|taux) journalier\b|\btjm\b", re.I), "day", "Tarif journalier"),
    (re.compile(r"\b(?:tarif|taux) horaire\b", re.I), "hour", "Tarif horaire"),
)
_USAGE = words("credit minute build message GB TB job transaction request event document contact invoice")
_GENERIC = words(
    "it this that these those there price prices pricing cost costs fee fees rate rates service software app"
    " application"
    " product tool platform subscription subscriptions membership plan plans license licence licenses licences access"
    " everything which what who all we you i he she they one each every most some any both none nothing here package"
    " packages tier tiers option options preis preise das es dies er sie wir prix ce cela il elle nous payment"
    " payments"
    " billing charge charges vat tax taxes shipping delivery setup installation migration onboarding postage handling"
    " cancellation upgrade upgrades upgrading total minimum invoice bill users seats people customers clients usage"
    ""
    " purchase purchases installment installments instalment instalments account accounts registration"
    " entry admission travel expenses and or but so then now also der die den le la les"
)
_LEADING = words(
    "the our a an this each every all your with and for der die das unser unsere le la les notre un une buy get choose"
)
_ADJECTIVES = words(
    "monthly annual yearly paid single other any another new same first second third cheapest smallest largest"
    " basic-level"
    " entry-level top main no such current own jährliche monatliche full"
)


def lead_in(line: Line, before: str) -> str | None:
    """The name before a colon or a dash that an amount follows at once ("Team: $9 per month for ...")."""
    text = before.strip()
    if text[-1:] not in (":", "–", "—", "-") or not line.text.startswith(before):
        return None
    name = clean_name(text[:-1].strip())
    return name if name and is_name(name) else None


def is_name(text: str) -> bool:
    """Whether words can name something that is sold: not "the price", not "you"."""
    parts = text.lower().split()
    return (
        bool(parts)
        and len(parts) <= 5
        and not any(p in _GENERIC for p in (parts[0], parts[-1]))
        and any(map(str.isalpha, text))
    )


def called(before: str, after: str, line: Line) -> tuple[str, Named]:
    """The name that a sentence gives to what it prices, and what kind of name it is."""
    name = plan_called(before, after) or in_bold(before, line) or _for_whom(before)
    if name:
        return name, "plan"
    for pattern, _, rate in RATES:
        if pattern.search(before):
            return rate, "rate"
    unit = quantity(before)
    if unit is not None:
        return (_capital(unit), "unit") if UNITS.get(unit.split()[-1]) in _USAGE else ("", "")
    return _subject(before)


def plan_called(before: str, after: str) -> str:
    """The name beside a word for plan, close before what it costs or right after it ("$9 for the Team plan")."""
    found = [m for pattern in (_PLAN_CALLED, _PLAN_CALLED_AFTER) for m in reversed(list(pattern.finditer(before)))]
    found = [m for m in found if _CLOSE.match(before[m.end() :])]
    behind = _FOR_THE_PLAN.search(after)
    names = [_plan_word(m["q"] or m["c"]) for m in (*found, *([behind] if behind is not None else []))]
    return next(filter(None, names), "")


def in_bold(before: str, line: Line) -> str:
    """A name in bold before the amount."""
    for part, node in reversed(line.parts):
        text = part.strip(" :–—-")
        if node.tag in ("b", "strong") and text and (text in before or text.startswith(before.strip() or "\n")):
            name = clean_name(text)
            if name is not None and is_name(name):
                return name
    return ""


def _for_whom(before: str) -> str:
    """For whom a sentence says that there is a price ("For agencies there is a $90 a month plan")."""
    match = _FOR_WHOM.match(before.strip())
    return _capital(match["who"]) if match is not None and match["who"].split()[0].lower() not in _NOT_WHO else ""


def _subject(before: str) -> tuple[str, Named]:
    """The subject of the verb before the amount."""
    found = list(_SUBJECT.finditer(before.strip()))
    name = _ARTICLE.sub("", found[-1]["name"]) if found else ""
    return (_capital(name), "subject") if is_name(name) and clean_name(name) and len(name.split()) <= 3 else ("", "")


def _plan_word(found: str | None) -> str:
    """A plan's name as a sentence wrote it, without what stands before it only because the sentence begins there."""
    parts = (found or "").split()
    while parts and parts[0].lower() in _LEADING:
        parts = parts[1:]
    name = " ".join(parts)
    if not 2 < len(name) < 40 or len(parts) > 4 or not is_name(name) or all(p.lower() in _ADJECTIVES for p in parts):
        return ""
    return _capital(name)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def quantity(before: str) -> str | None:
    """The unit that a sentence names in front of its verb: "each build minute costs", "1,000 letters cost"."""
    match = _QUANTITY.search(before)
    if match is None:
        return None
    what = match["what"].lower()
    if match["n"][0].isdigit() and match["n"] != "1":
        return f"{match['n']} {what}"
    last = what.split()[-1]
    known = last in UNITS and re.fullmatch(PLAN_NOUN, last) is None
    return what if known and read_term(f"per {what}").period is None else None
