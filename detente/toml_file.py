"""Reads a TOML file against a model, and names file and line in every complaint."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsError

from detente.errors import WorkspaceError

Model = TypeVar("Model", bound=BaseModel)
Step = str | int

_MOST_BYTES = 10_000_000

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def nearest(name: str, names: Sequence[str]) -> str:
    """`; did you mean 'x'?`, or the list of names where none is near; empty when there are none."""
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are {', '.join(sorted(names))}" if names else ""


class Strict(BaseModel):
    """A table of a file that people write: unknown keys are refused with the nearest right name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_key(cls, data: object) -> object:
        if isinstance(data, Mapping):
            for key in data:
                if key not in cls.model_fields:
                    text = f"unknown key '{key}'{nearest(str(key), list(cls.model_fields))}"
                    # the text may hold braces, which the error type would read as its own fields
                    raise PydanticCustomError("unknown_key", "{text}", {"text": text, "key": str(key)})
        return data


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """The file's content, parsed, and its text.

    Raises:
        WorkspaceError: The file is missing, not UTF-8, or not TOML; with file and line.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise WorkspaceError(f"{path}: larger than {_MOST_BYTES:,} bytes; nobody reads so much")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WorkspaceError(f"{path}: no such file; `detente init` makes a workspace") from None
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        line = int(found[2]) if found and found[2] else text.count("\n") + 1
        raise WorkspaceError(f"{path}:{line}: not valid TOML: {found[1] if found else error}") from None
    except (ValueError, RecursionError):
        raise WorkspaceError(f"{path}: a number too long or lists nested too deep to be read") from None


def validated(model: type[Model], path: Path, data: Mapping[str, Any], text: str) -> Model:
    """The data as a `model`.

    Raises:
        WorkspaceError: One line per fault, each with file and line, or with the environment variable.
    """
    try:
        return model(**data)
    except ValidationError as error:
        prefix = str(model.model_config.get("env_prefix", ""))
        raise WorkspaceError("\n".join(_complaints(error, path, text, prefix))) from None
    except SettingsError as error:  # a variable for a table or a list that does not hold JSON
        raise WorkspaceError(f"environment: {error}; write it as JSON, such as '[\"host:8080\"]'") from None


def _complaints(error: ValidationError, path: Path, text: str, prefix: str) -> list[str]:
    positions = key_lines(text)
    lines = []
    for fault in error.errors(include_url=False):
        where: tuple[Step, ...] = tuple(fault["loc"])
        if fault["type"] == "unknown_key":
            where = (*where, str(fault["ctx"]["key"]))
        place = _variable_of(where, prefix) or f"{path}:{_line_of(where, positions)}"
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            message = "is missing"
        name = ".".join(str(step) for step in where if isinstance(step, str))
        if fault["type"] != "unknown_key":
            message = f"{name}: {message}" if name else message
        if (
            "input" in fault
            and isinstance(fault["input"], str | int | float | bool)
            and repr(fault["input"]) not in message
        ):
            message += f" (it is {fault['input']!r})"
        lines.append(f"{place}: {message}")
    return lines


def _variable_of(where: tuple[Step, ...], prefix: str) -> str | None:
    """The environment variable that sets the key, where one does: it wins over the file, so it is at fault."""
    while prefix and where:
        name = prefix + "__".join(map(str, where)).upper()
        if os.environ.get(name):
            return name
        where = where[:-1]
    return None


def _line_of(where: tuple[Step, ...], positions: Mapping[tuple[Step, ...], int]) -> int:
    """The line of the key, or else of what begins in it, or else of the nearest table around it."""
    while where:
        if lines := [line for path, line in positions.items() if path[: len(where)] == where]:
            return min(lines)
        where = where[:-1]
    return 1


def key_lines(text: str) -> dict[tuple[Step, ...], int]:
    """The line number (from 1) of every table and key of a TOML text, by its path.

    The n-th `[[table]]` has the path (`table`, n - 1). Inline tables count as their key.
    """
    positions: dict[tuple[Step, ...], int] = {}
    counts: dict[tuple[Step, ...], int] = {}
    table: tuple[Step, ...] = ()
    quotes = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quotes:  # inside a multi-line string nothing is a key
            quotes = "" if quotes in line else quotes
            continue
        if found := _TABLE.match(line):
            table = _resolve(_parts(found[2]), counts, is_array=found[1] == "[[")
            positions.setdefault(table, number)
        elif found := _KEY.match(line):
            positions.setdefault((*table, *_parts(found[1])), number)
            for mark in ('"""', "'''"):
                if line.count(mark) % 2:
                    quotes = mark
    return positions


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _resolve(parts: Sequence[str], counts: dict[tuple[Step, ...], int], *, is_array: bool) -> tuple[Step, ...]:
    """A table's path with the index of every array of tables on the way."""
    path: tuple[Step, ...] = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        if is_array and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
