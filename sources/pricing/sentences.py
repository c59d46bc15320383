"""What one sentence states: prices of the page's own offer, and the name that the sentence itself gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from detente.records import Period

from .money import Money, parse_number
from .names import clean_name
from .page import Line
from .plans import Mark
from .terms import Term, read_term
from .words import UNIT_ADJECTIVES, UNITS, words

Named = Literal["plan", "subject", "unit", "rate", ""]
MAX_SENTENCE = 400
_FEW_WORDS = 3
_LONG_QUOTE = 4
_MAX_BEFORE = 200
_MAX_SPREAD = 10

_VERB = re.compile(r"\b(?:is|are|be|pays?|costs?|charges?|charged|billed|kostet|kosten|coûte|coûtent)\b", re.I)
_END = re.compile(r"[.!?](?=\s+[^\sa-z]|\s*$)")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|z\.\s?b|excl|incl|inkl|zzgl|approx|ca|env|min|max|vs|no|nr|p\.a|bzw|etc)$", re.I
)
_ASIDE = re.compile(
    r"\([^()]{0,20}\b(?:sav(?:e|es|ings?)|off|discount|spare|sparen)\b[^()]{0,20}\)"
    r"|\b(?:sav(?:e|es|ing)|sparen)\s(?:you\s)?(?:up to\s)?\d{1,2}\s?%|\b\d{1,2}\s?%\s(?:off|discount)"
    r"|\b(?:before|not including|without)\s(?:any\s)?(?:vat|tax(?:es)?)\b|\bcredit cards?\b"
    r"|\bif\s(?:you\spay\s|you['’]re\s)?(?:billed|paid|payed|prepaid|invoiced|annually|yearly|monthly|upfront)\b"
    r"|\bmonthly installments?\b",
    re.I,
)
# A sentence with one of these speaks of another amount than what the page's own offer costs.
_OF_OTHER_THINGS = re.compile(
    r"\b(?:for (?:example|instance)|e\.g|z\. ?b|zum beispiel|beispiel\w*|par exemple|exempl\w+|examples?|imagine"
    r"|suppose|let['’]s"
    r"|assum(?:e|es|ing)|scenarios?|if|wenn|falls|si vous|unless|when you|once you|may cost|can cost"
    r"|reportedly|estimat\w+|rumou?r\w*|our (?:own )?(?:servers?|costs?|expenses|engineers?|developers?|rent"
    r"|bills?)|sav(?:e|es|ed|ing|ings)|spar(?:en|t)|économis\w+|discount\w*|rabatt\w*"
    r"|remise|réduction|coupons?|vouchers?|rebates?|cash ?back|compar\w+|vergl\w+|unlike|versus|vs|instead"
    r"|rather than|whereas|statt|au lieu|competi\w+|concurrents|konkurren\w+|elsewhere|anderswo|ailleurs"
    r"|other (?:tools?|vendors?|providers?|companies|services?|platforms?|agenc\w+|products?|solutions?|apps?)|others"
    r"|alternatives?|typi(?:cal|sch)\w*|usual\w*|normally|üblich\w*|average\w*|durchschnitt\w*|moyenne|market\w*"
    r"|markt\w*"
    r"|industry|agenc(?:y|ies)|freelancers?|traditional\w*|cheaper|equivalent|worth|valued?"
    r"|used to|formerly|previously|waren|bisher|était|etait|ancien\w*"
    r"|rais(?:e|es|ed|ing)|increas\w+|reduced?|dropped|fund(?:ing|ed|raising)|invest\w+|revenue|umsatz"
    r"|chiffre d['’]affaires"
    r"|valuation|profits?|turnover|salar(?:y|ies)|gehalt|wages?|earn\w*|win|won|prizes?|awards?|grants?|donat\w+"
    r"|budgets?"
    r"|spend\w*|spent|los(?:e|es|t|ing)|wast(?:e|ed|ing)|fraud\w*|fine[sd]?|penalt\w+|liab\w+|damages|indemn\w+"
    r"|lawsuits?"
    r"|refund\w*|erstatt\w*|rembours\w*|money[- ]back|guarantee\w*|deposits?|rewards?|referrals?|refer|affiliates?"
    r"|commissions?|bount(?:y|ies)|gifts?|bonus\w*|(?:free|in|of|worth of) (?:\w+ )?credits?|credited|capped"
    r"|maximum of|thresholds?"
    r"|minimum (?:spend|order|commitment|charge|invoice|contract|deposit|top-?up)|mindest\w+|exceed\w*|over-?ages?"
    r"|zusätzlich\w*|supplémentaires?|late (?:fees?|payments?)|chargebacks?"
    r"|first (?:\w+ )?(?:days?|weeks?|months?|years?|payments?)|introductory|early[- ]bird|black friday|promo\w*"
    r"|trial (?:for|costs?|is)"
    r"|your (?:\w+ )?(?:plan|bill|invoice|subscription|total|cost|budget)|shall|hereby|reserve the right"
    r"|they (?:charge|cost|give|ask|want|sell|offer|bill)|their (?:\w+ ){0,2}(?:plans?|prices?|pricing|tiers?"
    r"|products?|subscription|edition|version)|his|her|he|she|said|says|told|read more|webinars?|tickets?"
    r"|announc\w+|(?:an?|one|cup of|than|price of|your) (?:\w+ )?(?:coffees?|latte|lunch|pizza|beer)"
    r"|(?:customers?|clients?|companies|compan(?:y|ies)|users|businesses|people|firms|organi[sz]ations?)"
    r" (?:\w+ ){0,4}(?:pay|pays|paid|paying|charge|charges|charged))\b"
    r"|\b(?:we|i) (?:\w+ ){0,2}(?:pay|paid|switched|chose|bought|got)\b|\bcompanies like\b"
    r"|(?:n['’]t|\bnot|\bnever|\bno longer)\s(?:\w+\s){0,2}(?:cost|pay|charge|be|for)\b",
    re.I,
)
_NEAR_BEFORE = re.compile(
    r"\b(?:was|were|had|war|until|before|since|over|under|above|beyond|off|late|interest|total|(?:more|less) than"
    r"|additional\w*|extra|further"
    r"|limit(?:ed)?|cap|would|could|might|should|shipping|delivery|versand\w*|set-?up|installation|onboarding"
    r"|postage|handling|cancellation|upgrad\w+|travel\w*|expenses|admission|activation|surcharge"
    r"|reisekosten)\b[^,;]*$",
    re.I,
)
_NEAR_AFTER = re.compile(r"^[^,;.]{0,25}?\b(?:off|more|less|extra|interest|before|until)\b(?! (?:tax|vat)\b)", re.I)
_QUOTE = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]?")

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
    r"(?:it|this|the [a-z-]+(?: [a-z-]+)?|(?:an? |one )?(?:subscription|membership|licen[cs]e)|we(?: only| just)?"
    r"|you(?: only| just)?"
    r"|access|usage|es|das|wir|sie|il|cela|nous)(?: (?:only|just|currently|simply|itself))?",
    re.I,
)
_LOOSE = words("for für pour at zu à")
_IN_NOUN = re.compile(
    r"(?:^|\b(?:an?|the|our|one|single|flat|unser|une?|notre|eine?n?)(?:\s[^\W\d_]+){0,3})\s*$",
    re.I,
)
_PLAN_NOUN = (
    r"(?:plan|tier|edition|version|package|subscription|licen[cs]e|membership|bundle|tarif|paket|lizenz|abo"
    r"|abonnement"
    r"|forfait|formule|offre)"
)
_NOUN_AFTER = re.compile(rf"^[\s/-]*(?:[a-z/-]+\s){{1,4}}?{_PLAN_NOUN}\b", re.I)
_OR = re.compile(r"^[^.;:]{0,45}(?:\b(?:or|oder|ou)\b|[/(|])[^.;:]{0,30}$", re.I)
_JOINER = re.compile(r"\s*(?:(?P<to>-|–|—|to|bis|à)|(?P<and>and|und|et)|or|oder|ou|/)\s*", re.I)
_BETWEEN = re.compile(r"\b(?:between|zwischen|entre)\s*$", re.I)
_LOW = re.compile(
    r"(?P<word>\b(?:between|zwischen|entre)\s)?(?P<n>(?<![\w.,])\d[\d.,]*)\s*(?P<mark>-|–|—|to|bis|and|und|et|à)\s*$",
    re.I,
)
_HIGH = re.compile(r"^\s*(?:-|–|—|to|bis|à)\s*(?P<n>\d[\d.,]*\d|\d)(?![\d%]|\s?%|\s?(?:users?|seats?|days?)\b)", re.I)

_CAP = r"[A-Z0-9ÄÖÜÉÈÀ][\w+&'’.-]{0,29}"
_PLAN_WORDS = (
    "basic|standard|professional|pro|premium|enterprise|team|business|starter|personal|plus|hobby|individual|startup"
    "|community|developer|lite|advanced|ultimate|essential|essentials|growth|solo|agency|corporate|student|family"
)
_NAME = (
    rf"(?:[\"“„«'‘](?P<q>[^\"“”„«»'‘’]{{2,30}})[\"”“»'’]"
    rf"|(?P<c>(?:{_CAP}|(?:{_PLAN_WORDS})\b)(?:\s(?:{_CAP}|(?:{_PLAN_WORDS})\b)){{0,3}}))"
)
_PLAN_CALLED = re.compile(rf"(?<!\w){_NAME}[\s-]+(?i:{_PLAN_NOUN})s?\b")
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
    r"(?:^|,\s|\band\s|\bund\s|\bet\s|\bwhile\s)(?P<name>[^\W\d_][\w+&'’-]*(?:\s[\w+&'’-]+){0,4}?)\s"
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
_FOR_THE_PLAN = re.compile(rf"\bfor the {_NAME}\s(?i:{_PLAN_NOUN})\b")
_ARTICLE = re.compile(r"^(?:the|our|der|die|das|le|la|les|unser|unsere|notre|an?)\s", re.I)
_RATES: tuple[tuple[re.Pattern[str], Period, str], ...] = (
    (re.compile(r"\b(?:day|daily) (?:rate|fee|price)s?\b", re.I), "day", "Day rate"),
    (re.compile(r"\bhourly (?:rate|fee|price)s?\b|\bhour rate\b", re.I), "hour", "Hourly rate"),
    (re.compile(r"\btagess(?:atz|ätze)\b", re.I), "day", "Tagessatz"),
    (re.compile(r"\bstundens(?:atz|ätze)\b", re.I), "hour", "Stundensatz"),
    (re.compile(r"\b(?:tarif|taux) journalier\b|\btjm\b", re.I), "day", "Tarif journalier"),
    (re.compile(r"\b(?:tarif|taux) horaire\b", re.I), "hour", "Tarif horaire"),
)
_LABELS: tuple[tuple[re.Pattern[str], Period], ...] = (
    (re.compile(r"\b(?:monthly|mensuel\w*|monatlich\w*) (?:rate|fee|price|cost|subscription|installments?|payments?|plan|membership|beitrag|gebühr)", re.I), "month"),
    (re.compile(r"\b(?:annual|yearly|jährlich\w*) (?:rate|fee|price|cost|subscription|payments?|plan|licen[cs]e|membership|gebühr)", re.I), "year"),
    (re.compile(r"\b(?:one[- ]?(?:time|off)|lifetime|perpetual|single) (?:rate|fee|price|cost|purchase|payment|licen[cs]e|charge|plan)|\beinmalig", re.I), "one_time"),
)  # fmt: skip
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
_USAGE = words("credit minute build message GB TB job transaction request event document contact invoice")
_KNOWN_UNITS = frozenset((*UNITS.values(), None))
_GENERIC = words(
    "it this that these those there price prices pricing cost costs fee fees rate rates service software app"
    " application"
    " product tool platform subscription subscriptions membership plan plans license licence licenses licences access"
    " everything which what who all we you i he she they one each every most some any both none nothing here package"
    " packages tier tiers option options preis preise das es dies er sie wir prix ce cela il elle nous payment"
    " payments"
    " billing charge charges vat tax taxes shipping delivery setup installation migration onboarding postage handling"
    " cancellation upgrade upgrades upgrading total minimum invoice bill users seats people customers clients usage"
    " account accounts registration entry admission travel expenses and or but so then now also der die den le la les"
)


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
    if mark.kind != "price" or mark.spare < _FEW_WORDS:
        return False
    if _VERB.search(line.text) is None:
        return False
    before = line.text[: mark.amounts[0].start]
    if line.element.tag == "li" and _VERB.search(before) is not None:
        return True
    if not all(is_own_offer(line.text[start:end]) for start, end in split(line.text)):
        return True
    return bool(_plan_called(before[-_MAX_BEFORE:], ""))


def read_statements(mark: Mark, *, comma_decimal: bool = False) -> list[Statement]:
    """The price statements in a line, one per sentence and name; nothing from examples, savings, comparisons and the like."""
    text = mark.line.text
    found: list[Statement] = []
    for start, end in split(text):
        sentence = text[start:end]
        amounts = [m for m in mark.amounts if start <= m.start < end]
        if amounts and len(sentence) <= MAX_SENTENCE and is_own_offer(sentence):
            found += _in_sentence(mark.line, start, end, amounts, comma_decimal)
    return found


def split(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end; abbreviations end none."""
    ends = [m.end() for m in _END.finditer(text) if not _ABBREVIATED.search(text[: m.start()][-8:])]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return list(zip([0, *ends[:-1]], ends, strict=True))


