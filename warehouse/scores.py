"""Items as frames for those who find clusters, themes and scores in them, and what they found on its way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from warehouse.database import Connection

ITEM_COLUMNS = (
    "item_id", "kind", "competitor", "subject", "text", "old_value", "new_value", "happened_at", "observed_on",
    "source", "account_key", "deal_key", "person_id", "confidence", "motive", "stage", "deal_amount", "deal_currency",
    "close_on", "attachments",
)  # fmt: skip
_DATES = ("observed_on", "close_on")
# of a release its title and as much of its text as says what it is about
_BODY_LETTERS = 1500
_NEVER = "1970-01-01"

_ITEMS = """
    SELECT
        i.item_id,
        i.kind,
        i.competitor,
        coalesce(c.subject, r.version, r.title, s.area, '') AS subject,
        CASE i.kind
            WHEN 'change' THEN c.kind || ': ' || c.subject || ': ' || concat(c.old, ' → ', c.new)
            WHEN 'release' THEN concat_ws(chr(10), coalesce(r.title, r.version), left(r.body, {letters}))
            ELSE concat_ws(chr(10), s.text, s.comparison)
        END AS text,
        c.old AS old_value,
        c.new AS new_value,
        i.happened_at,
        coalesce(s.happened_on, r.published_on) AS observed_on,
        s.source,
        s.account_key,
        s.deal_key,
        s.person_id,
        s.confidence,
        s.motive,
        s.stage,
        s.deal_amount::DOUBLE * w.worth AS deal_amount,
        s.deal_currency,
        s.close_on,
        coalesce(s.attachments, 0)::INTEGER AS attachments
    FROM {item} AS i
    LEFT JOIN {change} AS c ON c.change_id = i.item_id
    LEFT JOIN {release} AS r ON r.release_id = i.item_id
    LEFT JOIN {sighting} AS s ON s.sighting_id = i.item_id
    LEFT JOIN (SELECT unnest(?::VARCHAR[]) AS currency, unnest(?::DOUBLE[]) AS worth) AS w
        ON w.currency = s.deal_currency
"""
# by table its id, and when it happened: rows lie in the order of that, so that those of another time are not even read
_MADE_OF = {
    "item": ("item_id", "happened_at"),
    "change": ("change_id", "changed_at"),
    "release": ("release_id", "first_seen_at"),
    "sighting": ("sighting_id", "received_at"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """What amounts are worth.

    Attributes:
        currency: The company's own.
        rates: By ISO 4217 code, what one unit is worth in it.
    """

    currency: str
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def lists(self) -> tuple[list[str], list[float]]:
        """Codes, and what one unit of each is worth."""
        worth = {code: float(rate) for code, rate in self.rates.items()} | {self.currency: 1.0}
        return list(worth), list(worth.values())


def items(connection: Connection, money: Money, ids: Collection[str] | None = None) -> pd.DataFrame:
    """Items as the functions of scoring take them, by `item_id`.

    Args:
        connection: The warehouse.
        money: What amounts are worth.
        ids: Only these; None: all.

    Returns:
        The columns `ITEM_COLUMNS`: strings as plain objects with None for what is not there; times as
        datetime64[us] in UTC without a zone; dates as `date` or None; `deal_amount` as float in the company's own
        currency, NaN where it is unknown or has no rate.
    """
    if ids is not None:
        connection.execute("CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest(?::VARCHAR[]) AS id", [list(ids)])
    query = _query(connection, "" if ids is None else "temp.wanted")
    found = connection.execute(f"{query} ORDER BY i.item_id", [*money.lists()]).df()
    for name in found.columns:
        if name in _DATES:
            found[name] = _dates(found[name])
        elif not pd.api.types.is_numeric_dtype(found[name]) and name != "happened_at":
            found[name] = plain(found[name])
    found["happened_at"] = found["happened_at"].astype("datetime64[us]")
    found["attachments"] = found["attachments"].astype("int64")
    return found


def digests(connection: Connection, money: Money, stamp: str, into: str, only: str = "") -> None:
    """Makes a table `item_id, digest`: the digest changes with whatever `items` says of an item.

    Args:
        connection: The warehouse.
        money: What amounts are worth.
        stamp: Goes into each digest.
        into: The table.
        only: A table with the `id` of those that are wanted; empty: all.
    """
    # a byte before each value tells one that is missing from an empty one
    values = ", ".join(f"coalesce('=' || {name}::VARCHAR, '-')" for name in ITEM_COLUMNS)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {into.removeprefix('temp.')} AS "
        f"SELECT item_id, md5(concat_ws(chr(31), ?, {values})) AS digest FROM ({_query(connection, only)})",
        [stamp, *money.lists()],
    )


def _query(connection: Connection, only: str) -> str:
    """The query of items: of all, or of those whose `id` is in the table `only`."""
    if not only:
        return _ITEMS.format(letters=_BODY_LETTERS, **{name: f"core.{name}" for name in _MADE_OF})
    [(first, last)] = connection.execute(
        f"SELECT min(happened_at), max(happened_at) FROM core.item WHERE item_id IN (SELECT id FROM {only})"
    ).fetchall()
    between = f"BETWEEN TIMESTAMP '{first or _NEVER}' AND TIMESTAMP '{last or _NEVER}'"
    return _ITEMS.format(
        letters=_BODY_LETTERS,
        **{
            name: f"(SELECT * FROM core.{name} WHERE {at} {between} AND {key} IN (SELECT id FROM {only}))"
            for name, (key, at) in _MADE_OF.items()
        },
    )


def plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Strings as objects, and None for what is not there: what pandas makes of them differs from version to version."""
    as_objects = values.to_numpy(dtype=object).copy()
    as_objects[pd.isna(as_objects)] = None
    return pd.Series(as_objects, index=values.index, dtype="object")


def _dates(values: pd.Series[Any]) -> pd.Series[Any]:
    codes, found = pd.factorize(values)
    days = np.array([*(pd.Timestamp(day).date() for day in found), None], dtype=object)
    return pd.Series(days[codes], index=values.index, dtype="object")


def strings(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its strings as plain objects."""
    for name in frame.columns:
        if not (pd.api.types.is_numeric_dtype(frame[name]) or pd.api.types.is_datetime64_any_dtype(frame[name])):
            frame[name] = plain(frame[name])
    return frame
