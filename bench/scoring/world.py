"""Items, themes and a workspace, made of a seed: 200 competitors over three years, in words whose use follows Zipf."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse import Warehouse, tables
from warehouse.database import Connection, at_once

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
COMPETITORS, THEMES, DAYS = 200, 50, 3 * 365
_WORDS = 30_000
# of a hundred items so many are copies of one that came shortly before, with a word left out
_COPIES = 5
_BATCH = 50_000
_STAGES = np.array([None, "prospecting", "evaluation", "proposal", "negotiation", "won", "lost"], dtype=object)
_MOTIVES = np.array([None, "job_blocked", "parity_checkbox", "price_lever", "curiosity"], dtype=object)


def workspace(folder: Path) -> Path:
    """Writes a workspace that watches nothing, with the themes of a roadmap and all competitors."""
    words = _vocabulary()
    (folder / "competitors").mkdir(parents=True)
    (folder / "detente.toml").write_text('[company]\nname = "Acme"\ntime_zone = "Europe/Berlin"\n')
    for number in range(COMPETITORS):
        (folder / "competitors" / f"{_competitor(number)}.toml").write_text(f'name = "{_competitor(number).title()}"\n')
    lines = []
    for theme in range(THEMES):
        named = [words[200 + theme * 12 + place] for place in range(12)]
        status = ("now", "next", "later", "parked", "shipped", "declined")[theme % 6]
        keywords = ", ".join(f'"{word}"' for word in named[4:])
        lines.append(
            f'[[themes]]\nname = "{named[0].title()} {named[1]}"\ndescription = "{" ".join(named[:4])}"\n'
            f'keywords = [{keywords}]\nstatus = "{status}"\nours = "{("no", "partly", "yes")[theme % 3]}"\n'
        )
    (folder / "roadmap.toml").write_text("\n".join(lines))
    return folder


def fill(warehouse: Warehouse, items: int, seed: int = 5) -> None:
    """Puts so many items into the warehouse: six of ten are sightings, three releases, one a change."""
    dice = np.random.default_rng(seed)
    with warehouse.section("bench: empty tables") as connection, at_once(connection):
        tables.build(connection)
    for start in range(0, items, _BATCH):
        count = min(_BATCH, items - start)
        with warehouse.section("bench: items") as connection, at_once(connection):
            _batch(connection, dice, start, count, items)
    with warehouse.section("bench: tables") as connection, at_once(connection):
        by_name = {table.name: table for table in tables.tables()}
        tables.build(connection, [by_name["sighting"], by_name["item"]])


def _batch(connection: Connection, dice: np.random.Generator, start: int, count: int, items: int) -> None:
    numbers = np.arange(start, start + count)
    # in the order of time, with every kind and competitor throughout
    seconds = (numbers + 0.5) / items * DAYS * 86_400
    at = np.datetime64((NOW - timedelta(days=DAYS)).replace(tzinfo=None), "us") + (seconds * 1e6).astype(
        "timedelta64[us]"
    )
    kinds = dice.choice(np.array(["sighting", "release", "change"]), count, p=[0.6, 0.3, 0.1])
    # the largest is told of in three of a hundred items, the smallest in one of six hundred
    shares = 1 / (np.arange(COMPETITORS) + 10)
    competitor = dice.choice(COMPETITORS, count, p=shares / shares.sum())
    texts = _texts(dice, count, competitor, kinds)
    frame = pd.DataFrame({"number": numbers, "at": at, "kind": kinds, "text": texts})
    frame["competitor"] = [_competitor(one) for one in competitor]
    told = frame["kind"] == "sighting"
    _insert(connection, "raw.sighting", _sightings(frame[told], dice))
    _insert(connection, "core.release", _releases(frame[frame["kind"] == "release"]))
    _insert(connection, "core.change", _changes(frame[frame["kind"] == "change"], dice))


def _texts(
    dice: np.random.Generator, count: int, competitor: npt.NDArray[np.int64], kinds: npt.NDArray[np.str_]
) -> list[str]:
    words = np.array(_vocabulary(), dtype=object)
    lengths = dice.integers(12, 60, count)
    picked = words[np.searchsorted(_use(), dice.random(int(lengths.sum())))]
    texts: list[str] = []
    last: dict[tuple[int, str], int] = {}
    end = 0
    is_copy = dice.integers(0, 100, count) < _COPIES
    for number, length in enumerate(lengths.tolist()):
        end += length
        said = picked[end - length : end].tolist()
        block = (int(competitor[number]), str(kinds[number]))
        if is_copy[number] and block in last:
            said = texts[last[block]].split(" ")
            del said[number % len(said)]
        texts.append(" ".join(said))
        last[block] = number
    return texts


def _sightings(rows: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
    count = len(rows)
    has_deal = dice.random(count) < 0.3
    account = dice.integers(0, 20_000, count)
    named = dice.random(count) < 0.6

    def of(mask: npt.NDArray[np.bool_], values: Any) -> pd.Series[Any]:
        return pd.Series(np.where(mask, values, None), index=rows.index, dtype="object")

    return pd.DataFrame(
        {
            "sighting_id": [str(uuid.UUID(_hash(number))) for number in rows["number"]],
            "person_id": [f"p{number:04}" for number in dice.integers(0, 2_000, count)],
            "channel": "form",
            "received_at": rows["at"],
            "competitor": of(dice.random(count) < 0.97, rows["competitor"].to_numpy(dtype=object)),
            "source": dice.choice(np.array(["customer", "partner", "public", "document"]), count),
            "account_key": of(named, np.char.add("a", account.astype(str)).astype(object)),
            "deal_key": of(has_deal & named, np.char.add("d", account.astype(str)).astype(object)),
            "deal_amount": of(has_deal, np.round(dice.lognormal(10, 1, count), 2)),
            "deal_currency": of(has_deal, "USD"),
            "stage": of(has_deal, dice.choice(_STAGES, count)),
            "motive": dice.choice(_MOTIVES, count),
            "confidence": dice.choice(np.array(["certain", "likely", "heard"]), count),
            "may_call": False,
            "attachments": dice.integers(0, 2, count),
            "text": rows["text"],
        }
    )


def _releases(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "release_id": [_hash(number) for number in rows["number"]],
            "competitor": rows["competitor"],
            "page_id": rows["competitor"] + "/notes",
            "version": [f"{number // 100}.{number % 100}" for number in rows["number"]],
            "title": rows["text"].str.slice(0, 40),
            "body": rows["text"],
            "first_line": rows["text"].str.slice(0, 80),
            "first_seen_at": rows["at"],
            "backfill": False,
            "snapshot": "none",
        }
    )


def _changes(rows: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
    count = len(rows)
    old = dice.integers(5, 500, count)
    plan = rows["text"].str.split(" ").str[0].str.title()
    return pd.DataFrame(
        {
            "change_id": [_hash(number) for number in rows["number"]],
            "competitor": rows["competitor"],
            "page_id": rows["competitor"] + "/pricing",
            "kind": "price_increase",
            "subject": plan,
            "old": [f"{amount} USD / month" for amount in old],
            "new": [f"{amount + 1 + amount // 10} USD / month" for amount in old],
            "changed_at": rows["at"],
            "known_at": rows["at"],
            "new_snapshot": "none",
            "needs_review": False,
        }
    )


def _insert(connection: Connection, table: str, rows: pd.DataFrame) -> None:
    connection.register("frame_now", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM frame_now")
    connection.unregister("frame_now")


def _hash(number: int) -> str:
    """An id that, as in life, says nothing of when it was made."""
    return hashlib.md5(f"item {number}".encode(), usedforsecurity=False).hexdigest()


def _competitor(number: int) -> str:
    return f"rival-{number:03}"


@cache
def _vocabulary() -> list[str]:
    """Words that can be said, none twice; frequent ones are short."""
    dice = np.random.default_rng(1)
    onsets = [
        "",
        *"bcdfghjklmnpqrstvwxyz",
        "br",
        "ch",
        "cl",
        "dr",
        "fl",
        "gr",
        "pl",
        "pr",
        "qu",
        "sh",
        "sp",
        "st",
        "th",
        "tr",
    ]
    vowels = [*"aeiou", "ai", "ea", "ee", "ie", "io", "oa", "oo", "ou", "ue"]
    codas = ["", "", *"dglmnprstx", "ck", "ct", "ll", "nd", "ng", "nt", "rd", "rm", "rs", "ss", "st"]
    found: dict[str, None] = {}
    while len(found) < _WORDS:
        syllables = 1 + int(np.log10(1 + len(found))) // 2 + int(dice.integers(0, 2))
        said = [str(dice.choice(onsets)) + str(dice.choice(vowels)) + str(dice.choice(codas)) for _ in range(syllables)]
        found.setdefault("".join(said))
    return list(found)


@cache
def _use() -> npt.NDArray[np.float64]:
    """Up to each word, the share of all that is said: Zipf's law as Mandelbrot drew it."""
    shares = 1 / (np.arange(_WORDS) + 2.7)
    use: npt.NDArray[np.float64] = np.cumsum(shares) / shares.sum()
    return use
