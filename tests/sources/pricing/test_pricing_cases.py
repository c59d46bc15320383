"""Every case folder holds a page of an invented company and the facts that a reviewer found on it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.records import Document, Observation, PlanFeature, PlanPrice, Reading
from sources import pricing

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
_PRICE_DEFAULTS: dict[str, Any] = {
    "group": None,
    "amount": None,
    "currency": None,
    "period": None,
    "unit": None,
    "billing": None,
    "qualifier": "exact",
    "custom": False,
    "free": False,
    "addon": False,
    "needs_review": False,
    "basis": "visible",
    "note": "",
}
_FEATURE_DEFAULTS: dict[str, Any] = {
    "group": None,
    "included": True,
    "limit": None,
    "unlimited": False,
    "unit": None,
}


def document_of(case: Path, body: bytes | None = None) -> Document:
    selectors = case / "selectors.json"
    return Document(
        body=(case / "page.html").read_bytes() if body is None else body,
        url="https://pricing.example/plans",
        content_type="text/html; charset=utf-8",
        selectors=json.loads(selectors.read_text("utf-8")) if selectors.exists() else {},
    )


def facts_of(reading: Reading) -> list[Observation]:
    return [replace(fact, place="") for fact in reading.observations if not isinstance(fact, str)]


def _described(fact: object, names: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in (*first, *names)}
    return {k: str(v) if k in ("amount", "limit") and v is not None else v for k, v in values.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case_reads_as_reviewed(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    reading = pricing.read(document_of(case))
    prices = [o for o in reading.observations if isinstance(o, PlanPrice)]
    features = [o for o in reading.observations if isinstance(o, PlanFeature)]

    assert expected["status"] == reading.status
    assert expected["reason"] == reading.reason
    assert expected["how"] == reading.how
    assert [(p["plan"], p.get("amount")) for p in expected["prices"]] == [
        (p.plan, None if p.amount is None else str(p.amount)) for p in prices
    ]
    for want, price in zip(expected["prices"], prices, strict=True):
        got = _described(price, _PRICE_DEFAULTS, ("plan", "text"))
        for name, value in (_PRICE_DEFAULTS | want).items():
            assert value == got[name], f"{case.name}: price of plan {price.plan!r}, field {name}"
    assert [(f["plan"], f["feature"]) for f in expected["features"]] == [(f.plan, f.feature) for f in features]
    for want, feature in zip(expected["features"], features, strict=True):
        got = _described(feature, _FEATURE_DEFAULTS, ("plan", "feature"))
        for name, value in (_FEATURE_DEFAULTS | want).items():
            assert value == got[name], f"{case.name}: feature {feature.feature!r} of {feature.plan!r}, field {name}"


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
