"""`detente match` answers each line with its themes, learns from decisions, and loses no line for a broken one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from detente.errors import DetenteError

Here = Callable[..., Result]
ROADMAP = """
[[themes]]
name = "Single sign-on"
description = "People sign in with the identity provider of their company."
keywords = ["SAML"]

[[themes]]
name = "Mobile app"
description = "Field staff work offline on a phone."
"""
THEMES = [
    {"key": "sso", "name": "Single sign-on", "description": "Sign in with SAML.", "stage": "ignored"},
    {"key": "mobile", "name": "Mobile app", "description": None},
]
SAML = {"id": "1", "text": "SAML sign-on is only in Enterprise", "more": [1]}
RAIN = {"id": "2", "text": "It rained in Paris"}


@pytest.fixture
def roadmap(tmp_path: Path) -> Path:
    path = tmp_path / "roadmap.toml"
    path.write_text(ROADMAP, encoding="utf-8")
    return path


def lines(*values: object) -> str:
    return "".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_comes_back_with_its_themes_the_best_first(here: Here, roadmap: Path) -> None:
    done = here("match", "--themes", str(roadmap), "--json", input=lines(SAML, RAIN))

    first, second = answers(done)
    assert done.exit_code == 0
    assert {name: first[name] for name in SAML} == SAML
    assert [theme["id"] for theme in first["themes"]] == ["Single sign-on", "Mobile app"]
    assert first["themes"][0]["score"] > 0.25
    assert "SAML" in first["themes"][0]["why"]
    assert (first["no_theme"], second["no_theme"]) == (False, True)


@pytest.mark.parametrize("content", [THEMES, {"categories": THEMES}, {"source": {}, "themes": THEMES}])
def test_themes_in_json_are_called_by_their_key(here: Here, tmp_path: Path, content: object) -> None:
    path = tmp_path / "themes.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    (answer,) = answers(here("match", "--themes", str(path), "--json", input=lines(SAML)))
    assert answer["themes"][0]["id"] == "sso"


def test_without_themes_named_the_workspaces_roadmap_is_taken(here: Here, collected: Path) -> None:
    (collected / "roadmap.toml").write_text(ROADMAP, encoding="utf-8")

    (answer,) = answers(here("match", "--workspace", str(collected), "--json", input=lines(SAML)))
    assert answer["themes"][0]["id"] == "Single sign-on"


@pytest.mark.parametrize("theme", ["sso", "Single sign-on", "single SIGN-ON"])
def test_a_decision_by_key_or_name_is_learned_from(here: Here, tmp_path: Path, theme: str) -> None:
    themes, decided = tmp_path / "themes.json", tmp_path / "decided.jsonl"
    themes.write_text(json.dumps(THEMES), encoding="utf-8")
    decided.write_text(lines({"text": "The Zephyr gadget beeps", "theme": theme}), encoding="utf-8")
    text = lines({"id": "1", "text": "Another zephyr gadget"})

    (before,) = answers(here("match", "--themes", str(themes), "--json", input=text))
    (after,) = answers(here("match", "--themes", str(themes), "--decisions", str(decided), "--json", input=text))
    assert before["no_theme"]
    assert after["themes"][0]["id"] == "sso"
    assert not after["no_theme"]


def test_a_decision_on_no_theme_is_told_and_left_out(here: Here, roadmap: Path, tmp_path: Path) -> None:
    decided = tmp_path / "decided.jsonl"
    decided.write_text(lines({"text": "SAML", "theme": "Single sign-off"}), encoding="utf-8")

    done = here("match", "--themes", str(roadmap), "--decisions", str(decided), "--json", input=lines(SAML))
    assert done.exit_code == 0
    assert "decided.jsonl:1: no theme 'Single sign-off'; did you mean 'Single sign-on'?; left out" in done.stderr


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("{", "no JSON"),
        ("[1]", "no object"),
        ('{"id": "1"}', 'no "text"'),
        ('{"id": "1", "text": 7}', '"text" is no text'),
        ('{"text": "a", "n": NaN}', "NaN is no JSON number"),
        ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_a_broken_line_is_told_with_its_number_and_no_other_is_lost(
    here: Here, roadmap: Path, broken: str, fault: str
) -> None:
    done = here("match", "--themes", str(roadmap), "--json", input=lines(RAIN, "", broken, SAML))

    assert done.exit_code == 1
    assert [answer["id"] for answer in answers(done)] == ["2", "1"]
    assert done.stderr.startswith("line 3: ")
    assert fault in done.stderr


@pytest.mark.parametrize("text", ["", "  \n", "🙂", "\ud83d", "\x00\x1b[31m\u202e", "a " * 1_000_000])
def test_texts_of_any_kind_have_an_answer(here: Here, roadmap: Path, text: str) -> None:
    done = here("match", "--themes", str(roadmap), "--json", input=lines({"id": "1", "text": text}))

    assert done.exit_code == 0
    assert answers(done)[0]["no_theme"]
    assert answers(done)[0]["text"] == text


def test_bytes_that_are_no_utf_8_are_a_broken_line(here: Here, roadmap: Path) -> None:
    done = here("match", "--themes", str(roadmap), "--json", input=b'{"text": "\xff"}\n\xef\xbb\xbf{}\n')

    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == "line 1: not UTF-8 at byte 11; skipped"


def test_people_see_a_table(here: Here, roadmap: Path) -> None:
    done = here("match", "--themes", str(roadmap), input=lines(SAML, RAIN))

    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["item", "theme", "score", "because", "of"]
    assert rows[1][:3] == ["1", "Single", "sign-on"]
    assert rows[-1] == ["2", "no", "theme"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "no JSON"),
        ('{"a": 1}', "no list of themes"),
        ('[{"key": "a"}]', "theme 1 has no name"),
        ('[{"name": "a"}, {"name": "a"}]', "theme 2 has the key of theme 1: 'a'"),
        ('[{"name": "a", "keywords": "b"}]', "theme 1: its keywords are no list of texts"),
        ("[]", "no themes in it"),
    ],
)
def test_what_is_wrong_with_a_file_of_themes_is_told(here: Here, tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "themes.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(DetenteError, match=fault):
        here("match", "--themes", str(path), input=lines(SAML))


def test_a_file_that_is_not_there_is_told(here: Here, roadmap: Path, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")

    for words in (["--themes", gone], ["--themes", str(roadmap), "--decisions", gone]):
        with pytest.raises(DetenteError, match="gone"):
            here("match", *words, input="")
