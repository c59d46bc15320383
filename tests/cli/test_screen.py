"""Tables fit the terminal, values look as people write them, and nothing that came from a page is obeyed."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from cli import screen
from cli.demo_screen import show as show_demo
from detente.records import PlanPrice, Reading, ReadStatus, Summary
from flows.demo import Found, Outcome

Detente = Callable[..., "subprocess.CompletedProcess[str]"]
ESCAPE = re.compile(r"\x1b")


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, draw: Callable[[], None], *, colour: bool = False) -> str:
    """What a terminal of that width would show."""
    console = Console(
        file=io.StringIO(),
        width=width,
        highlight=False,
        force_terminal=True,
        color_system="standard" if colour else None,
    )
    monkeypatch.setattr(screen, "data", console)
    draw()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_of_a_table_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    columns = [f"column_{n}" for n in range(6)]
    rows = [[f"value {n} " * 5 for n in range(6)], [datetime(2026, 10, 5, 3, 0, 0, 123456)] * 6]  # noqa: DTZ001

    shown = drawn(monkeypatch, width, lambda: screen.show_rows(columns, rows))

    assert max(map(len, shown.splitlines())) <= width


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 10, 5, 3, 0, 7, 123456), "2026-10-05 03:00:07"),  # noqa: DTZ001
        (datetime(2026, 10, 5), "2026-10-05 00:00:00"),  # noqa: DTZ001
        (date(2026, 10, 5), "2026-10-05"),
        (Decimal("49.000000"), "49"),
        (Decimal("1200.500000"), "1200.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E-6"), "0"),
        (None, ""),
        (True, "true"),
        (20.4, "20.4"),
        (["a", "b"], "a, b"),
        ("[bold]not bold[/bold]", "[bold]not bold[/bold]"),
        ("two\nlines", "two␣lines"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("\x07bell\x9b", "�bell�"),
        ("\u202egnp.exe", "�gnp.exe"),
    ],
)
def test_a_value_is_shown_as_people_write_it_and_obeyed_by_no_terminal(
    monkeypatch: pytest.MonkeyPatch, value: object, shown: str
) -> None:
    lines = drawn(monkeypatch, 80, lambda: screen.show_rows(["x"], [[value]])).splitlines()

    assert lines[1:] == [shown] or (shown == "" and not "".join(lines[1:]).strip()) or lines[1].rstrip() == shown


def test_json_keeps_exact_amounts_and_iso_dates(capsys: pytest.CaptureFixture[str]) -> None:
    screen.write_json(
        {"a": Decimal("49.00"), "b": Decimal("0.1"), "c": date(2026, 1, 2), "d": frozenset({1}), "e": "é"}
    )

    assert capsys.readouterr().out == (
        '{\n  "a": 49,\n  "b": 0.1,\n  "c": "2026-01-02",\n  "d": [\n    1\n  ],\n  "e": "é"\n}\n'
    )


def test_a_summary_names_each_failed_page_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    summary = Summary(step="collect", read=2, failed={"globex/page": "blocked: [a captcha]"}, notes=["one [note]"])

    shown = drawn(monkeypatch, 80, lambda: screen.show_summary(summary, as_json=False))

    assert "globex/page  blocked: [a captcha]" in shown
    assert "· one [note]" in shown


def test_a_reading_shows_amounts_with_their_verbatim_text(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = PlanPrice(
        plan="Team", amount=Decimal("49.00"), currency="USD", period="month", text="$49.00 / mo", place="main > p"
    )
    reading = Reading(reader="pricing", version=1, status=ReadStatus.READ, observations=(seen,), how="cards")

    shown = drawn(monkeypatch, 160, lambda: screen.show_reading(reading))

    assert "pricing: read, 1 observation, by cards" in shown
    assert re.search(r"Team +49 +USD +month +exact +\$49\.00 / mo +main > p", shown)
    assert "group" not in shown  # a column in which nothing stands only takes room


def test_the_demo_shows_each_change_in_a_line_or_two_of_80_columns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = [
        Found(week="2026-W42", competitor="dutymarrow", page="pricing", kind="price_increase", subject="House",
              old="790 EUR / location / year (billed annually)", new="840 EUR / location / year (billed annually)"),
        Found(week="2026-W42", competitor="crewbarrow", page="security", kind="text_changed", subject="Certification",
              old="We follow the SOC 2 criteria and plan an audit for next year.", new="We hold a Type I report."),
    ]  # fmt: skip
    outcome = Outcome(root=tmp_path, found=found, report=tmp_path / "report.html")

    def draw() -> None:
        monkeypatch.setattr("cli.demo_screen.data", screen.data)
        show_demo(outcome)

    shown = drawn(monkeypatch, 80, draw)

    changes = shown.split("\n\n")[0].splitlines()
    assert max(map(len, changes)) <= 80
    assert len(changes) <= 10, shown
    assert "2 changes and releases found" in shown


@pytest.mark.slow
def test_no_colour_where_nobody_wants_it(collected: Path, detente: Detente) -> None:
    for more in ({"NO_COLOR": "1", "FORCE_COLOR": ""}, {}):
        ended = detente("sql", "SELECT 1 AS one", "--workspace", str(collected), **more)
        assert not ESCAPE.search(ended.stdout + ended.stderr)


def test_talk_obeys_nothing_that_a_name_or_an_error_holds(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("Ana\x1b[2J\x9b31m \u202egnp.exe [bold]b[/]\nand a second line")

    assert capsys.readouterr().err == "Ana�[2J�31m �gnp.exe [bold]b[/]\nand a second line\n"
