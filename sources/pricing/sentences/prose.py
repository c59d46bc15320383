"""Plans whose prices a page tells in sentences: under a heading of their own, or named by the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from detente.records import PlanPrice
from sources.pricing.context import MoneyContext
from sources.pricing.names import clean_name
from sources.pricing.page import CENTS, Line, VisiblePage, fold
from sources.pricing.plans import Mark, MarkKind, Plan, flag_price, price_of
from sources.pricing.words import ADDON_HEADING

from .called import is_name
from .offers import free_for, is_own_offer, split
from .sections import PRICES_ONLY, Section, is_all_of, may_tell, read_sections, section_of
from .sentences import Statement, read_statements

_MAX_SENTENCES = 2_000
_MAX_OPEN = 200
_SECTION_LINES = 4
_STEM = 5
_RECURRING = ("month", "quarter", "year", "two_years", "three_years")
# Beside plans, a section of such a name tells what comes on top of them, or who gets them for less.
_TOPIC = re.compile(
    r"\b(?:storage|support|training|onboarding|set-?up|bandwidth|traffic|backups?|domains?|users|seats|sms|e-?mails?"
    r"|apis?|migrations?|integrations?|consulting|services?|maintenance|hardware|extras?|add-?ons?|certificates?"
    r"|insurance|speicher|schulung|wartung|beratung|formation|assistance|stockage|non-?profits?"
    r"|charit(?:y|ies)|students?|education|schools?|open[- ]source|startups?|academic)\b",
    re.I,
)
_FREE = re.compile(
    r"\b(?:is|are|stays?|remains?|completely|entirely|totally|always|ist|sind|est|sont)\s(?:(?:completely"
    r"|entirely|totally|always|and always will be"
    r"|immer|komplett|dauerhaft|toujours|entièrement)\s){0,2}(?:free(?: of charge| forever)?|kostenlos|kostenfrei"
    r"|gratuite?s?)"
    r"(?=\s*(?:[.,;!]|$|for\b|to use|und|and|für|pour|et))(?!\sfor (?:\d|the first|a limited|one|two|the duration))",
    re.I,
)
_ON_REQUEST = re.compile(
    r"\b(?:(?:contact|talk to|email|write to|call|ask) (?:us|sales|our \w+)\b[^.]{0,30}\b(?:quotes?|pricing"
    r"|prices?|offer)"
    r"|prices?(?: \w+)? (?:is |are )?(?:available )?(?:up)?on request|custom (?:quotes?|pricing)"
    r"|preise? auf anfrage|sur devis)\b",
    re.I,
)

_Placed = tuple[Statement, Section | None]


def read_prose(page: VisiblePage, marks: list[Mark], plans: list[Plan], context: MoneyContext) -> list[Plan]:
    """Plans from sentences, for what cards and tables did not tell.

    Args:
        page: The page.
        marks: The lines that tell an amount in a sentence, outside tables and questions with their answers.
        plans: What cards and tables told. Those without an amount get what a sentence tells of them by name.
        context: Resolves ambiguous currency signs.

    Returns:
        Plans that are not among `plans`. Where those are well read, only sections with a heading of their kind.
    """
    stated = [s for m in marks[:_MAX_SENTENCES] for s in read_statements(m, comma_decimal=context.comma_decimal)]
    if not stated:
        return []
    sections = read_sections(page)
    placed = [(s, section_of(sections, s.line.index)) for s in stated]
    told = any(not p.addon for p in plans)
    placed = [(s, section) for s, section in placed if section is None or may_tell(section, alone=not told)]
    if told:
        rest = _complete(placed, plans, context)
        return list(_beside(page, sections, rest, plans, context))
    title = _title(page)
    found = _named(placed, title, context)
    if not found:
        return _lone(title, [s for s, _ in placed], context)
    found += list(_without_amount(page, sections, placed, found))
    found += _free_for_some(page, sections, found)
    return sorted(found, key=lambda p: p.start)


def _named(placed: list[_Placed], title: list[str], context: MoneyContext) -> list[Plan]:
    """Plans by the names that sentences or their headings give; a name with two amounts for one term is none."""
    groups: dict[str, tuple[str, list[Statement], Section | None]] = {}
    for statement, section in placed:
        name = _name_of(statement, section.name if section is not None else None, title)
        if name:
            groups.setdefault(name.lower(), (name, [], section))[1].append(statement)
    return [
        _plan(name, statements, section, context)
        for name, statements, section in groups.values()
        if not _contradict(statements)
    ]


def _name_of(statement: Statement, heading: str | None, title: list[str]) -> str | None:
    """What a statement's plan is called: by the sentence where that is sure, else by the heading, if both agree."""
    name = statement.name
    if heading is None or ADDON_HEADING.search(heading):
        return name if statement.strong else None
    if name and (_akin(name, heading) or statement.named in ("unit", "rate")):
        return heading
    if statement.named == "plan":
        return name
    return heading if not name or any(_akin(name, part) for part in title) else None


