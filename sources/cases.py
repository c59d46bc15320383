"""Cases: a folder with a saved page and what a reviewer found on it, for our readers and for those of a workspace.

page.html (or page.* / input.* of any kind)   the page, as it was saved
page.toml, or case.json                       url, kind, reader, content_type, selectors; all may be left out
selectors.json                                selectors alone
expected.json                                 what a reader must see; `write` makes it once, then a person reviews it
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from detente.errors import UsageError
from detente.reader_names import BUILT_IN
from detente.records import Document, PageKind, PlanFeature, PlanPrice, Reading
from detente.toml_file import nearest
from sources import page, release_notes

__all__ = ["Case", "case_at", "described", "differences", "expected_of", "write"]

EXPECTED = "expected.json"
Json = dict[str, Any]

# A reader's version says nothing of what it has read.
_NOT_SAID: Final = {"reader_version"}
# What has its default value is left out of a file.
_DEFAULTS: Final[Mapping[str, Json]] = {
    "prices": {
        "group": None, "amount": None, "currency": None, "period": None, "unit": None, "billing": None,
        "qualifier": "exact", "custom": False, "free": False, "addon": False, "needs_review": False,
        "basis": "visible", "note": "",
    },
    "features": {"group": None, "included": True, "limit": None, "unlimited": False, "unit": None},
}  # fmt: skip
# Compared only where the reviewer wrote it down.
_OPTIONAL: Final = {("prices", "text"), ("features", "text")}
_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "prices": ("plan",),
    "features": ("plan", "feature"),
    "entries": ("version", "title"),
    "blocks": ("block",),
}
_WORDS: Final = {"prices": "price of plan", "features": "feature", "entries": "entry", "blocks": "block"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A saved page, and how it is to be read.

    Attributes:
        folder: Where the case stands.
        kind: What kind of facts the page holds.
        reader: Name of the own reader that reads it; empty for the built-in one.
        document: The page.
    """

    folder: Path
    kind: PageKind
    reader: str
    document: Document


def case_at(
    folder: Path, *, kind: PageKind | None = None, reader: str = "", url: str = "https://page.example/"
) -> Case:
    """The case in a folder.

    Args:
        folder: The case.
        kind: Its kind, where its files do not tell.
        reader: Its reader, where its files do not tell.
        url: Its address, where its files do not tell.

    Raises:
        UsageError: The folder is no case, or a file in it is wrong.
    """
    about = _about(folder)
    told = about.get("kind", kind)
    if told not in BUILT_IN:
        raise UsageError(f"{folder / 'page.toml'}: kind {told!r} is none{nearest(str(told), BUILT_IN)}")
    pages = sorted(path for path in folder.glob("*") if path.stem in ("page", "input") and path.suffix != ".toml")
    if len(pages) != 1:
        found = ", ".join(path.name for path in pages) or "none"
        raise UsageError(f"{folder}: a case holds one saved page, page.html or page.<what it is>; there is {found}")
    document = Document(
        body=pages[0].read_bytes(),
        url=about.get("url", url),
        content_type=about.get("content_type"),
        selectors=about.get("selectors", {}),
    )
    return Case(folder=folder, kind=told, reader=about.get("reader", reader), document=document)


def expected_of(case: Case) -> Json | None:
    """What a reviewer found on the page; None where nobody has looked yet.

    Raises:
        UsageError: The file is not JSON.
    """
    path = case.folder / EXPECTED
    try:
        found: Json = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}") from None
    return found


def described(kind: PageKind, reading: Reading) -> Json:
    """What was read, as `expected.json` tells it; of prices and features, what differs from the default."""
    if kind == "pricing":
        prices = [_row("prices", fact) for fact in reading.observations if isinstance(fact, PlanPrice)]
        features = [_row("features", fact) for fact in reading.observations if isinstance(fact, PlanFeature)]
        head: Json = {"status": reading.status.value, "how": reading.how, "reason": reading.reason}
        return head | {"prices": prices, "features": features}
    to_json: Callable[[Reading], Mapping[str, object]] = {"release_notes": release_notes.to_json, "page": page.to_json}[
        kind
    ]
    return {name: value for name, value in to_json(reading).items() if name not in _NOT_SAID}


