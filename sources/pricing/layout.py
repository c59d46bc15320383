"""The plans of a page by its layout, from what tells most to what tells least: each step adds to those before it."""

from __future__ import annotations

from .cards.cards import lone_price, read_cards
from .context import MoneyContext
from .data.state import merge_state
from .data.structured import merge_stated, stated_prices
from .features import card_features, item_features
from .folding import without_echoes, without_repeats
from .page import VisiblePage
from .plans import Mark, Plan, find_marks
from .sentences.extras import is_extra, read_extras
from .sentences.once import mark_paid_once
from .sentences.prose import read_prose
from .sentences.sentences import is_sentence
from .tables.comparison import table_features
from .tables.grids import columns_apart, find_grids, flat_grids
from .tables.table_plans import name_groups, read_table, unpriced_plans
from .tables.tables import Table, find_tables

MAX_MARKS = 1_000


class Layout:
    """What a page's tables, cards, sentences and data tell.

    Attributes:
        plans: In the order in which they were found.
        how: What told them: `table`, `cards`, `sentences`…
        notes: What was cut.
    """

    def __init__(self, page: VisiblePage, context: MoneyContext) -> None:
        self.plans: list[Plan] = []
        self.how: list[str] = []
        self.notes: list[str] = []
        self._page = page
        self._context = context
        self._marks = self._find_marks()
        self._real_tables = find_tables(page, self._marks)
        self._tables = [*self._real_tables, *find_grids(page, self._marks, context)]
        loose = self._read_tables()
        beside = self._read_cards(loose)
        self._read_extras(loose)
        self._read_sentences(loose, beside)
        mark_paid_once(page, self.plans)
        self._read_data()
        self._read_names()
        self._read_comparisons()

    def _find_marks(self) -> list[Mark]:
        marks = find_marks(self._page, self._context)
        if len(marks) > MAX_MARKS:
            self.notes.append(f"{len(marks):,} lines tell a price; the first {MAX_MARKS:,} were read")
        return marks[:MAX_MARKS]

    def _read_tables(self) -> list[Mark]:
        """Read tables and grids that tell prices; returns the marks that stand in none of them."""
        taken: set[int] = set()
        read: list[tuple[Table, list[Plan]]] = []
        for table in self._tables:
            found = read_table(self._page, table, self._context)
            if found is None:
                continue
            taken.update(range(table.element.start, table.element.end))
            if found:
                read.append((table, found))
        if read:
            self.how.append("table")
            name_groups(self._page, read)
        self.plans = [plan for _, found in read for plan in found]
        return [m for m in self._marks if m.line.index not in taken]

    def _read_cards(self, loose: list[Mark]) -> list[Mark]:
        """Read cards and, where there is nothing else, a lone price; returns the marks that cards are made of."""
        page, context = self._page, self._context
        beside = [m for m in loose if _is_beside_a_name(m)]
        cards = read_cards(page, beside, context)
        if not self.plans and not cards:
            cards = read_cards(page, [m for m in loose if m.offer], context)
        cards = without_echoes(self.plans, cards)
        if cards:
            self.how.append("cards")
            self._read_items(cards, loose)
        elif not self.plans:
            cards = lone_price(page, beside, context)
            self.how += ["a lone price"] if cards else []
        self.plans = without_repeats(self.plans + cards)
        return beside

    def _read_extras(self, loose: list[Mark]) -> None:
        known = {plan.name for plan in self.plans}
        extras = read_extras([m for m in loose if is_extra(m)], self._context)
        self.plans += [plan for plan in extras if plan.name not in known]

    def _read_sentences(self, loose: list[Mark], beside: list[Mark]) -> None:
        taken = {m.line.index for m in beside}
        priced = [m for m in loose if m.kind == "price" and m.line.index not in taken]
        sentences = [m for m in priced if not m.told_in_answers and not m.linked and not is_extra(m)]
        told = read_prose(self._page, sentences, self.plans, self._context)
        if told or any(price.basis == "prose" for plan in self.plans for price in plan.prices):
            self.how.append("sentences")
        self._read_items(told, loose)
        self.plans += told

    def _read_data(self) -> None:
        """Read what the page tells machines, and what its scripts are given."""
        stated, cut = stated_prices(self._page)
        if stated:
            before = sum(len(plan.prices) for plan in self.plans)
            self.plans = merge_stated(self.plans, stated)
            if sum(len(plan.prices) for plan in self.plans) > before:
                self.how.append(stated[0].basis.replace("_", "-"))
        self.plans, added, notes = merge_state(self._page, self.plans, self._context)
        self.how += ["script state"] if added else []
        self.notes += [*cut, *notes]

    def _read_names(self) -> None:
        """Read the plans of a comparison that tells no price, where nothing else tells plans."""
        if all(plan.addon for plan in self.plans):
            bare = unpriced_plans(self._page, self._real_tables)
            self.plans = bare + self.plans
            self.how += ["table without prices"] if bare else []

    def _read_comparisons(self) -> None:
        """Add the features that are told apart from the prices."""
        comma = self._context.comma_decimal
        every = [*self._tables, *flat_grids(self._page, self.plans, self._marks)]
        read = sum(table_features(self._page, table, self.plans, comma_decimal=comma) for table in every)
        told = {m.line.index: m for m in self._marks}
        for plan, column in columns_apart(self._page, self.plans, self._marks):
            item_features(self._page, plan, told, column.start, column.end, comma_decimal=comma)
        if len(every) > 1:  # wide and narrow screens have a comparison each
            for plan in self.plans:
                once = {(f.feature, f.included, f.limit, f.text): f for f in reversed(plan.features)}
                plan.features = list(once.values())[::-1]
        if read and "table" not in self.how:
            self.how.append("comparison table")

    def _read_items(self, plans: list[Plan], loose: list[Mark]) -> None:
        told = {m.line.index: m for m in loose}
        for plan in plans:
            if plan.end > plan.start:
                card_features(self._page, plan, told, comma_decimal=self._context.comma_decimal)


def _is_beside_a_name(mark: Mark) -> bool:
    """Whether a mark may be a card's: no sentence, no add-on, and no "free" in a cell of a table without prices."""
    if mark.prose or is_extra(mark) or is_sentence(mark):
        return False
    return mark.kind == "price" or mark.line.element.tag not in ("td", "th")
