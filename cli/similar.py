"""`detente similar`: which texts are near to each other, and which say the same."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.screen import say, show_rows
from detente.errors import UsageError
from detente.json_lines import json_lines

if TYPE_CHECKING:
    from scoring.similar import Near

_FAILED = 1
_NEAREST = 10
_SHOWN = 3


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(similar)


def similar(
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON line by line: each line given, with its ten nearest.")
    ] = False,
) -> None:
    """Finds for each text the nearest of the others: lines {"id", "text"} on standard input, JSON line by line.

    A score says how near two texts are, from 0 to 1. "same" says that they tell the same in nearly the same words and
    with no other number, name or direction: such sightings are put together by themselves, all others by a person.
    A broken line is told with its number, all others are answered, and the command ends with 1.

    Example: detente similar --json < texts.jsonl
    """
    # numpy and the vectors take long, and only this command needs them
    from detente.vectors import word_vectors  # noqa: PLC0415
    from scoring.similar import Texts  # noqa: PLC0415

    if sys.stdin.isatty():
        say('reading lines like {"id": "1", "text": "…"}; end with Ctrl-D')
    lines, broken = _lines()
    texts = Texts([str(line["text"]) for line in lines], word_vectors())
    rows: list[tuple[object, ...]] = []
    for number, line in enumerate(lines):
        found = texts.nearest(number, _NEAREST if as_json else _SHOWN)
        if as_json:
            # escaped, since a text may hold half a character, which UTF-8 cannot
            sys.stdout.write(json.dumps({**line, "similar": [_told(lines, near) for near in found]}) + "\n")
        else:
            rows += _rows(lines, number, found)
    if rows:
        show_rows(["text", "near to", "score", "same", "because of"], rows)
    if broken:
        raise typer.Exit(_FAILED)


def _lines() -> tuple[list[dict[str, Any]], int]:
    """The lines that can be read, each id once, and how many cannot."""
    lines: list[dict[str, Any]] = []
    broken = 0
    known: dict[str, int] = {}
    for line in json_lines(sys.stdin.buffer, "text"):
        fault = line.fault
        if line.value is not None:
            key = json.dumps(line.value.setdefault("id", str(line.number)))
            if key not in known:
                known[key] = line.number
                lines.append(line.value)
                continue
            fault = f"the id {key} stands in line {known[key]} already"
        broken += 1
        say(f"line {line.number}: {fault}; skipped")
    if not lines and not broken:
        raise UsageError('nothing on standard input: give lines like {"id": "1", "text": "…"}')
    return lines, broken


def _told(lines: list[dict[str, Any]], near: Near) -> dict[str, object]:
    return {"id": lines[near.row]["id"], "score": near.score, "same": near.is_same, "why": list(near.why)}


def _rows(lines: list[dict[str, Any]], number: int, found: list[Near]) -> list[tuple[object, ...]]:
    item = lines[number]["id"]
    if not found:
        return [(item, "nothing", None, "", "")]
    return [
        (
            item if not place else "",
            lines[near.row]["id"],
            f"{near.score:.2f}",
            "same" if near.is_same else "",
            ", ".join(near.why),
        )
        for place, near in enumerate(found)
    ]