@lru_cache(maxsize=2_048)
def is_own_offer(sentence: str) -> bool:
    """Whether nothing in a sentence hints at an example, a saving, another vendor, a quotation, a condition."""
    plain = _ASIDE.sub(" ", sentence)
    if any(len(m[1].split()) > _LONG_QUOTE for m in _QUOTE.finditer(plain)) or plain.rstrip().endswith("?"):
        return False
    return _OF_OTHER_THINGS.search(plain) is None


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
    if _NEAR_BEFORE.search(_ASIDE.sub(" ", before)[-60:]) or _NEAR_AFTER.match(after):
        return None
    costs = _COSTS.search(before)
    in_noun = _NOUN_AFTER.match(after) is not None and _IN_NOUN.search(before) is not None
    lead = _lead(line, before) if costs is None else None
    aside = before.rstrip().endswith("(") and bool(_in_bold(before, line))  # "**Pro** ($9/month) gives you ..."
    if costs is None and not in_noun and lead is None and not first and not aside:
        return None
    name, named = _called(before, after, line) if lead is None else (lead, "plan")
    weak = costs["weak"] if costs is not None else None
    if weak is not None and weak.lower() in _LOOSE and named != "plan" and not any(m.term.period for m in prices):
        return None
    unit = _quantity(before)
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
        told += [period for pattern, period, _ in _RATES if pattern.search(before)]
        told += ["one_time"] if _ONCE.match(after) else []
        term = replace(term, period=told[0] if told else None)
    compound = _COMPOUND.match(after)
    if compound is not None and _is_compound(compound["one"].lower(), compound["two"].lower()):
        term = replace(term, unit=f"{compound['one']} {compound['two']}".lower())
    if term.unit not in _KNOWN_UNITS and not re.search(
        rf"(?:/|\b(?:per|pro|par|je|each|every))\s?{term.unit}\b", after, re.I
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


def _lead(line: Line, before: str) -> str | None:
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


def _called(before: str, after: str, line: Line) -> tuple[str, Named]:
    """The name that a sentence gives to what it prices, and what kind of name it is."""
    name = _plan_called(before, after) or _in_bold(before, line) or _for_whom(before)
    if name:
        return name, "plan"
    for pattern, _, rate in _RATES:
        if pattern.search(before):
            return rate, "rate"
    unit = _quantity(before)
    if unit is not None:
        return (_capital(unit), "unit") if UNITS.get(unit.split()[-1]) in _USAGE else ("", "")
    return _subject(before)


def _plan_called(before: str, after: str) -> str:
    """The name beside a word for plan, close before what it costs or right after it ("$9 for the Team plan")."""
    found = [m for pattern in (_PLAN_CALLED, _PLAN_CALLED_AFTER) for m in reversed(list(pattern.finditer(before)))]
    found = [m for m in found if _CLOSE.match(before[m.end() :])]
    behind = _FOR_THE_PLAN.search(after)
    names = [_plan_word(m["q"] or m["c"]) for m in (*found, *([behind] if behind is not None else []))]
    return next(filter(None, names), "")


def _in_bold(before: str, line: Line) -> str:
    """A name in bold before the amount."""
    for text, node in reversed(line.parts):
        text = text.strip(" :–—-")
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


_LEADING = words(
    "the our a an this each every all your with and for der die das unser unsere le la les notre un une buy get choose"
)
_ADJECTIVES = words(
    "monthly annual yearly paid single other any another new same first second third cheapest smallest largest"
    " basic-level"
    " entry-level top main no such current own jährliche monatliche full"
)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _quantity(before: str) -> str | None:
    """The unit that a sentence names in front of its verb: "each build minute costs", "1,000 letters cost"."""
    match = _QUANTITY.search(before)
    if match is None:
        return None
    what = match["what"].lower()
    if match["n"][0].isdigit() and match["n"] != "1":
        return f"{match['n']} {what}"
    last = what.split()[-1]
    known = last in UNITS and re.fullmatch(_PLAN_NOUN, last) is None
    return what if known and read_term(f"per {what}").period is None else None


def free_for(sentence: str) -> str | None:
    """For whom a sentence says that the page's offer is free ("is free for open source projects"); None if for nobody named."""
    if not is_own_offer(sentence):
        return None
    match = _FREE_FOR.search(sentence)
    return _capital(match["who"].strip()) if match is not None else None


_FREE_FOR = re.compile(
    r"\b(?:free(?: of charge)?|kostenlos|kostenfrei|gratuite?s?) (?:for|für|pour)(?: all| any| les)?\s"
    r"(?P<who>open[- ]source|public (?:repositor(?:y|ies)|projects)|personal use|private use|non-?commercial(?: use)?"
    r"|individuals|students(?: and teachers)?|teachers|educat(?:ion|ional use)|academic use|non-?profits?"
    r"|charities|schools"
    r"|hobby(?:ists)?(?: projects)?|private nutzung|privatpersonen|usage personnel|associations)\b",
    re.I,
)
