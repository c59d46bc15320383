"""`dismissed.toml`: the changes that people said are none, as rules that they can read, edit and keep in git."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from detente.errors import StorageError, UsageError, WorkspaceError
from detente.records import ChangeKind, Dismissal, content_key
from detente.toml_file import Strict, key_lines, nearest, read_toml, validated

FILE_NAME = "dismissed.toml"

_HEAD = """\
#:schema schemas/dismissed.schema.json
# Changes that are none, and why. `detente changes dismiss` adds rules, `detente changes restore` takes one away;
# you may edit them. They count from the next build on.
"""


def _kind(value: object) -> object:
    known = get_args(ChangeKind)
    if value not in known:
        raise ValueError(f"no such kind of change{nearest(str(value), known)}")
    return value


def _two(value: list[str]) -> list[str]:
    if len(value) != 2:
        raise ValueError("name two values, the old and the new; an empty one stands for nothing")
    return value


class RuleEntry(Strict):
    """A `[[rules]]` table of `dismissed.toml`: a change that is none."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", description="Short name of the rule; unique.")
    page: str = Field(description="The page's id, such as `globex/pricing`.")
    kind: Annotated[ChangeKind, BeforeValidator(_kind)] = Field(
        description="Kind of the change, as in the table `change`; its opposite is dismissed, too."
    )
    subject: str = Field(description="What it is about, as the change told it: a plan, a feature, a heading.")
    between: Annotated[list[str], AfterValidator(_two)] | None = Field(
        None, description="The two values that the change told, in either order; left out, any value is meant."
    )
    because: str = Field(min_length=1, description="Why it is no change.")
    since: datetime | date = Field(
        description="When the change was first seen; what came before stays. A time without a zone is UTC."
    )


class DismissedEntry(Strict):
    """`dismissed.toml`."""

    rules: list[RuleEntry] = Field(default_factory=list, description="The changes that are none.")


def rule_for(
    *, page_id: str, kind: ChangeKind, subject: str, between: tuple[str, str] | None, because: str, since: datetime
) -> Dismissal:
    """A new rule; its id is made of what it dismisses, so that the same rule made twice has the same id."""
    key = content_key(page_id, kind, subject, *(between or (None,)), since.isoformat())
    return Dismissal(
        rule_id=key[:8], page_id=page_id, kind=kind, subject=subject, between=between, because=because, since=since
    )


def load_dismissals(root: Path, page_ids: Sequence[str]) -> tuple[Dismissal, ...]:
    """The rules of the workspace at `root`; none without a file.

    Raises:
        WorkspaceError: All faults, one per line, each with file and line: an unknown key, kind or page, an id twice.
    """
    path = root / FILE_NAME
    if not path.exists():
        return ()
    data, text = read_toml(path)
    entries = validated(DismissedEntry, path, data, text).rules
    lines = key_lines(text)
    faults = []
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        line = lines.get(("rules", position, "page"), 1)
        if entry.page not in page_ids:
            faults.append(f"{path}:{line}: no page {entry.page!r} in this workspace{nearest(entry.page, page_ids)}")
        if entry.id in seen:
            faults.append(f"{path}:{lines.get(('rules', position, 'id'), 1)}: a second rule {entry.id!r}")
        seen.add(entry.id)
    if faults:
        raise WorkspaceError("\n".join(faults))
    return tuple(_dismissal(entry) for entry in entries)


def _dismissal(entry: RuleEntry) -> Dismissal:
    since = entry.since if isinstance(entry.since, datetime) else datetime.combine(entry.since, time())
    return Dismissal(
        rule_id=entry.id,
        page_id=entry.page,
        kind=entry.kind,
        subject=entry.subject,
        between=(entry.between[0], entry.between[1]) if entry.between else None,
        because=entry.because,
        since=(since if since.tzinfo else since.replace(tzinfo=UTC)).astimezone(UTC),
    )


def add_rule(root: Path, rule: Dismissal) -> Path:
    """Writes a rule at the end of the file, which is made if it is missing; what stands in it stays as it is.

    Raises:
        StorageError: The disk refused.
    """
    path = root / FILE_NAME
    before = read_toml(path)[1] if path.exists() else _HEAD
    values = {
        "id": _string(rule.rule_id),
        "page": _string(rule.page_id),
        "kind": _string(rule.kind),
        "subject": _string(rule.subject),
        "between": f"[{', '.join(map(_string, rule.between))}]" if rule.between else None,
        "because": _string(rule.because),
        "since": rule.since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    block = "".join(f"{key} = {value}\n" for key, value in values.items() if value is not None)
    _write(path, f"{before.rstrip()}\n\n[[rules]]\n{block}")
    return path


def remove_rule(root: Path, rule_id: str) -> Dismissal:
    """Takes a rule out of the file, and nothing else: comments and the other rules stay as they are.

    Raises:
        UsageError: There is no such rule, or it is written in a way that only its writer should touch.
        StorageError: The disk refused.
    """
    path = root / FILE_NAME
    data, text = read_toml(path) if path.exists() else ({}, "")
    entries = validated(DismissedEntry, path, data, text).rules
    ids = [entry.id for entry in entries]
    if rule_id not in ids:
        raise UsageError(f"no rule {rule_id!r} in {path}{nearest(rule_id, ids)}")
    position = ids.index(rule_id)
    lines = text.splitlines(keepends=True)
    heads = {step: line - 1 for step, line in key_lines(text).items() if len(step) == 2}
    by_hand = UsageError(f"{path}: take rule {rule_id!r} out by hand: it is not written as a table of its own")
    if ("rules", position) not in heads:
        raise by_hand
    start = heads["rules", position]
    end = heads.get(("rules", position + 1), len(lines))
    # what stands before the next rule belongs to it, or to the reader
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    gap = start
    while gap > 0 and not lines[gap - 1].strip():
        gap -= 1
    left = "".join([*lines[:gap], *lines[end:]])
    rest = data.get("rules", [])[:position] + data.get("rules", [])[position + 1 :]
    if not _holds(left, rest):
        raise by_hand
    _write(path, left)
    return _dismissal(entries[position])


def _holds(text: str, rules: Sequence[object]) -> bool:
    try:
        return bool(tomllib.loads(text).get("rules", []) == rules)
    except tomllib.TOMLDecodeError:
        return False


def _string(text: str) -> str:
    """A TOML string on one line. JSON escapes like TOML, but for DEL and for halves of a pair."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            aside.chmod(path.stat().st_mode & 0o777)
        aside.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}; make room or mend permissions") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