def differences(expected: Json, kind: PageKind, reading: Reading) -> list[str]:
    """How a reading differs from what was reviewed, a line of words each; empty where it does not."""
    got = described(kind, reading)
    lines: list[str] = []
    for name in {**got, **expected}:
        if name in _NOT_SAID:
            continue
        want, have = expected.get(name), got.get(name)
        if isinstance(have, list) and isinstance(want, list | None):
            lines += _row_differences(name, want or [], have)
        elif want != have:
            lines.append(f"{name}: expected {_shown(want)}, got {_shown(have)}")
    return lines


def write(case: Case, reading: Reading, *, overwrite: bool = False) -> Path:
    """Writes what was read as what is expected, for a person to review.

    Raises:
        UsageError: There is an expected result already, and `overwrite` was not asked for.
    """
    path = case.folder / EXPECTED
    if path.exists() and not overwrite:
        raise UsageError(f"{path}: is there already, and was reviewed; --overwrite writes it anew")
    path.write_text(_text_of(described(case.kind, reading)), encoding="utf-8")
    return path


def _about(folder: Path) -> Json:
    """What the case's files say of its page."""
    try:
        if (folder / "page.toml").exists():
            about: Json = tomllib.loads((folder / "page.toml").read_text(encoding="utf-8"))
        elif (folder / "case.json").exists():
            about = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        else:
            about = {}
        if (folder / "selectors.json").exists():
            about["selectors"] = json.loads((folder / "selectors.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{folder}: what it says of its page cannot be read: {error}") from None
    return about


def _row(list_name: str, fact: PlanPrice | PlanFeature) -> Json:
    """A fact as a line of `expected.json`; where on the page it stands is no part of it."""
    defaults, row = _DEFAULTS[list_name], {}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.name != "place" and (field.name not in defaults or value != defaults[field.name]):
            row[field.name] = str(value) if isinstance(value, Decimal) else value
    if list_name == "features" and row["text"] == row["feature"]:
        del row["text"]
    return row


def _row_differences(name: str, want: Sequence[Json], have: Sequence[Json]) -> list[str]:
    """Rows are told apart by their names, and then set beside each other in their order."""
    by = _NAMED_BY.get(name, ())
    wanted, found = ([tuple(row.get(key) for key in by) for row in rows] for rows in (want, have))
    lines: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if tag == "equal":
            for one, other in zip(want[i1:i2], have[j1:j2], strict=True):
                lines += _field_differences(name, one, other)
            continue
        lines += [f"{_label(name, row)} is missing" for row in want[i1:i2]]
        lines += [f"{_label(name, row)} is there and not expected" for row in have[j1:j2]]
    if lines and sorted(map(repr, wanted)) == sorted(map(repr, found)) and wanted != found:
        lines.insert(0, f"{name}: the same ones in another order")
    return lines


def _field_differences(name: str, want: Json, have: Json) -> list[str]:
    defaults = _DEFAULTS.get(name, {})
    keys = {**have, **want}
    return [
        f"{_label(name, want)}: {key}: expected {_shown(want.get(key, defaults.get(key)))}, "
        f"got {_shown(have.get(key, defaults.get(key)))}"
        for key in keys
        if want.get(key, defaults.get(key)) != have.get(key, defaults.get(key))
        and not ((name, key) in _OPTIONAL and key not in want)
    ]


def _label(name: str, row: Json) -> str:
    names = [str(row[key]) for key in _NAMED_BY.get(name, ()) if row.get(key)]
    amount = f", {row['amount']}" if name == "prices" and row.get("amount") else ""
    if name == "features" and len(names) > 1:
        return f"feature {names[1]!r} of plan {names[0]!r}"
    return f"{_WORDS.get(name, name)} {(names[0] if names else '')[:80]!r}{amount}"


def _shown(value: object) -> str:
    text = "nothing" if value in (None, "", []) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:160]}… ({len(text)} characters)"


def _text_of(described: Json) -> str:
    """JSON with a line per fact, so that a review and a diff can be read."""
    parts = []
    for name, value in described.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
            parts.append(f"  {json.dumps(name)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
