"""What each plan includes: the items of its card, and its column or row of a comparison table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from selectolax.lexbor import LexborNode

from detente.records import PlanFeature

from .amounts.money import first_money
from .limits import Limit, read_limit, without_bullet
from .page import Element, Line, VisiblePage, label_of
from .plans import Mark, Plan
from .words import BADGE, NO, NO_LABEL, PLACEHOLDER, SALES_CALL, YES, YES_LABEL, words

MAX_FEATURE = 200
MAX_FEATURES = 4_000
_CONTROL = re.compile(
    r"^(?:sign up|buy now|start (?:free|your|now)|get started|learn more|see (?:all|more)|show (?:all|more)|try )", re.I
)
_CROSSES = "✗✘✕✖❌☒⛔🚫❎"
_ICONS = words("svg i img use span")
_CROSSED_TAGS = words("s del strike")
_NEGATED = re.compile(
    r"\bnot?[- _](?:included|available|supported)\b|(?<![a-z])un(?:available|supported|checked)(?![a-z])"
)
_UNTOLD = re.compile(
    r"^\W*(?:n/?a|n\.a\.|tb[acd]|coming soon|soon|planned|roadmap|add[- ]?on.*|optional(?:ly)?|extra(?: cost| charge)?"
    r"|paid extra|contact (?:us|sales)|on request|custom|auf anfrage|sur (?:devis|demande)|opcional|bientôt|demnächst"
    r"|not applicable|unknown|\?)\W*$",
    re.I,
)
# What a screen reader is told where others see an icon: "Not included in Team".
_INCLUDED_IN = re.compile(r"(?:included|available) in [\w ]{1,40}$", re.I)
_NOT_INCLUDED = re.compile(r"not (?:included|available)(?: in [\w ]{1,40})?$", re.I)
_TICKED = re.compile(r"^[✓✔☑✅●⬤🗸]\ufe0f?\s*|^yes\b[\s,:(–-]*(?=\w)", re.I)
_LABELLED = re.compile(r"([^\W\d_][^:]{1,60}):\s+(\S[^:]{0,60})")
HELP = re.compile(
    r"(?<![a-z])(?:tool-?tips?|popovers?|help-?(?:text|icon)|hint|info-?(?:icon|text|box)|sr-only|visually-hidden"
    r"|screen-?reader-?(?:text|only))(?![a-z])"
)
FOOTNOTE = re.compile(r"(?:\s*(?:[*†‡§]+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+|\[\d{1,2}\]|\(\d\)))+$")
_FOOTNOTE_PART = re.compile(r"\s*(?:\d|[*†‡§]+|\[\d{1,2}\])\s*")
_ITEM_CHARS = 90
FEWEST_ITEMS = 3


def card_features(page: VisiblePage, plan: Plan, marks: dict[int, Mark], *, comma_decimal: bool = False) -> None:
    """Add what a plan's card lists: its list items; without any, terms with values, rows with icons, lines, paragraphs.

    Args:
        page: The page.
        plan: With the range of its lines.
        marks: Lines that tell a price, by index.
        comma_decimal: The page's language writes a decimal comma.
    """
    gathered = item_features(page, plan, marks, plan.start, plan.end, comma_decimal=comma_decimal)
    if gathered.taken:
        return
    lines = page.lines[plan.start : plan.end]
    if _add_terms(lines, gathered):
        return
    for items in (_with_icons(lines), _of_one_kind(page, plan, lines)):
        fit = [(line, element) for line, element in items if gathered.fits(line)]
        if len(fit) >= FEWEST_ITEMS:
            for line, element in fit:
                gathered.take(line, element)
            return


def item_features(
    page: VisiblePage, plan: Plan, marks: dict[int, Mark], start: int, end: int, *, comma_decimal: bool = False
) -> Gathered:
    """Add the list items of some lines to a plan."""
    gathered = Gathered(plan, marks, comma_decimal)
    for line in page.lines[start:end]:
        element = line.element
        item = element if element.tag == "li" else _item_around(element)
        if item is not None and item.end - item.start <= 4:
            gathered.take(line, item)
    return gathered


class Gathered:
    """The features of one card, each element and each text once."""

    __slots__ = ("_comma_decimal", "_marks", "_plan", "_seen", "taken")

    def __init__(self, plan: Plan, marks: dict[int, Mark], comma_decimal: bool) -> None:
        self._plan = plan
        self._marks = marks
        self._comma_decimal = comma_decimal
        self._seen: set[str] = set()
        self.taken: set[Element] = set()

    def fits(self, line: Line) -> bool:
        """Whether a line outside of a list can be a feature: short, no price, no name, no invitation."""
        return (
            len(line.text) <= _ITEM_CHARS
            and line.index not in self._marks
            and line.text != self._plan.text
            and not BADGE.match(line.text)
            and _names_feature(line.text)
            and not all(node.tag in ("a", "button") for text, node in line.parts if text.strip())
        )

    def take(self, line: Line, item: Element) -> None:
        """Add one item, unless it is a price or an invitation."""
        if item in self.taken:
            return
        self.taken.add(item)
        told = self._marks.get(line.index)
        name, text = told_name(line), line.text
        if len(text) > MAX_FEATURE or text == self._plan.text or text in self._seen or not _is_feature(text, told):
            return
        self._seen.add(text)
        included = not (text[0] in _CROSSES or _crossed_out(line, item))
        self._plan.features.append(
            list_feature(self._plan, name, item.place, included=included, text=text, comma_decimal=self._comma_decimal)
        )

    def take_term(self, term: Line, value: Line) -> None:
        """Add a term of a definition list with its value."""
        self.taken.add(term.element)
        self._plan.features.append(
            valued(self._plan, told_name(term), value.text, value.element.place, self._comma_decimal)
        )


def _item_around(element: Element) -> Element | None:
    """The list item that an element stands in, directly or one element further out."""
    parent = element.parent
    if parent is None or parent.tag == "li":
        return parent
    return parent.parent if parent.parent is not None and parent.parent.tag == "li" else None


def _add_terms(lines: list[Line], gathered: Gathered) -> bool:
    pairs = [
        (term, value)
        for term, value in pairwise(lines)
        if term.element.tag == "dt"
        and value.element.tag == "dd"
        and gathered.fits(term)
        and not first_money(value.text)
    ]
    if len(pairs) < 2:
        return False
    for term, value in pairs:
        gathered.take_term(term, value)
    return True


def _with_icons(lines: list[Line]) -> list[tuple[Line, Element]]:
    """Lines that begin with a tick or a cross, or stand right beside an icon that means one."""
    found = []
    for line in lines:
        element = line.element
        if _TICKED.match(line.text) or line.text[0] in _CROSSES:
            found.append((line, element))
            continue
        holder = element if element.node.first_child is not None and _leading_icon(element) else element.parent
        if holder is not None and holder.end - holder.start == 1 and icon_says(holder) is not None:
            found.append((line, holder))
    return found


def _leading_icon(element: Element) -> bool:
    child = element.node.first_child
    while child is not None and child.tag == "-text" and not (child.text_content or "").strip():
        child = child.next
    return child is not None and child.tag in _ICONS


def _of_one_kind(page: VisiblePage, plan: Plan, lines: list[Line]) -> list[tuple[Line, Element]]:
    """The longest run of paragraphs, blocks or broken lines of one kind after a card's price."""
    best: list[Line] = []
    run: list[Line] = []
    for line in lines:
        last = run[-1] if run else None
        if last is not None and (line.element is last.element or _alike(line.element, last.element)):
            run.append(line)
        else:
            run = [line] if line.element.tag in ("p", "div", "td", "section") else []
        if len(run) > len(best):
            best = run
    if any(line.text.endswith((".", "!", "?")) for line in best):
        return []
    return [(line, _element_of(line, best)) for line in best]


