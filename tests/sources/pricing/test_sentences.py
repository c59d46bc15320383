"""Which sentences state a price of the page's own offer, and what they call it."""

from __future__ import annotations

import pytest

from sources.pricing.context import MoneyContext
from sources.pricing.page import VisiblePage
from sources.pricing.plans import find_marks
from sources.pricing.sentences.sentences import Statement, read_statements


def statements_of(sentence: str, lang: str = "en") -> list[Statement]:
    page = VisiblePage(f'<html lang="{lang}"><body><p>{sentence}</p></body></html>')
    context = MoneyContext(page)
    return [s for m in find_marks(page, context) for s in read_statements(m, comma_decimal=context.comma_decimal)]


STATED = (
    ("The Marketing plan costs $10 a month and includes all that a small shop wants.", "Marketing", "10", "month"),
    ("The Freelancer plan is $9 per month and is meant for people who work alone.", "Freelancer", "9", "month"),
    ("Our Agency plan is priced at $99 per month for as many brands as you look after.", "Agency", "99", "month"),
    ("The Budget plan costs $3 per month and includes unlimited tickets for your customers.", "Budget", "3", "month"),
    ("You pay $12 per month for the Choir plan, with all voices that you have.", "Choir", "12", "month"),
    ("For agencies there is a friendly $90 a month plan with a hundred brands.", "Agencies", "90", "month"),
    ("The “Night owl” subscription is available for $4 a month to everyone who reads late.", "Night owl", "4", "month"),
    ("<b>Hobby</b> costs €4 a month and is meant for people who tinker on the weekend.", "Hobby", "4", "month"),
    ("My hourly rate is £85 plus VAT, and I answer letters for free.", "Hourly rate", "85", "hour"),
    ("The Team plan costs $100 per year before tax and can be paid by card or by invoice.", "Team", "100", "year"),
    ("The Team plan costs $10 per month if billed yearly, with all that we have.", "Team", "10", "month"),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "name", "amount", "period"), STATED, ids=lambda value: str(value)[:40])
def test_a_sentence_states_a_price_under_a_name(sentence: str, name: str, amount: str, period: str) -> None:
    (statement,) = statements_of(sentence)
    (money,) = statement.amounts

    assert (name, amount, period) == (statement.name, str(money.amount), money.term.period)


OF_OTHER_THINGS = (
    "If you have ten people, the Team plan costs $90 per month in the end.",
    "The Team plan would cost $90 per month with anybody who knows the trade.",
    "The Team plan was $9 per month in the years when we were three people.",
    "The Team plan costs $90 per month elsewhere and has half of what you get here.",
    "Their Team plan costs $90 per month and has half of what you get here.",
    "“The Team plan costs $12 a month and we like it”, says the choir of Halden.",
    "The Team plan is $1 per month for the first three months after you begin.",
    "The Team plan is not $90 a month as some of you have written to us.",
    "The Team plan has a setup fee of $90 per site, which is for the engineer.",
    "With the Team plan we refund $90 per day on which the lights are out.",
    "The Team plan costs less than $90 a month for nearly everyone who asks.",
    "The Team plan includes $90 per month in build credits for all machines.",
    "Does the Team plan cost $90 per month for everyone in the house?",
    "Growth has everything in the Starter plan, and overage is billed at $2 per month and site.",
)  # fmt: skip


@pytest.mark.parametrize("sentence", OF_OTHER_THINGS)
def test_a_sentence_of_other_money_states_no_price(sentence: str) -> None:
    assert statements_of(sentence) == []


def test_another_plan_that_is_only_mentioned_gives_no_name() -> None:
    (statement,) = statements_of("It includes everything in the Starter plan and costs $49 a month for several tills.")

    assert statement.name != "Starter"


def test_a_range_with_one_sign_has_both_ends() -> None:
    (statement,) = statements_of("The Desk plan costs about 20 - 30 € per month, depending on the city.", "en")

    assert [(str(m.amount), m.qualifier, m.term.period) for m in statement.amounts] == [
        ("20", "from", "month"),
        ("30", "up_to", "month"),
    ]


def test_a_later_part_of_the_sentence_tells_no_period() -> None:
    (statement,) = statements_of("We charge $0.02 per message, up to a million messages in a month.")

    assert (statement.amounts[0].term.period, statement.amounts[0].term.unit) == (None, "message")
