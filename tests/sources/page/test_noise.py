"""What differs between two visits, and says so, is no difference between two readings."""

from __future__ import annotations

import random
import uuid
from pathlib import Path

import pytest

from detente.records import Document, PageText, ReadStatus
from sources import page, readers
from sources.page import MAX_BLOCKS, settled

FACTS = [f"<p>Fact number {word} of the page stands firm.</p>" for word in ("one", "two", "three", "four", "five")]


def visit(dice: random.Random) -> bytes:
    """One fetch of the same page: other tokens, times, counters, arms of an experiment, and another order."""
    token = uuid.UUID(int=dice.getrandbits(128))
    clock = f"{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}"
    people = dice.randrange(2, 5000)
    noise = [
        f"<p>Last updated {dice.randrange(1, 29)} Nov 2026 {clock} UTC</p>",
        f"<p>{people:,} people are viewing this right now</p>",
        f"<p>Request ID: {token}</p>",
        f"<div>{token.hex}</div>",
        f"<div>{clock}</div>",
        f"<span class='counter'>{people}</span>",
        f"<p>Updated {dice.randrange(2, 59)} minutes ago</p>",
        f"<div class='announcement-bar'>{dice.choice(['Save 10 %', 'Join our webinar', 'We are hiring'])}</div>",
        f"<div data-experiment='{dice.choice('ab')}'><p>{dice.choice(['Try it free', 'Start now'])}</p></div>",
        f"<p>Sale ends in {clock}</p>",
        f"<div role='alert'>Hello visitor {people}</div>",
        f"<div class='cookie-note-{token.hex[:6]}'>We use {dice.choice(['cookies', 'biscuits'])}</div>",
        f"<form><input type='hidden' value='{token.hex}'></form>",
        f"<script>window.session = '{token.hex}'</script><!-- {clock} -->",
        f"<footer>© 2026 · build {token.hex[:8]}</footer>",
    ]
    links = f"<p>See the <a href='/terms?sid={token.hex}'>terms</a>.</p>"
    prices = f"<p>All prices in EUR. Last updated 2026-11-{dice.randrange(10, 29)} {clock}.</p>"
    parts = [*FACTS, *noise, links, prices]
    dice.shuffle(parts)
    return (
        f"<html><body class='v{token.hex[:4]}'><main><h1>Firm page</h1>{''.join(parts)}</main></body></html>".encode()
    )


def blocks(body: bytes) -> set[tuple[str, str]]:
    reading = page.read(Document(body=body, url="https://firmground.test/"))
    return {(each.block, each.heading) for each in reading.observations if isinstance(each, PageText)}


def test_twenty_visits_read_the_same() -> None:
    dice = random.Random(20261123)
    first = blocks(visit(dice))
    assert len(first) == len(FACTS) + 3
    assert ("All prices in EUR.", "Firm page") in first
    for _ in range(19):
        assert blocks(visit(dice)) == first


def test_a_changed_fact_is_a_difference() -> None:
    before = visit(random.Random(1))
    after = before.replace(b"number three", b"number 3")
    assert blocks(before) ^ blocks(after) == {
        ("Fact number three of the page stands firm.", "Firm page"),
        ("Fact number 3 of the page stands firm.", "Firm page"),
    }


@pytest.mark.parametrize(
    "text",
    ["$49 per month", "€ 49", "49 %", "5 users", "Acme 3.2", "SOC 2", "24/7 support", "ISO27001-certified-datacenters"],
)
def test_facts_with_numbers_are_not_taken_for_noise(text: str) -> None:
    assert settled(text) == text


def test_no_more_than_the_bound_of_blocks_is_kept_and_the_reading_says_so() -> None:
    body = "".join(f"<p>Paragraph {number} of many</p>" for number in range(MAX_BLOCKS + 5)).encode()
    reading = page.read(Document(body=body, url="https://firmground.test/"))
    assert len(reading.observations) == MAX_BLOCKS
    assert "2005 blocks, the first 2000 kept" in reading.reason


@pytest.mark.parametrize(("selector", "reason"), [("#gone", "matches nothing"), ("p[", "is no CSS")])
def test_a_selector_that_does_not_work_says_so(selector: str, reason: str) -> None:
    document = Document(body=b"<p>x</p>", url="https://firmground.test/", selectors={"main": selector})
    reading = readers.read("page", document)
    assert reading.status is ReadStatus.NOT_PARSED
    assert reason in reading.reason


def test_every_kind_of_page_has_its_reader_version_and_json() -> None:
    assert set(readers.READERS) == {"pricing", "release_notes", "page"}
    for kind in readers.READERS:
        reading = readers.read(kind, Document(body=Path(__file__).read_bytes(), url="https://firmground.test/x"))
        assert readers.reader_version(kind) == reading.version
        assert isinstance(readers.to_json(kind, reading), dict)
