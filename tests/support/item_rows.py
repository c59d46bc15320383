"""Items as the functions of scoring take them, from a few words each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

BEGIN = pd.Timestamp("2026-03-02T09:00")
_COLUMNS = (
    "item_id", "kind", "competitor", "subject", "text", "old_value", "new_value", "happened_at", "source",
    "account_key", "deal_key", "person_id",
)  # fmt: skip


def sighting(item_id: str, text: str, day: float = 0, **more: Any) -> dict[str, Any]:
    return _row(item_id, "sighting", day, {"text": text, "source": "customer"} | more)


def change(item_id: str, subject: str, old: str | None, new: str | None, day: float = 0, **more: Any) -> dict[str, Any]:
    said = f"price: {subject}: {old or ''} → {new or ''}"
    return _row(item_id, "change", day, {"subject": subject, "old_value": old, "new_value": new, "text": said} | more)


def release(item_id: str, title: str, text: str = "", day: float = 0, **more: Any) -> dict[str, Any]:
    return _row(item_id, "release", day, {"subject": title, "text": f"{title}\n{text}"} | more)


def frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=list(_COLUMNS))
    made["happened_at"] = made["happened_at"].astype("datetime64[us]")
    return made


def _row(item_id: str, kind: str, day: float, more: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys(_COLUMNS) | {"subject": "", "text": "", "competitor": "globex"}
    return nothing | {"item_id": item_id, "kind": kind, "happened_at": BEGIN + pd.Timedelta(days=day)} | more