def _akin(name: str, heading: str) -> bool:
    """Whether one of a name's words begins like one of a heading's: "Backups" and "Backup plan"."""
    starts = {word[:_STEM] for word in heading.lower().split()}
    return any(word[:_STEM] in starts for word in name.lower().split())


def _plan(name: str, statements: list[Statement], section: Section | None, context: MoneyContext) -> Plan:
    first = statements[0]
    plan = Plan(name=name, text=first.text, place=first.line.element.place, start=first.line.index)
    if section is not None and name == section.name:
        plan.start, plan.end = section.line.index, section.end
    heading = section.line.text if section is not None else ""
    plan.addon = bool(ADDON_HEADING.search(heading) or ADDON_HEADING.search(name))
    _fill(plan, statements, context)
    return plan


def _fill(plan: Plan, statements: Iterable[Statement], context: MoneyContext) -> None:
    """Add what sentences state to a plan; the same amount and term told twice is one price."""
    known = {(p.amount, p.currency, p.period) for p in plan.prices}
    for statement in statements:
        mark = Mark(line=statement.line, kind="price")
        for money in statement.amounts:
            price: PlanPrice = replace(
                price_of(plan, mark, money, context), basis="prose", text=statement.text.replace(CENTS, "")
            )
            key = (price.amount, price.currency, price.period)
            if key not in known:
                known.add(key)
                plan.prices.append(price)


def _contradict(statements: list[Statement]) -> bool:
    """Whether sentences give one name two amounts for the same term and currency, other than as a range."""
    seen: dict[object, set[object]] = {}
    for statement in statements:
        for money in statement.amounts:
            if money.qualifier not in ("from", "up_to"):
                seen.setdefault((money.term, money.currency, money.sign), set()).add(money.amount)
    return any(len(amounts) > 1 for amounts in seen.values())


def _complete(placed: list[_Placed], plans: list[Plan], context: MoneyContext) -> list[_Placed]:
    """Give plans without an amount what sentences tell of them by name; return what is told of others."""
    open_plans = [p for p in plans if not p.addon and not any(_visible(q) for q in p.prices)][:_MAX_OPEN]
    rest: list[_Placed] = []
    told: dict[int, list[Statement]] = {}
    for statement, section in placed:
        meant = [n for n, plan in enumerate(open_plans) if _is_of(statement, section, plan)]
        if len(meant) == 1:
            told.setdefault(meant[0], []).append(statement)
        else:
            rest.append((statement, section))
    for number, statements in told.items():
        if not _contradict(statements):
            plan = open_plans[number]
            plan.prices = [p for p in plan.prices if p.custom]
            _fill(plan, statements, context)
    return rest


def _is_of(statement: Statement, section: Section | None, plan: Plan) -> bool:
    """Whether a sentence prices a plan by its name, or stands under a heading that speaks of this plan."""
    if statement.named in ("plan", "subject") and (statement.strong or section is not None):
        return plan.name.lower() == statement.name.lower()
    if statement.named == "plan" or section is None:
        return False
    around = " ".join(line.text for line in section.path)
    return re.search(rf"\b{re.escape(plan.name)} (?:plan|version|edition|tier|licen[cs]e)\b", around) is not None


def _visible(price: PlanPrice) -> bool:
    return price.amount is not None or price.free


