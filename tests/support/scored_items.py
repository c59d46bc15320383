"""Items as the warehouse gives them to the score, and inputs of scores by the hundred thousand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from detente.rules import default_rules
from scoring.relevance import FACTS, ThemeFacts, inputs

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RULES = default_rules().relevance
SSO = ThemeFacts(key="Single sign-on", status="now", weight=2.0, ours="no")
API = ThemeFacts(key="Open API", status="later", weight=1.0)


def item(item_id: str, **more: Any) -> dict[str, Any]:
    """A sighting, ten days old, about which little is known, by a reporter of its own."""
    row: dict[str, Any] = {
        "item_id": item_id, "kind": "sighting", "competitor": "globex", "subject": "", "text": "They have it.",
        "old_value": None, "new_value": None, "happened_at": pd.Timestamp("2026-11-10"), "observed_on": None,
        "source": "customer", "account_key": None, "deal_key": None, "person_id": f"by {item_id}", "confidence": None,
        "motive": None, "stage": None, "deal_amount": np.nan, "deal_currency": None, "close_on": None, "attachments": 0,
    }  # fmt: skip
    return row | more


def page(item_id: str, **more: Any) -> dict[str, Any]:
    """A change that we saw on a page."""
    return item(item_id, kind="change", person_id=None, source=None, text="plan_added: Team: → $49") | more


def items_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """The frame of items."""
    frame = pd.DataFrame([*rows], columns=list(item("")))
    frame["happened_at"] = frame["happened_at"].astype("datetime64[us]")
    return frame


def row_of(
    *rows: dict[str, Any],
    fits: Sequence[tuple[str, str, float]] = (),
    decided: Sequence[tuple[str, str]] = (),
    reviewed: Sequence[tuple[str, str, str]] = (),
    themes: Sequence[ThemeFacts] = (SSO, API),
    now: datetime = NOW,
    together: bool = True,
) -> pd.Series[Any]:
    """The inputs of the first row's score, where all rows say the same (or none does)."""
    frame = items_of(*rows)
    members = pd.DataFrame(
        {"item_id": frame["item_id"], "cluster_id": frame["item_id"].iloc[0] if together else frame["item_id"]}
    )
    made = inputs(
        frame,
        members,
        pd.DataFrame([*fits], columns=["item_id", "theme", "fit"]),
        pd.DataFrame(
            [(one, kind, pd.Timestamp("2026-11-12") + timedelta(days=day)) for day, (one, kind) in enumerate(decided)],
            columns=["item_id", "kind", "decided_at"],
        ).astype({"decided_at": "datetime64[us]"}),
        themes,
        now=now,
        rules=RULES,
        reviews=pd.DataFrame([*reviewed], columns=["sighting_id", "person_id", "outcome"]),
    )
    return made[made["item_id"] == rows[0]["item_id"]].iloc[0]


ABSURD = np.array([np.nan, np.inf, -np.inf, -1.0, 0.0, 1e-300, 1e300, 0.5, 1.0])
LARGEST = {
    "demand_money": 5e6, "demand_stated": 1e7, "demand_accounts": 50, "deals": 200, "deals_lost": 200, "deals_all": 900,
    "rivals": 30, "importance": 1, "theirs": 1, "ours": 1, "days_ahead": 120, "age_days": 700, "fit": 1, "undecided": 1,
    "recent_sources": 60, "expected_sources": 40, "independent_sources": 9, "claim_number": 6,
}  # fmt: skip


def random_inputs(seed: int, count: int, *, absurd: float = 0.2) -> pd.DataFrame:
    """Inputs of scores, a share of whose figures are NaN, infinite, negative, or of no size that anything has."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {"item_id": [f"{number:08x}" for number in range(count)]}
    columns["theme"] = np.where(random.random(count) < 0.2, None, "Single sign-on")
    for name in FACTS:
        if name == "status":
            columns[name] = random.choice(np.array([*RULES.theme.statuses, "unheard of", None], dtype=object), count)
        elif name == "source_letter":
            columns[name] = random.choice(np.array([*"ABCDEF", None], dtype=object), count)
        else:
            usual = random.random(count) ** 2 * LARGEST[name]
            columns[name] = np.where(random.random(count) < absurd, random.choice(ABSURD, count), usual)
    return pd.DataFrame(columns)
