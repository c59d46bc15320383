"""`detente similar` answers each line with its ten nearest, and tells a broken one by its number."""

from __future__ import annotations

import json
from collections.abc import Callable

from typer.testing import Result

LINES = [
    {"id": "a", "text": "Globex raises the Team plan to 59 euros"},
    {"id": 2, "text": "FYI: Globex raised the Team plan to 59 euros", "kept": True},
    {"id": "c", "text": "Globex raises the Team plan to 69 euros"},
    {"id": "d", "text": ""},
]


def fed(*lines: object) -> str:
    return "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)


def test_each_line_comes_back_with_its_nearest_best_first(here: Callable[..., Result]) -> None:
    result = here("similar", "--json", input=fed(*LINES))

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [one["id"] for one in told] == ["a", 2, "c", "d"]
    assert told[1]["kept"]
    assert told[0]["text"] == LINES[0]["text"]
    assert {near["id"]: near["same"] for near in told[0]["similar"]} == {2: True, "c": False}
    assert all(set(near) == {"id", "score", "same", "why"} for one in told for near in one["similar"])
    scores = [near["score"] for near in told[0]["similar"]]
    assert scores == sorted(scores, reverse=True)
    assert told[3]["similar"] == []


def test_no_line_has_more_than_ten(here: Callable[..., Result]) -> None:
    lines = [{"id": str(number), "text": f"Globex raises Team to {number} euros"} for number in range(15)]

    result = here("similar", "--json", input=fed(*lines))

    assert {len(json.loads(line)["similar"]) for line in result.stdout.splitlines()} == {10}


def test_a_broken_line_is_told_by_its_number_and_the_others_are_answered(here: Callable[..., Result]) -> None:
    result = here("similar", "--json", input=fed(LINES[0], "nonsense", '{"id": "x"}', LINES[0], LINES[2], "[1]"))

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    for said in ("line 2: no JSON", 'line 3: no "text"', 'line 4: the id "a" stands in line 1 already', "line 6: "):
        assert said in result.stderr


def test_without_lines_it_says_what_it_wants(here: Callable[..., Result]) -> None:
    table = here("similar", input=fed(*LINES))

    assert table.exit_code == 0
    assert "because of" in table.stdout
    assert all(len(line) <= 80 for line in table.stdout.splitlines())
