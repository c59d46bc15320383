"""`detente match`: which themes texts are about."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.screen import say, show_rows
from cli.words import WorkspaceOption, the_workspace
from detente.errors import UsageError
from detente.json_lines import json_lines
from detente.theme_file import NamedTheme, read_themes

if TYPE_CHECKING:
    from scoring.matching import Decided, ThemeMatch, ThemeMatcher

_FAILED = 1
_SHOWN = 3


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(match)


def match(
    themes: Annotated[
        Path | None,
        typer.Option("--themes", "-t", help="A roadmap.toml or themes.json; the workspace's roadmap by default."),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", "-d", help='Lines {"text", "theme"} to learn from; a theme by its key or name.'),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON line by line: each line given, with its ten best themes.")
    ] = False,
) -> None:
    """Says which themes texts are about: lines {"id", "text"} on standard input, JSON line by line.

    A score says how likely a text is about a theme, from 0 to 1; a text without any theme above the line has none.
    A broken line is told with its number, all others are answered, and the command ends with 1.

    Example: detente match --themes roadmap.toml --json < items.jsonl
    """
    # half a second, which only this command needs
    from detente.vectors import word_vectors  # noqa: PLC0415
    from scoring.matching import Theme, ThemeMatcher  # noqa: PLC0415

    named = read_themes(themes or the_workspace(workspace).root / "roadmap.toml")
    if not named:
        raise UsageError(f"{themes or 'roadmap.toml'}: no themes in it; add a [[themes]] table with a name")
    matcher = ThemeMatcher(
        [Theme(key=one.key, name=one.name, description=one.description, keywords=one.keywords) for one in named],
        _decided(decisions, named) if decisions else (),
        vectors=word_vectors(),
    )
    if sys.stdin.isatty():
        say('reading lines like {"id": "1", "text": "…"}; end with Ctrl-D')
    answered, broken = _write(matcher) if as_json else _show(matcher)
    if not answered and not broken:
        raise UsageError('nothing on standard input: give lines like {"id": "1", "text": "…"}')
    if broken:
        raise typer.Exit(_FAILED)


def _decided(path: Path, themes: Sequence[NamedTheme]) -> list[Decided]:
    from scoring.matching import Decided  # noqa: PLC0415

    keys = {one.name.casefold(): one.key for one in themes} | {one.key: one.key for one in themes}
    found = []
    try:
        with path.open("rb") as lines:
            for line in json_lines(lines, "text", "theme"):
                if line.value is None:
                    raise UsageError(f"{path}:{line.number}: {line.fault}")
                said = line.value["theme"]
                key = keys.get(said) or keys.get(said.casefold())
                if key is None:
                    near = get_close_matches(said, [one.name for one in themes], n=1)
                    meant = f"; did you mean {near[0]!r}?" if near else ""
                    say(f"{path}:{line.number}: no theme {said!r}{meant}; left out")
                else:
                    found.append(Decided(text=line.value["text"], theme=key))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    return found


def _matched(matcher: ThemeMatcher) -> Iterator[tuple[dict[str, Any], list[ThemeMatch]] | None]:
    """The lines with their matches; None for a broken one, which has been told."""
    for line in json_lines(sys.stdin.buffer, "text"):
        if line.value is None:
            say(f"line {line.number}: {line.fault}; skipped")
            yield None
        else:
            yield line.value, matcher.match(line.value["text"])


def _write(matcher: ThemeMatcher) -> tuple[int, int]:
    """Writes the answers; how many there are, and how many lines are broken."""
    answered = broken = 0
    for one in _matched(matcher):
        if one is None:
            broken += 1
            continue
        line, found = one
        themes = [{"id": match.theme, "score": match.score, "why": list(match.why)} for match in found]
        answer = {**line, "themes": themes, "no_theme": not any(match.is_match for match in found)}
        # escaped, since a text may hold half a character, which UTF-8 cannot
        sys.stdout.write(json.dumps(answer) + "\n")
        answered += 1
    return answered, broken


def _show(matcher: ThemeMatcher) -> tuple[int, int]:
    broken = 0
    rows: list[tuple[object, ...]] = []
    for position, one in enumerate(_matched(matcher), 1):
        if one is None:
            broken += 1
            continue
        line, found = one
        item = line.get("id", position)
        fitting = [match for match in found if match.is_match][:_SHOWN]
        if not fitting:
            rows.append((item, "no theme", None, ""))
        for place, match in enumerate(fitting):
            rows.append((item if not place else "", match.theme, f"{match.score:.2f}", ", ".join(match.why)))
    if rows:
        show_rows(["item", "theme", "score", "because of"], rows)
    return len(rows), broken
