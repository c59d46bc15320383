"""JSON line by line, as programs pipe it: each line is read by itself, and a broken one is told with its number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

_LONGEST = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonLine:
    """A line that is not empty.

    Attributes:
        number: Which line of the input it is, from 1.
        value: The object that it holds; None where it is broken.
        fault: What is wrong with it; empty where nothing is.
    """

    number: int
    value: dict[str, Any] | None
    fault: str = ""


def json_lines(stream: BinaryIO, *texts: str) -> Iterator[JsonLine]:
    """The lines of a stream, one after the other.

    Args:
        stream: UTF-8, with or without a byte order mark; lines over 10 MB are skipped, and told.
        texts: Names of fields that must be there and hold a text.
    """
    for number, line in _numbered(stream):
        if line is None:
            yield JsonLine(number=number, value=None, fault="longer than 10 MB")
        elif line.strip():
            try:
                yield JsonLine(number=number, value=_object(line, texts))
            except ValueError as error:
                yield JsonLine(number=number, value=None, fault=str(error))


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while line := stream.readline(_LONGEST):
        number += 1
        if len(line) < _LONGEST or line.endswith(b"\n"):
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_LONGEST)
        yield number, None


def _object(line: bytes, texts: tuple[str, ...]) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start + 1}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg.lower()} at character {error.pos + 1}") from None
    if not isinstance(value, dict):
        raise ValueError('no object: write it like {"id": "1", "text": "…"}')  # noqa: TRY004  (the input is wrong, no call)
    for name in texts:
        if name not in value:
            raise ValueError(f'no "{name}"')
        if not isinstance(value[name], str):
            raise ValueError(f'"{name}" is no text')  # noqa: TRY004
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
