"""The line of every key of a TOML text is known, as tomllib itself would name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.errors import WorkspaceError
from detente.toml_file import key_lines, nearest, read_toml

TEXT = '''\
name = "x"
"quoted key" = 1

[table]   # with a comment
a.b = 2
text = """
[not_a_table]
key = "inside a string"
"""
after = 1

[[list]]
one = 1

[[list]]
two = 2
[list.inner]
three = 3
[[list.many]]
four = 4
'''


def test_tables_keys_and_arrays_of_tables_have_their_lines() -> None:
    assert key_lines(TEXT) == {
        ("name",): 1,
        ("quoted key",): 2,
        ("table",): 4,
        ("table", "a", "b"): 5,
        ("table", "text"): 6,
        ("table", "after"): 10,
        ("list", 0): 12,
        ("list", 0, "one"): 13,
        ("list", 1): 15,
        ("list", 1, "two"): 16,
        ("list", 1, "inner"): 17,
        ("list", 1, "inner", "three"): 18,
        ("list", 1, "many", 0): 19,
        ("list", 1, "many", 0, "four"): 20,
    }


def test_the_nearest_name_is_offered_and_all_where_none_is_near() -> None:
    assert nearest("pricng", ["pricing", "page"]) == "; did you mean 'pricing'?"
    assert nearest("zzz", ["pricing", "page"]) == "; known are page, pricing"
    assert nearest("zzz", []) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version = " + "9" * 5_000, "a number too long"),
        ("version = " + "[" * 100_000, "nested too deep"),
        ("# " + "x" * 10_000_000, "larger than 10,000,000 bytes"),
    ],
    ids=["a number", "lists", "a file"],
)
def test_what_no_person_writes_is_refused_with_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")

    with pytest.raises(WorkspaceError, match=why):
        read_toml(tmp_path / "rules.toml")
