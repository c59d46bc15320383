"""`detente sources test` and `detente readers`: from a page that is read badly to one that is read by tested code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_site import PRICING, SmallSite
from typer.testing import CliRunner, Result

from cli.main import app
from detente.errors import DetenteError
from detente.workspace import load

Here = Callable[..., Result]
BARE = """<main><h1>Tiers</h1><div class="tier"><h3>Solo</h3><p class="cost">$9 monthly</p></div>
<div class="tier"><h3>Crew</h3><p class="cost">$19 monthly</p><ul><li>5 GB storage</li></ul></div></main>"""


@pytest.fixture
def workspace(collected: Path, tmp_path: Path) -> Path:
    """A copy that a test may write to."""
    return Path(shutil.copytree(collected, tmp_path / "ws", symlinks=True))


@pytest.fixture
def typed(workspace: Path) -> Callable[..., Result]:
    """Types a command over the workspace at 80 columns."""

    def type_(*words: str) -> Result:
        words = (*words, "--workspace", str(workspace))
        return CliRunner().invoke(app, list(words), catch_exceptions=False, env={"COLUMNS": "80"})

    return type_


def lines_of(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def written(folder: Path, text: str, name: str = "page.html") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def with_selectors(workspace: Path, **selectors: str) -> None:
    path = workspace / "competitors" / "globex.toml"
    lines = "".join(f'\n{name} = "{css}"' for name, css in selectors.items())
    text = path.read_text()
    path.write_text(text.replace('/pricing"', f'/pricing"\n\n[pages.selectors]{lines}', 1))


def test_a_page_is_shown_beside_what_the_newest_build_believes(
    site: SmallSite, typed: Callable[..., Result], workspace: Path
) -> None:
    site.show(team="69", notes=2, place="Ireland")
    before = sorted(path.name for path in (workspace / "data").rglob("*"))

    shown = typed("sources", "test", "globex/pricing")

    assert shown.exit_code == 0
    lines = lines_of(shown)
    assert "plan known 2026-10-12 now" in lines
    assert "~ Team 59.00 USD / user / month 69.00 USD / user / month" in lines
    assert "= Business 99.00 USD / user / month 99.00 USD / user / month" in lines
    assert "= 5 features are the same; --all shows them" in lines
    assert max(map(len, shown.stdout.splitlines())) <= 80 + 40  # the summary line may be long, tables are not
    assert "\x1b" not in shown.stdout
    assert sorted(path.name for path in (workspace / "data").rglob("*")) == before  # nothing is kept


def test_amounts_stand_below_each_other(typed: Callable[..., Result], tmp_path: Path) -> None:
    shown = typed(
        "sources", "test", "globex/pricing", "--file", written(tmp_path, PRICING.replace("{team}", "1,249.50"))
    )

    rows = [line for line in shown.stdout.splitlines() if "USD" in line]
    assert len({row.rindex(".") for row in rows}) == 1


def test_plans_that_are_new_or_gone_are_marked(typed: Callable[..., Result], tmp_path: Path) -> None:
    page = PRICING.replace("{team}", "59").replace(">Business<", ">Company<")

    lines = lines_of(typed("sources", "test", "globex/pricing", "--file", written(tmp_path, page)))

    assert "+ Company 99.00 USD / user / month" in lines
    assert "- Business 99.00 USD / user / month" in lines


def test_a_page_of_text_is_shown_beside_its_newest_snapshot(typed: Callable[..., Result], tmp_path: Path) -> None:
    page = "<main><h2>Data</h2><p>All customer data is kept in Iceland, in one data centre, near the sea.</p></main>"

    shown = typed("sources", "test", "globex/page", "--file", written(tmp_path, page))

    assert "beside the newest snapshot, of 2026-10-05 03:00 UTC, read again" in shown.stdout
    assert any(line.startswith("~ Data") for line in lines_of(shown))


def test_release_notes_are_shown_by_version(typed: Callable[..., Result], tmp_path: Path) -> None:
    notes = "# Changes\n\n## 1.3 - 2026-11-02\n\n- Added: search\n\n## 1.2 - 2026-10-02\n\n- Fixed: login\n"

    lines = lines_of(typed("sources", "test", "globex/release-notes", "--file", written(tmp_path, notes, "notes.md")))

    assert any(line.startswith("+ 1.3") for line in lines)


def test_selectors_that_match_nothing_are_told_with_lines_to_paste_that_read_the_page(
    typed: Callable[..., Result], workspace: Path, tmp_path: Path
) -> None:
    with_selectors(workspace, plan="div.plan-card", name="h2", price=".price")
    page = written(tmp_path, BARE)

    shown = typed("sources", "test", "globex/pricing", "--file", page)

    assert shown.exit_code == 3
    assert "globex/pricing: empty, by selectors" in shown.stdout
    assert "the selector plan = 'div.plan-card' matches nothing on the page" in shown.stdout
    lines = shown.stdout.splitlines()
    assert "# below the page's table in competitors/globex.toml: 2 plans (Solo, Crew), 2 prices" in lines
    start = lines.index("[pages.selectors]")
    assert lines[start : start + 4] == ["[pages.selectors]", 'plan = "div.tier"', 'name = "h3"', 'price = ".cost"']

    # pasted in the place of those that no longer fit, they read the page
    path = workspace / "competitors" / "globex.toml"
    pasted = "\n".join(lines[start : start + 4])
    old = '[pages.selectors]\nplan = "div.plan-card"\nname = "h2"\nprice = ".price"'
    path.write_text(path.read_text().replace(old, pasted))
    assert load(workspace).page("globex/pricing").selectors["plan"] == "div.tier"
    again = typed("sources", "test", "globex/pricing", "--file", page)
    assert (again.exit_code, "[pages.selectors]" in again.stdout) == (0, False)
    assert "+ Crew 19.00 USD / month" in lines_of(again)


def test_where_no_selectors_help_a_reader_of_ones_own_is_named(typed: Callable[..., Result], tmp_path: Path) -> None:
    shown = typed("sources", "test", "globex/pricing", "--file", written(tmp_path, "<p>Solo: nine dollars</p>"))

    assert shown.exit_code == 3
    assert "detente readers new globex --kind pricing --from-page globex/pricing" in shown.stderr
    assert "- Business 99.00 USD / user / month" in lines_of(shown)


def test_programs_get_json(typed: Callable[..., Result], tmp_path: Path) -> None:
    page = written(tmp_path, PRICING.replace("{team}", "69"))

    told = json.loads(typed("sources", "test", "globex/pricing", "--file", page, "--json").stdout)

    assert (told["page"], told["status"], told["before"]["source"]) == ("globex/pricing", "read", "published")
    (changed,) = [row for row in told["rows"] if row["mark"] == "changed"]
    assert (changed["what"], changed["before"]["amount"], changed["now"]["amount"]) == ("Team", "59.00", "69.00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sources", "test", "globex/prices"], "did you mean 'globex/pricing'?"),
        (["sources", "test", "globex/pricing", "--file", "gone.html"], "gone.html: cannot be read"),
        (["readers", "new", "tiers", "--kind", "prices"], "no kind 'prices'; did you mean 'pricing'?"),
        (["readers", "new", "Tiers"], "use lower-case letters"),
        (["readers", "new", "pricing"], "no name of a built-in reader"),
        (["readers", "new", "tiers", "--from", "gone.html"], "gone.html: cannot be read"),
        (["readers", "new", "tiers", "--kind", "page", "--from-page", "globex/pricing"], "say --kind pricing"),
        (["readers", "test"], "no case; `detente readers new NAME --from PAGE` makes one"),
        (["readers", "test", "tiers"], "no reader 'tiers' in readers/"),
    ],
)
def test_wrong_words_are_told_with_the_right_ones(typed: Callable[..., Result], words: list[str], said: str) -> None:
    with pytest.raises(DetenteError) as caught:
        typed(*words)

    assert said in str(caught.value)


def test_a_reader_is_written_tried_reviewed_and_then_kept_right(
    typed: Callable[..., Result], workspace: Path, tmp_path: Path
) -> None:
    page = written(tmp_path, BARE)
    made = typed(
        "readers", "new", "tiers", "--kind", "pricing", "--from", page, "--url", "https://globex.example/tiers"
    )
    assert made.exit_code == 0
    code = workspace / "readers" / "tiers.py"
    case = workspace / "readers" / "cases" / "tiers" / "first"
    assert sorted(path.name for path in case.iterdir()) == ["page.html", "page.toml"]
    assert 'soup.select("div.tier")' in code.read_text()  # selectors that were found on the page

    unseen = typed("readers", "test", "tiers")
    assert unseen.exit_code == 1
    assert "tiers/first: nothing is expected yet" in unseen.stderr
    assert "Crew" in unseen.stdout

    code.write_text(code.read_text().replace("currency=None", 'currency="USD"'))
    assert typed("readers", "test", "--write").exit_code == 0
    expected = json.loads((case / "expected.json").read_text())
    assert expected["prices"][1] == {
        "plan": "Crew", "amount": "19", "currency": "USD", "period": "month", "text": "$19 monthly"
    }  # fmt: skip
    assert expected["features"][0]["limit"] == "5"
    assert "tiers/first: ok, 3 observations" in typed("readers", "test").stderr

    code.write_text(code.read_text().replace('currency="USD"', 'currency="CAD"'))
    broken = typed("readers", "test", "tiers")
    assert broken.exit_code == 1
    assert 'price of plan \'Solo\', 9: currency: expected "USD", got "CAD"' in broken.stderr
    assert typed("readers", "test", "--write").exit_code == 1  # what was reviewed is not written over
    assert json.loads((case / "expected.json").read_text()) == expected
    assert typed("readers", "test", "--write", "--overwrite").exit_code == 0


@pytest.mark.parametrize("kind", ["pricing", "release_notes", "page"])
def test_the_first_version_of_a_reader_of_each_kind_works(
    typed: Callable[..., Result], workspace: Path, tmp_path: Path, kind: str
) -> None:
    page = "<main><h1>News</h1><h2>2.0 on 2 November 2026</h2><p>Search.</p><h2>1.9</h2><p>Login.</p></main>"
    page = BARE if kind == "pricing" else page

    typed("readers", "new", "first_try", "--kind", kind, "--from", written(tmp_path, page))

    assert typed("readers", "test", "--write").exit_code == 0
    expected = json.loads((workspace / "readers" / "cases" / "first_try" / "first" / "expected.json").read_text())
    assert expected["status"] == "read"
    assert "left out" not in expected["reason"]
    if kind == "release_notes":
        assert [(one["title"], one["date"]) for one in expected["entries"]] == [
            ("2.0 on 2 November 2026", "2026-11-02"), ("1.9", None)
        ]  # fmt: skip


def test_the_newest_snapshot_of_a_page_can_be_the_case_and_a_second_case_follows(
    typed: Callable[..., Result], workspace: Path, tmp_path: Path
) -> None:
    typed("readers", "new", "tiers", "--from-page", "globex/pricing")
    cases = workspace / "readers" / "cases" / "tiers"
    assert b"$59 per user" in (cases / "first" / "page.html").read_bytes()
    assert "/pricing" in (cases / "first" / "page.toml").read_text()

    code = (workspace / "readers" / "tiers.py").read_text()
    typed("readers", "new", "tiers", "--from", written(tmp_path, BARE), "--case", "redesign")

    assert sorted(path.name for path in cases.iterdir()) == ["first", "redesign"]
    assert (workspace / "readers" / "tiers.py").read_text() == code
    with pytest.raises(DetenteError, match="--case names another"):
        typed("readers", "new", "tiers", "--from", str(tmp_path / "page.html"), "--case", "redesign")


def test_all_readers_are_listed_with_their_pages_and_faults(typed: Callable[..., Result], workspace: Path) -> None:
    (workspace / "readers").mkdir()
    (workspace / "readers" / "tiers.py").write_text("def read(soup):\n    return []\n")
    (workspace / "readers" / "broken.py").write_text("def read(soup)\n")

    shown = typed("readers", "list").stdout

    assert "pricing" in shown
    assert "globex/pricing" in shown
    assert "readers/tiers.py" in shown
    assert "readers/broken.py:1: not valid Python" in " ".join(shown.split())
