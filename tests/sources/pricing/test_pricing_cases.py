"""Every case folder holds a page of an invented company and the facts that a reviewer found on it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from detente.records import Document, Observation, Reading
from sources import cases, pricing

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def document_of(folder: Path, body: bytes | None = None) -> Document:
    document = cases.case_at(folder, kind="pricing", url="https://pricing.example/plans").document
    return document if body is None else replace(document, body=body)


def facts_of(reading: Reading) -> list[Observation]:
    return [replace(fact, place="") for fact in reading.observations if not isinstance(fact, str)]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case_reads_as_reviewed(case: Path) -> None:
    expected = cases.expected_of(cases.case_at(case, kind="pricing"))

    assert expected is not None
    assert cases.differences(expected, "pricing", pricing.read(document_of(case))) == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_fact_says_where_it_stands(case: Path) -> None:
    for fact in pricing.read(document_of(case)).observations:
        assert fact.place, f"{case.name}: {fact}"


def _filled(html: str, seed: int) -> bytes:
    """The page as a server would send it: tokens, times, counters and quotes are others each time."""
    chance = random.Random(seed)
    quotes = ["“It paid for itself.”", "“Our desks are tidy.”", "“Answered in $5 minutes.”"]
    values = {
        "@@token@@": f"{chance.getrandbits(64):x}",
        "@@time@@": f"{chance.randrange(1, 29)} Nov 2026 {chance.randrange(24):02d}:07:11 UTC",
        "@@count@@": str(chance.randrange(11, 999)),
        "@@quote@@": chance.choice(quotes),
    }
    for slot, value in values.items():
        html = html.replace(slot, value)
    return html.encode()


def test_rotating_tokens_times_counters_and_quotes_change_no_fact() -> None:
    case = Path(__file__).parent / "cases" / "noise"
    html = (case / "page.html").read_text("utf-8")
    first, *others = (facts_of(pricing.read(document_of(case, _filled(html, seed)))) for seed in range(20))
    assert first
    for other in others:
        assert first == other


_NOISE = (
    '<p class="updated">Last updated {n} minutes ago</p>',
    "<!-- {n} -->",
    '<div class="cookie-banner">We use {n} cookies</div>',
    '<script>window.__t = "{n}"; var price = "$ {n}";</script>',
    "<aside><p>{n} people are here</p></aside>",
)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_noise_around_the_content_changes_no_fact(case: Path) -> None:
    html = (case / "page.html").read_text("utf-8")
    expected = facts_of(pricing.read(document_of(case)))
    for seed in range(4):
        chance = random.Random(seed)
        noise = [chance.choice(_NOISE).format(n=chance.randrange(10**6)) for _ in range(2)]
        noisy = html.replace("<body>", "<body>" + noise[0]).replace("</body>", noise[1] + "</body>")
        assert expected == facts_of(pricing.read(document_of(case, noisy.encode()))), f"{case.name}, seed {seed}"
