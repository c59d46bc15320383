"""Every hostile input that is due has tests, which are named in `hostile_rows.toml` and exist."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ROWS = HERE / "hostile_rows.toml"
DUE = [
    *(f"U{number}" for number in range(1, 19)),
    "X1",
    *(f"X{number}" for number in range(8, 12)),
    *(f"A{number}" for number in range(1, 15)),
    *(f"G{number}" for number in range(1, 6)),
    *(f"L{number}" for number in range(1, 13)),
    "P14",
]


@cache
def names_in(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def faults(rows: Mapping[str, Sequence[str]]) -> list[str]:
    """What is wrong with the list: rows that are missing or too many, and tests that do not exist."""
    found = [f"{row}: has no test" for row in DUE if not rows.get(row)]
    found += [f"{row}: is not due" for row in rows if row not in DUE]
    for row, tests in rows.items():
        for test in tests:
            file, _, name = test.partition("::")
            if name not in names_in(HERE / file):
                found.append(f"{row}: there is no {test}")
    return found


def test_every_row_that_is_due_has_tests_that_exist() -> None:
    assert faults(tomllib.loads(ROWS.read_text(encoding="utf-8"))) == []


def test_a_row_without_a_test_or_with_one_that_does_not_exist_is_told() -> None:
    named = {row: ["test_hostile_rows.py::test_every_row_that_is_due_has_tests_that_exist"] for row in DUE}
    assert faults(named) == []

    assert faults(named | {"U1": []}) == ["U1: has no test"]
    assert faults(named | {"U1": ["test_hostile_rows.py::test_gone"]}) == [
        "U1: there is no test_hostile_rows.py::test_gone"
    ]
    assert faults(named | {"U1": ["gone.py::test_it"]}) == ["U1: there is no gone.py::test_it"]
    assert faults(named | {"Q1": []}) == ["Q1: is not due"]
