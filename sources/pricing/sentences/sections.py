"""The sections of a page by its headings: which of them may tell prices, and which are named like a plan."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from sources.pricing.names import clean_name
from sources.pricing.page import HEADINGS, Line, VisiblePage
from sources.pricing.words import words

from .called import is_name

_BOLD = 7
_MAX_HEADING_WORDS = 4
_ELSEWHERE = re.compile(
    r"\bfaqs?\b|\bquestions?\b|\bfragen\b|\btestimonials?|\bcustomers? (?:say|stor)|\bcompar\w+|\bvs\b|\bversus\b"
    r"|\balternatives?\b"
    r"|\bcompetit\w+|\bcase stud|\bblog\b|\bnews\b|\bexamples?\b|\bbeispiel|\bexempl\w+|\bcalculat\w+|\bterms\b"
    r"|\blegal\b|\brefund"
    r"|\bprivacy\b|\bchange ?log\b|\bsavings?\b|\broi\b|\bcareers?\b|\bjobs?\b|\bevents?\b|\breferr|\baffiliate"
    r"|\bcontest|\bgiveaway"
    r"|\bhistory\b|\bpolicy\b|\brelated\b|\bmarket\b|\breviews?\b|\bold(?:er)?\b|\blegacy\b|\bdiscontinued\b"
    r"|\bretired\b|\bdiscounts?\b"
    r"|\bgift|\bcoupon|\bpenalt|\bwarrant|\blate fee|\bstats?\b|\binvest|\bfunding\b|\bsponsor|\bdonat\w+"
    r"|\bdisclaimer\b"
    r"|\bvertrag|\bcontracts?\b|\bagreement\b|\bagb\b|\bconditions générales\b|\bexercises?\b|\bquiz|\blessons?\b|§",
    re.I,
)
_NO_PLAN = re.compile(
    r"^(?:how|why|what|when|where|who|which|is|are|do|does|can|will|wie|was|warum|wann|comment|pourquoi|quoi"
    r"|about|with|from|in|on"
    r"|no|all|every|more|other|some|any|get|try|buy|see|use|pay|add|our|your|my|we|you|it|in general|general\w*"
    r"|overview|introduction"
    r"|summary|details?|notes?|billing|payments?|buying|configuring|using|choosing|understanding|calculating"
    r"|paying|upgrading|changing"
    r"|cancell?ing|switching|adding|saving|making|setting|working|creating|getting|hidden|fair|simple|transparent"
    r"|tax(?:es)?|vat"
    r"|pros?|cons|benefits?|features?|important|warning|tip|minimum|invoic\w+|contract|shipping|delivery|travel"
    r"|expenses|zahlung\w*"
    r"|versand|rechnung\w*|allgemein\w*|hinweis\w*|paiement\w*|facturation|remarques?|conclusion|requirements?"
    r"|support us)\b",
    re.I,
)
PRICES_ONLY = words(
    "pricing price prices cost costs rate rates fee fees charges plan plans tariff tariffs our the and & our your"
    " we a for"
    " preis preise kosten tarif tarife unsere unser und die der konditionen honorar prix tarifs nos et les le la"
    " information info details model structure list table page services service options packages products"
    " subscription"
    " subscriptions license licenses licence licences licensing day daily hourly"
)
_TALK = words(
    "you your we our us i my it is are that this makes make be do get let whole only ever always please now just"
)
_COST_QUESTION = re.compile(r"\b(?:how much|cost|costs|price|priced|pricing|kostet|kosten|coûte|prix|tarif)\b", re.I)


@dataclass(kw_only=True, slots=True)
class Section:
    """A heading, the headings around it, and the lines up to the next one."""

    line: Line
    level: int
    path: tuple[Line, ...]
    end: int = 0

    @property
    def name(self) -> str | None:
        """What the heading calls a plan; None if it is no plan's."""
        return _plan_heading(self.line, self.level)

    @property
    def elsewhere(self) -> bool:
        """Whether this part of the page speaks of other things than the offer itself."""
        return any(_ELSEWHERE.search(line.text) for line in self.path)


def read_sections(page: VisiblePage) -> list[Section]:
    """The headings of a page with those above them, in order."""
    sections: list[Section] = []
    above: list[Section] = []
    for line in page.lines:
        level = _level(line)
        if level is None:
            continue
        while above and above[-1].level >= level:
            above.pop()
        section = Section(line=line, level=level, path=(*(s.line for s in above), line), end=len(page.lines))
        if sections:
            sections[-1].end = line.index
        sections.append(section)
        above.append(section)
    return sections


def _level(line: Line) -> int | None:
    tag = line.element.tag
    if tag in HEADINGS:
        return HEADINGS[tag]
    parent = line.element.parent
    if parent is not None and parent.tag in HEADINGS and parent.start == line.index:
        return HEADINGS[parent.tag]
    if (
        tag in ("p", "div")
        and len(line.text) < 60
        and all(n.tag in ("b", "strong") for text, n in line.parts if text.strip())
    ):
        return _BOLD
    return None


def section_of(sections: list[Section], index: int) -> Section | None:
    """The section that a line stands in; the line of a heading stands in its own."""
    after = bisect_right(sections, index, key=lambda s: s.line.index)
    return sections[after - 1] if after else None


def _plan_heading(line: Line, level: int) -> str | None:
    """The plan that a heading names; None for one that is a slogan, a question, a topic or a link to another page."""
    name = clean_name(line.text)
    if name is None or len(name.split()) > _MAX_HEADING_WORDS or name[-1] in ".!?," or "," in name:
        return None
    lower = name.lower().split()
    if (
        _ELSEWHERE.search(name)
        or _NO_PLAN.match(name)
        or any(w in _TALK for w in lower)
        or is_all_of(name, PRICES_ONLY)
    ):
        return None
    if level == 1 and (len(lower) > 2 or not is_name(name)):
        return None
    if all(node.tag == "a" for text, node in line.parts if text.strip() not in ("", "¶", "#")):
        return None
    return name


def is_all_of(name: str, known: frozenset[str]) -> bool:
    """Whether every word of a name is among the known ones."""
    return all(word.strip(".,:!") in known for word in name.lower().split())


def may_tell(section: Section, *, alone: bool) -> bool:
    """Whether a section may state prices: none of other things, and an answer only to what the offer costs."""
    if section.elsewhere:
        return False
    if section.line.text.rstrip().endswith("?"):
        return alone and _COST_QUESTION.search(section.line.text) is not None
    return True