def _alike(one: Element, other: Element) -> bool:
    return one.tag == other.tag and one.parent is other.parent and one.label == other.label and one.end - one.start == 1


def _element_of(line: Line, lines: list[Line]) -> Element:
    """A line's element, or one of its own where several lines share it, so that none counts as taken with another."""
    shared = line.element
    if sum(1 for each in lines if each.element is shared) == 1:
        return shared
    return Element(shared.node, shared.tag, shared.parent, shared.ordinal, line.index, shared.place)


def told_name(line: Line) -> str:
    """A feature's words without its help text and its footnote mark."""
    text = line.text
    if len(line.parts) > 1:
        kept = [
            part
            for position, (part, node) in enumerate(line.parts)
            if not (position and (_is_help(node, line) or (node.tag == "sup" and _FOOTNOTE_PART.fullmatch(part))))
        ]
        if len(kept) < len(line.parts):
            text = " ".join("".join(kept).split()) or text
    return FOOTNOTE.sub("", text) or text


def _is_help(node: LexborNode, line: Line) -> bool:
    current: LexborNode | None = node
    block = line.element.node.mem_id
    while current is not None and current.mem_id != block:
        attributes = current.attributes
        label = attributes.get("class") or ""
        if attributes.get("role") == "tooltip" or "hidden" in attributes or (label and HELP.search(label)):
            return True
        current = current.parent
    return False


