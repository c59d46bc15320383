"""wanted.toml is written by people: every fault is told with file, line and the nearest right name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from detente.errors import WorkspaceError
from detente.wanted import WANTED_TOML, Wanted, WantedEntry, wanted_of
from detente.workspace import init, load

QUESTION = """\
[[questions]]
id = "sso-price"
competitor = "globex"
question = "What does single sign-on cost there?"
because = "It decides on our Team plan."
since = 2026-11-02
"""


def test_a_workspace_gives_its_questions(workspace_with: Callable[..., Path]) -> None:
    assert load(workspace_with()).wanted == ()

    [wanted] = load(workspace_with({"wanted.toml": QUESTION})).wanted

    assert wanted == Wanted(
        question_id="sso-price",
        competitor="globex",
        question="What does single sign-on cost there?",
        because="It decides on our Team plan.",
        since=date(2026, 11, 2),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"globex"', '"globx"', 3, "no competitor 'globx'; did you mean 'globex'?"),
        ("because", "becuase", 5, "unknown key 'becuase'; did you mean 'because'?"),
        ("question = ", "# question = ", 1, "question: is missing"),
        ('"What does single sign-on cost there?"', '""', 4, "question: "),
        ('"What does', f'"{"x" * 300} does', 4, "question: "),
        ("2026-11-02", '"last week"', 6, "since: "),
        ('"sso-price"', '"SSO price"', 2, "id: "),
        ("[[questions]]", "[[question]]", 1, "unknown key 'question'; did you mean 'questions'?"),
        (QUESTION, QUESTION + QUESTION, 8, "a second question 'sso-price'"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_right_name(
    workspace_with: Callable[..., Path], old: str, new: str, line: int, said: str
) -> None:
    folder = workspace_with({"wanted.toml": QUESTION.replace(old, new)})

    with pytest.raises(WorkspaceError) as caught:
        load(folder)
    assert f"{folder}/wanted.toml:{line}: " in str(caught.value)
    assert said in str(caught.value)


def test_a_question_about_a_competitor_whose_file_is_broken_is_not_at_fault(
    workspace_with: Callable[..., Path],
) -> None:
    folder = workspace_with({"wanted.toml": QUESTION, "competitors/globex.toml": "name = 1\n"})

    with pytest.raises(WorkspaceError) as caught:
        load(folder)
    assert "wanted.toml" not in str(caught.value)


def test_a_competitors_own_questions_come_before_those_about_every_one() -> None:
    def one(name: str, competitor: str | None) -> Wanted:
        return Wanted(question_id=name, competitor=competitor, question="?")

    questions = [one("all", None), one("globex", "globex"), one("initech", "initech")]

    assert [wanted.question_id for wanted in wanted_of(questions, "globex")] == ["globex", "all"]
    assert [wanted.question_id for wanted in wanted_of(questions, None)] == ["all"]


def test_a_new_workspace_has_the_file_with_an_example_that_holds(tmp_path: Path) -> None:
    init(tmp_path)

    text = (tmp_path / "wanted.toml").read_text()
    assert text == WANTED_TOML
    assert load(tmp_path).wanted == ()
    example = "\n".join(line.removeprefix("# ") for line in text.splitlines()[4:])
    assert len(WantedEntry(**tomllib.loads(example)).questions) == 1
    assert (tmp_path / "schemas" / "wanted.schema.json").is_file()
