"""A full report can be checked by somebody else; a stub cannot."""

from __future__ import annotations

import pytest

from scoring.rewards import is_complete

# text, what comes with it, whether it is complete
CASES: dict[str, tuple[str, dict[str, object], bool]] = {
    "a figure": ("They offered our contact the Team plan at 49 dollars for a year", {}, True),
    "a quotation": ("The buyer said “we can have the same thing from them for less”", {}, True),
    "a name": ("On the call the lead of Northwind told us they switch in spring", {}, True),
    "a customer named": ("they promised the same connector for next spring already", {"account": "Northwind"}, True),
    "a deal named": ("they promised the same connector for next spring already", {"deal": "D-17"}, True),
    "a photo": ("see photo", {"has_evidence": True}, True),
    "a link": ("see https://globex.example/news", {}, True),
    "three words": ("Globex changes something", {}, False),
    "three words and a customer": ("Globex changes something", {"account": "Northwind"}, False),
    "long and vague": ("they are probably going to do something about their prices quite soon", {}, False),
    "blanks only": (" " * 80, {"account": "Northwind"}, False),
    "no competitor": ("They offered the Team plan at 49 dollars for a year", {"competitor": None}, False),
    "a competitor by name": (
        "They offered the Team plan at 49 dollars for a year", {"competitor": None, "competitor_name": "Acme"}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "given", "expected"), CASES.values(), ids=CASES)
def test_what_can_be_checked_is_complete(text: str, given: dict[str, object], expected: bool) -> None:
    arguments: dict[str, object] = {"competitor": "globex", "has_evidence": False}

    assert is_complete(text=text, **(arguments | given)) is expected  # type: ignore[arg-type]