def _beside(
    page: VisiblePage,
    sections: list[Section],
    placed: list[_Placed],
    plans: list[Plan],
    context: MoneyContext,
) -> Iterator[Plan]:
    """Plans that only sections among those of well-read plans tell, at a price that recurs like theirs.

    Such a section has a heading of their level beside them, or its sentence says its heading's name as a plan's.
    """
    known = {p.name.lower() for p in plans}
    told = {(q.amount, q.period) for p in plans for q in p.prices}
    units = {q.unit for p in plans for q in p.prices if q.amount is not None}
    row = [(clean_name(s.line.text) or "").lower() in known for s in sections]
    title = _title(page)
    inside: dict[int, list[Statement]] = {}
    for statement, around in placed:
        if around is not None:
            inside.setdefault(around.line.index, []).append(statement)
    for position, section in enumerate(sections):
        statements = inside.get(section.line.index, [])
        name = section.name if statements else None
        if name is None or name.lower() in known or _contradict(statements):
            continue
        near = {p for p in (position - 1, position + 1) if 0 <= p < len(sections) and row[p]}
        said = all(s.named == "plan" and s.name.lower() == name.lower() for s in statements)
        if not said and (_TOPIC.search(name) or not any(_in_a_row(section, sections[p]) for p in near)):
            continue
        if any(_name_of(s, name, title) != name for s in statements):
            continue
        amounts = [m for s in statements for m in s.amounts if m.term.unit in units]
        if any(m.term.period in _RECURRING and (m.amount, m.term.period) not in told for m in amounts):
            row[position] = not said
            yield _plan(name, statements, section, context)


def _in_a_row(one: Section, other: Section) -> bool:
    """Whether two headings are of one level, in one element or in two that stand side by side."""
    a, b = one.line.element, other.line.element
    if a.tag != b.tag or a.parent is None or b.parent is None:
        return False
    return a.parent is b.parent or (a.parent.parent is b.parent.parent and a.parent.tag == b.parent.tag)


def _title(page: VisiblePage) -> list[str]:
    """The parts of the page's title that can name something sold, the first one first."""
    title = page.tree.css_first("title")
    parts = re.split(r"(?:\s[-–—|·]|\s?:)\s", fold(title.text())) if title is not None else []
    return [n for n in map(clean_name, parts) if n and is_name(n) and not is_all_of(n, PRICES_ONLY)]


def _lone(title: list[str], stated: list[Statement], context: MoneyContext) -> list[Plan]:
    """A page that states one price of something that it calls "it": named by the title."""
    told = [s for s in stated if s.generic and s.strong and any(m.term.period for m in s.amounts)]
    told = [s for s in told if all(m.qualifier == "exact" for m in s.amounts)]
    if not told or not title or _contradict(stated):
        return []
    return [_plan(title[0], told, None, context)]


def _without_amount(
    page: VisiblePage, sections: list[Section], placed: list[_Placed], found: list[Plan]
) -> Iterator[Plan]:
    """Sections beside those of priced plans that say "free" or "on request" in a sentence instead."""
    known = {p.name.lower() for p in found}
    priced = [s for _, s in placed if s is not None and s.name is not None and s.name.lower() in known]
    rows = {(s.line.element.tag, s.line.element.parent, s.path[-2:-1]) for s in priced}
    for section in sections:
        name = section.name
        if name is None or name.lower() in known or section.elsewhere or _TOPIC.search(name):
            continue
        if (section.line.element.tag, section.line.element.parent, section.path[-2:-1]) not in rows:
            continue
        told = _told_instead(page.lines[section.line.index + 1 : section.end][:_SECTION_LINES])
        if told is not None:
            known.add(name.lower())
            yield _flagged(name, *told)


def _told_instead(lines: list[Line]) -> tuple[MarkKind, str, Line] | None:
    for line in lines:
        for start, end in split(line.text):
            sentence = line.text[start:end].strip()
            if _ON_REQUEST.search(sentence):
                return "custom", sentence, line
            if _FREE.search(sentence) and is_own_offer(sentence):
                return "free", sentence, line
    return None


def _free_for_some(page: VisiblePage, sections: list[Section], found: list[Plan]) -> Iterator[Plan]:
    """Who gets it free ("free for open source projects"), on a page that tells its other prices in sentences too."""
    if any(q.free for p in found for q in p.prices):
        return
    known = {p.name.lower() for p in found}
    for line in page.lines:
        if "free for" not in line.text and "kostenlos für" not in line.text and "gratuit" not in line.text:
            continue
        section = section_of(sections, line.index)
        if section is not None and not may_tell(section, alone=True):
            continue
        for start, end in split(line.text):
            who = free_for(line.text[start:end])
            if who is not None and who.lower() not in known:
                yield _flagged(who, "free", line.text[start:end].strip(), line)
                return


def _flagged(name: str, kind: MarkKind, text: str, line: Line) -> Plan:
    plan = Plan(name=name, text=text, place=line.element.place, start=line.index)
    plan.prices.append(replace(flag_price(plan, text, line.element.place, kind=kind), basis="prose"))
    return plan
