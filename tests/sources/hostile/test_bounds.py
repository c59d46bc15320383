"""Whatever is built to cost minutes or gigabytes is read in part or refused, in seconds, and the reading says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from detente.records import Document, PageKind, PlanPrice, ReadStatus
from sources import readers

_SIZE = 4_900_000


def _filled(start: str, unit: str, end: str = "") -> str:
    return start + unit * ((_SIZE - len(start) - len(end)) // len(unit)) + end


_FEED = '<?xml version="1.0"?><rss version="2.0"><channel>'
_NOTES = "# Changelog\n\n"
_HTML = "<html><body><h1>Pricing</h1>"

_PAGES: Mapping[str, Callable[[], str]] = {
    "200,000 nested elements": lambda: _HTML + "<div>" * 200_000 + "$9 / month" + "</div>" * 200_000,
    "elements that are never closed": lambda: _filled(_HTML, "<div>"),
    "a million table rows": lambda: _HTML + "<table><tr><th>Plan<th>Price" + "<tr>" * 1_000_000,
    "rows with prices": lambda: _filled(f"{_HTML}<table>", "<tr><td>A</td><td>$5</td></tr>"),
    "a million cells": lambda: _filled(f"{_HTML}<table><tr>", "<td>"),
    "tables in tables": lambda: _filled(_HTML, "<table><tr><td>"),
    "a million list items": lambda: _filled(f"{_HTML}<ul>", "<li>x"),
    "prices in a list": lambda: _filled(f"{_HTML}<ul>", "<li>$9 / month"),
    "a million line breaks": lambda: _filled(f"{_HTML}<p>", "x<br>"),
    "200,000 headings": lambda: _filled(_HTML, "<h2>1.0.1</h2><p>x"),
    "cards without end": lambda: _filled(_HTML, "<div><h3>Plan</h3><p>$9 / month</p></div>"),
    "a grid without end": lambda: _filled(_HTML, "<div><div>A</div><div>✓</div><div>✓</div></div>"),
    "600,000 attributes": lambda: f"{_HTML}<p {' '.join(f'a{n}' for n in range(600_000))}>x"[:_SIZE],
    "a class of five megabytes": lambda: _filled(f'{_HTML}<div class="', "a-", '"><p>$9 / month</p></div>'),
    "options without end": lambda: _filled(f"{_HTML}<select>", "<option>x"),
    "one line of amounts": lambda: _filled(f"{_HTML}<p>", "$1 "),
    "one line of text": lambda: _filled(f"{_HTML}<p>", "x"),
}
_HOSTILE_NOTES: Mapping[str, Callable[[], str]] = {
    "brackets": lambda: _filled(_NOTES, "["),
    "images": lambda: _filled(_NOTES, "!["),
    "parentheses": lambda: _filled(_NOTES, "("),
    "stars": lambda: _filled(_NOTES, "*a "),
    "backticks": lambda: _filled(_NOTES, "` "),
    "Markdown headings": lambda: _filled("", "## 1.0.0 - 2026-01-01\n\n- x\n"),
    "Markdown list items": lambda: _filled(_NOTES, "- a\n"),
    "Markdown table rows": lambda: _filled(f"{_NOTES}|a|b|\n|-|-|\n", "|1|2|\n"),
    "blank lines": lambda: _filled("a", "\n", "b"),
    "feed items": lambda: _filled(_FEED, "<item><title>1.0</title></item>", "</channel></rss>"),
    "nested feed elements": lambda: _FEED + "<a>" * 400_000 + "</a>" * 400_000,
    "feed elements that are never closed": lambda: _filled(_FEED, "<item>"),
    "namespaces": lambda: f"<rss {' '.join(f'xmlns:a{n}=u' for n in range(200_000))}><channel/></rss>",
}

MAX_SECONDS = 8.0
"""Of processor time; some three times what it takes on one core of a small machine."""

MAX_MB = 300
_ROOT = Path(__file__).parents[3]
_CHILD = """
import json, resource, sys
from detente.records import Document
from sources import readers
before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
reading = readers.read(sys.argv[1], Document(body=sys.stdin.buffer.read(), url="https://hostile.example/"))
seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:  # what getrusage tells may be the peak of the process that started this one
    with open("/proc/self/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    pass
print(json.dumps([seconds, kilobytes / 1024]))
"""


def _cost(kind: PageKind, text: str) -> tuple[float, float]:
    """Processor seconds and peak megabytes of a process that reads the text."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, kind],
        input=text.encode(),
        capture_output=True,
        cwd=_ROOT,
        timeout=120,
        check=True,
    )
    seconds, megabytes = json.loads(child.stdout)
    return seconds, megabytes


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pricing", "release_notes", "page"])
@pytest.mark.parametrize("page", _PAGES)
def test_a_hostile_page_costs_seconds(page: str, kind: PageKind) -> None:
    seconds, megabytes = _cost(kind, _PAGES[page]())

    assert seconds <= MAX_SECONDS
    assert megabytes <= MAX_MB


@pytest.mark.slow
@pytest.mark.parametrize("notes", _HOSTILE_NOTES)
def test_hostile_notes_cost_seconds(notes: str) -> None:
    seconds, megabytes = _cost("release_notes", _HOSTILE_NOTES[notes]())

    assert seconds <= MAX_SECONDS
    assert megabytes <= MAX_MB


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pricing", "release_notes", "page"])
def test_a_million_rows_are_read_in_part_and_the_reading_says_up_to_where(kind: PageKind) -> None:
    reading = readers.read(kind, _document(_PAGES["a million table rows"]()))

    assert "it was read up to the 150,000th" in reading.reason


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pricing", "release_notes", "page"])
def test_of_200_000_nested_elements_the_outer_ones_are_read_and_the_rest_is_said_to_be_cut(kind: PageKind) -> None:
    reading = readers.read(kind, _document(_PAGES["200,000 nested elements"]()))

    assert "nested more than 500 deep; the page was read up to there" in reading.reason


def test_plans_before_200_000_nested_elements_are_read() -> None:
    card = "<div><h3>Moss</h3><p>$9 / month</p></div>"
    reading = readers.read("pricing", _document(f"<h1>Pricing</h1>{card}{'<div>' * 200_000}"))

    assert [o.plan for o in reading.observations if isinstance(o, PlanPrice)] == ["Moss"]
    assert "nested" in reading.reason


def test_plans_before_a_million_rows_are_read() -> None:
    card = "<div><h3>Moss</h3><p>$9 / month</p></div>"
    reading = readers.read("pricing", _document(f"<h1>Pricing</h1>{card}<table>{'<tr>' * 200_000}"))

    assert [getattr(fact, "plan", None) for fact in reading.observations] == ["Moss"]
    assert "read up to" in reading.reason


def test_a_drawing_of_thousands_of_shapes_is_not_taken_for_nesting() -> None:
    drawing = "<svg>" + '<path d="M0 0"/>' * 6_000 + "</svg>"
    reading = readers.read("pricing", _document(f"{drawing}<h1>Pricing</h1><div><h3>Moss</h3><p>$9 / month</p></div>"))

    assert reading.status is ReadStatus.READ


def test_long_notes_say_how_much_of_them_was_read() -> None:
    notes = "## 1.0.0 - 2026-01-01\n\n- Doors open again\n\n" + "x\n" * 60_000
    reading = readers.read("release_notes", _document(notes))

    assert [getattr(entry, "version", None) for entry in reading.observations] == ["1.0.0"]
    assert "more than 40,000 lines" in reading.reason


def _document(text: str) -> Document:
    return Document(body=text.encode(), url="https://hostile.example/")