def _crossed_out(line: Line, item: Element) -> bool:
    """Whether the markup says that an item is not included: by its class, its icon, or all of it struck out."""
    style = item.node.attributes.get("style")
    if (item.label and NO_LABEL.search(item.label)) or (style and "line-through" in style):
        return True
    if line.element.tag in _CROSSED_TAGS or all(node.tag in _CROSSED_TAGS for text, node in line.parts if text.strip()):
        return True
    return _leading_icon(item) and icon_says(item) is False


def _is_feature(text: str, told: Mark | None) -> bool:
    if told is not None and (told.kind != "price" or told.spare <= 2):
        return False
    return _names_feature(text)


@lru_cache(maxsize=4_096)
def _names_feature(text: str) -> bool:
    if not any(map(str.isalpha, text)) or PLACEHOLDER.search(text) or _CONTROL.match(text):
        return False
    return not (len(text) < 40 and SALES_CALL.search(text))


def list_feature(
    plan: Plan, name: str, place: str, *, included: bool | None, text: str | None = None, comma_decimal: bool = False
) -> PlanFeature:
    """The record of one list item: its limit and unit where it tells a number, its whole text otherwise.

    Args:
        plan: Whose feature it is.
        name: The item's words.
        place: CSS path of the item.
        included: Whether the plan has it.
        text: The item verbatim, where that is more than `name`.
        comma_decimal: The page's language writes a decimal comma.
    """
    told_text = text or name
    name = without_bullet(name)
    told = read_limit(name, comma_decimal=comma_decimal)
    if told is None and (match := _LABELLED.fullmatch(name)) is not None:
        label, value = match[1].strip(), told_by(match[2].strip(), comma_decimal)
        if not value.literal:
            return record(plan, label, value, told_text, place, included=included and value.included)
    if told is None or (told.unit is None and not told.unlimited):
        told = Limit(name, None, False, None)
    value = Told(limit=told.limit, unlimited=told.unlimited, unit=told.unit)
    return record(plan, told.feature or told.unit or name, value, told_text, place, included=included)


@dataclass(frozen=True, slots=True)
class Told:
    """What the text of a cell means, whatever its row."""

    included: bool | None = True
    limit: Decimal | None = None
    unlimited: bool = False
    unit: str | None = None
    literal: bool = False


@lru_cache(maxsize=4_096)
def told_by(text: str, comma_decimal: bool) -> Told:
    """What a cell's text says of its row; "n/a", "add-on" and "coming soon" leave open whether it is included."""
    if _UNTOLD.match(text):
        return Told(included=None, literal=True)
    if YES.match(text) or _INCLUDED_IN.match(text):
        return Told()
    if NO.match(text) or _NOT_INCLUDED.match(text) or all(c in _CROSSES for c in text):
        return Told(included=False)
    rest = _TICKED.sub("", text).strip("() ") if _TICKED.match(text) else text
    told = read_limit(FOOTNOTE.sub("", rest), comma_decimal=comma_decimal)
    if told is not None and told.unlimited:
        return Told(unlimited=True)
    if told is None or _says_more(told):
        return Told(literal=True)
    return Told(limit=told.limit, unit=told.unit)


def _says_more(told: Limit) -> bool:
    """Whether a value says more than a number of something per something: then its words are kept."""
    return len(told.feature.split()) > 4


def record(plan: Plan, feature: str, told: Told, text: str, place: str, *, included: bool | None) -> PlanFeature:
    """The record of a feature with what was told of it."""
    return PlanFeature(
        plan=plan.name,
        group=plan.group,
        feature=feature[:MAX_FEATURE],
        included=included,
        limit=told.limit,
        unlimited=told.unlimited,
        unit=told.unit,
        text=text,
        place=place,
    )


def valued(plan: Plan, label: str, text: str, place: str, comma_decimal: bool) -> PlanFeature:
    """The record of a label with its value."""
    told = told_by(text, comma_decimal)
    feature = f"{label}: {text}" if told.literal else label
    return record(plan, feature, told, text, place, included=told.included)


def icon_says(element: Element) -> bool | None:
    """What an element without words says by its icon's class or alternative text; None if that is not clear."""
    found = []
    own = element.node.mem_id
    for node in element.node.traverse():
        if node.mem_id == own or node.tag in _ICONS:
            found.append(label_of(node))
            if node.tag == "use":
                found.append(" ".join(v or "" for v in node.attributes.values()))
        if len(found) > 6:
            break
    label = " ".join(found)
    if _NEGATED.search(label):
        return False
    yes, no = YES_LABEL.search(label), NO_LABEL.search(label)
    return None if bool(yes) == bool(no) else bool(yes)
