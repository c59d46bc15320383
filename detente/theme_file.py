"""Themes from a file by themselves: a `roadmap.toml`, or a `themes.json` of another tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.errors import UsageError
from detente.workspace import load_themes


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedTheme:
    """A theme as a file names it.

    Attributes:
        key: What it is called in answers: its `key` in JSON, its name in a roadmap.
        name: Its name.
        description: What it is about; may be empty.
        keywords: Words that people use for it.
    """

    key: str
    name: str
    description: str
    keywords: tuple[str, ...]


def read_themes(path: Path) -> tuple[NamedTheme, ...]:
    """The themes of a file, in its order.

    Args:
        path: A `roadmap.toml`, or JSON: a list of objects with `name`, and where known `key`, `description` and
            `keywords`, or an object with such a list as `categories` or `themes`.

    Raises:
        UsageError: It is missing, or is neither of them; with the place.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a roadmap.toml or a themes.json")
    if path.suffix != ".json":
        return tuple(
            NamedTheme(key=one.name, name=one.name, description=one.description, keywords=tuple(one.keywords))
            for one in load_themes(path)
        )
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: no JSON: {error}") from None
    return _themes(path, content)


def _themes(path: Path, content: Any) -> tuple[NamedTheme, ...]:
    if isinstance(content, Mapping):
        content = next((content[name] for name in ("categories", "themes") if name in content), None)
    if not isinstance(content, list):
        raise UsageError(f'{path}: no list of themes; write it like [{{"key": "sso", "name": "Single sign-on"}}]')
    themes = tuple(_theme(f"{path}: theme {position}", one) for position, one in enumerate(content, 1))
    keys: dict[str, int] = {}
    for position, theme in enumerate(themes, 1):
        if keys.setdefault(theme.key, position) != position:
            raise UsageError(f"{path}: theme {position} has the key of theme {keys[theme.key]}: {theme.key!r}")
    return themes


def _theme(where: str, told: Any) -> NamedTheme:
    if not isinstance(told, Mapping):
        raise UsageError(f"{where} is no object with a name")
    name, key = told.get("name"), told.get("key")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"{where} has no name")
    description, keywords = told.get("description") or "", told.get("keywords") or []
    if not isinstance(description, str):
        raise UsageError(f"{where}: its description is no text")
    if not isinstance(keywords, list) or not all(isinstance(word, str) for word in keywords):
        raise UsageError(f"{where}: its keywords are no list of texts")
    return NamedTheme(
        key=key if isinstance(key, str) and key else name,
        name=name,
        description=description,
        keywords=tuple(keywords),
    )
