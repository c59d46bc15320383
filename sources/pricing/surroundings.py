"""What stands on a pricing page beside its plans: testimonials, calculators, answers to questions, the footer."""

from __future__ import annotations

import re

from .page import HEADINGS, Element, Line, VisiblePage
from .words import ANSWERS_TITLE, ASIDE_TITLE, FOREIGN_LABEL, QUOTE_LABEL

_ANSWERS = re.compile(r"\bfaqs?\b|\bquestions?\b|accordion")
_TITLE_CHARS = 80
_ANSWER_LINES = 12
_CALCULATOR_LINES = 40
_FOOTER_DEPTH = 3
_FOOTER_LINES = 4
_HOLDS_CARDS = ("article", "li", "section")


class Surroundings:
    """What kind of place a line stands in; the elements around it are asked once each."""

    def __init__(self, page: VisiblePage) -> None:
        self._lines = page.lines
        self._known: dict[Element, tuple[bool, bool, bool]] = {}
        self._aside_until = 0
        self._answers_until = 0

    def enter(self, heading: Line) -> None:
        """Take note of a heading: the title of questions or testimonials speaks for all that is below it."""
        text = heading.text
        if len(text) > _TITLE_CHARS:
            return
        if ANSWERS_TITLE.search(text):
            self._answers_until = max(self._answers_until, self._end_of(heading))
        elif ASIDE_TITLE.search(text):
            self._aside_until = max(self._aside_until, self._end_of(heading))

    def at(self, line: Line) -> tuple[bool, bool, bool]:
        """Whether a line stands in a testimonial, a calculator or the like; in a quote; among questions and answers."""
        foreign, quoted, answers = self._of(line.element)
        index = line.index
        return foreign or index < self._aside_until, quoted, answers or index < self._answers_until

    def _end_of(self, heading: Line) -> int:
        """Where the part under a heading ends: at the next of its level, or with the section that it stands in."""
        level = HEADINGS[heading.element.tag]
        end = len(self._lines)
        for element in heading.element.ancestors():
            if element.tag in ("section", "aside", "article", "body"):
                end = element.end
                break
        for line in self._lines[heading.index + 1 : end]:
            if HEADINGS.get(line.element.tag, level + 1) <= level:
                return line.index
        return end

    def _of(self, element: Element) -> tuple[bool, bool, bool]:
        if element.parent is None:
            return False, False, False  # the body's class says nothing of a part of it
        if element not in self._known:
            foreign, quoted, answers = self._of(element.parent)
            label = element.label
            if label:
                foreign = foreign or bool(FOREIGN_LABEL.search(label))
                quoted = quoted or bool(QUOTE_LABEL.search(label))  # of a person, or of a price
                answers = answers or bool(_ANSWERS.search(label))
            foreign = foreign or (element.tag == "footer" and _is_page_footer(element))
            foreign = foreign or (element.tag == "form" and _is_calculator(element))
            answers = answers or element.tag == "details" or self._opens_with_question(element)
            self._known[element] = (foreign, quoted, answers)
        return self._known[element]

    def _opens_with_question(self, element: Element) -> bool:
        """Whether an element begins with a button that asks something: what follows it unfolds."""
        if not 1 < element.end - element.start <= _ANSWER_LINES:
            return False
        first = self._lines[element.start]
        return first.element.tag in ("button", "summary") and first.text.rstrip(" ▼▾⌄+–-›").endswith("?")


def _is_calculator(form: Element) -> bool:
    """Whether a form has a slider and no headings of plans: its rates are multiplied by what is put in."""
    if form.end - form.start > _CALCULATOR_LINES or form.node.css_first("input[type=range]") is None:
        return False
    return len(form.node.css("h1, h2, h3, h4, h5")) <= 1


def _is_page_footer(footer: Element) -> bool:
    """Whether a footer is the page's own and not a card's."""
    around = list(footer.ancestors())[1:]
    if len(around) > _FOOTER_DEPTH or footer.end - footer.start < _FOOTER_LINES:
        return False
    return not any(element.tag in _HOLDS_CARDS for element in around)
