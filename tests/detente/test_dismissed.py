"""dismissed.toml is written by people and by us: no word is lost, and every fault is told with file and line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.dismissed import add_rule, load_dismissals, remove_rule, rule_for
from detente.errors import UsageError, WorkspaceError
from detente.records import Dismissal
from detente.workspace import load

PAGE = "globex/pricing"
RULE = """\
[[rules]]
id = "a1"
page = "globex/pricing"
kind = "price_increase"
subject = "Team"
between = ["49 USD", "59 USD"]
because = "an experiment"
since = 2026-11-12T05:00:00Z
"""
SINCE = datetime(2026, 11, 12, 5, tzinfo=UTC)


def made(subject: str = "Team", **more: object) -> Dismissal:
    values = {"between": ("49 USD", "59 USD"), "because": "an experiment"} | more
    return rule_for(page_id=PAGE, kind="price_increase", subject=subject, since=SINCE, **values)  # type: ignore[arg-type]


def test_a_workspace_gives_its_rules(workspace_with: Callable[..., Path]) -> None:
    assert load(workspace_with()).dismissals == ()

    [rule] = load(workspace_with({"dismissed.toml": RULE})).dismissals

    assert (rule.rule_id, rule.between, rule.since) == ("a1", ("49 USD", "59 USD"), SINCE)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            'page = "globex/pricing"',
            'page = "globex/prising"',
            3,
            "no page 'globex/prising' in this workspace; did you",
        ),
        ("price_increase", "price_incraese", 4, "no such kind of change; did you mean 'price_increase'?"),
        ("because", "becuase", 7, "unknown key 'becuase'; did you mean 'because'?"),
        ('because = "an experiment"\n', "", 1, "because: is missing"),
        ('["49 USD", "59 USD"]', '["49 USD"]', 6, "name two values"),
        ("2026-11-12T05:00:00Z", '"last week"', 8, "since"),
        ('id = "a1"', 'id = "A 1"', 2, "id: "),
        ("[[rules]]", "[[rule]]", 1, "unknown key 'rule'; did you mean 'rules'?"),
        (RULE, RULE + RULE, 10, "a second rule 'a1'"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_right_name(
    workspace_with: Callable[..., Path], old: str, new: str, line: int, said: str
) -> None:
    folder = workspace_with({"dismissed.toml": RULE.replace(old, new)})

    with pytest.raises(WorkspaceError) as caught:
        load(folder)
    assert f"{folder}/dismissed.toml:{line}: " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("since", ["2026-11-12", "2026-11-12T00:00:00", "2026-11-12T01:00:00+01:00"])
def test_a_date_counts_from_its_midnight_in_utc(tmp_path: Path, since: str) -> None:
    (tmp_path / "dismissed.toml").write_text(RULE.replace("2026-11-12T05:00:00Z", since))

    assert load_dismissals(tmp_path, [PAGE])[0].since == datetime(2026, 11, 12, tzinfo=UTC)


@given(subject=st.text(), value=st.text(), because=st.text(min_size=1))
def test_whatever_a_page_wrote_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, subject: str, value: str, because: str
) -> None:
    folder = tmp_path_factory.mktemp("rules")
    rule = made(subject, between=(value, ""), because=because)
    add_rule(folder, rule)
    add_rule(folder, made())

    assert load_dismissals(folder, [PAGE])[0] == rule


def test_the_same_rule_has_the_same_id_and_another_has_another() -> None:
    assert made().rule_id == made(because="other words").rule_id
    assert len({made().rule_id, made("Pro").rule_id, made(between=None).rule_id}) == 3


WRITTEN = f"""\
# Ours, by hand.
#   keep me

{RULE}

# why the next one: see the minutes
[[rules]]   # a remark
id = 'b2'
page = "globex/pricing"
kind = "text_changed"
subject = "News"
because = \"\"\"
[[rules]]
# no comment
\"\"\"
since = 2026-11-01
# the end
"""


def test_adding_and_removing_leave_all_else_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "dismissed.toml"
    path.write_text(WRITTEN)
    rule = made("Pro")

    add_rule(tmp_path, rule)
    assert path.read_text().startswith(WRITTEN.rstrip())
    assert [one.rule_id for one in load_dismissals(tmp_path, [PAGE])] == ["a1", "b2", rule.rule_id]

    remove_rule(tmp_path, rule.rule_id)
    assert path.read_text().rstrip() == WRITTEN.rstrip()
    remove_rule(tmp_path, "a1")
    assert "# Ours, by hand.\n#   keep me\n\n\n# why the next one" in path.read_text()
    remove_rule(tmp_path, "b2")
    assert tomllib.loads(path.read_text()).get("rules", []) == []
    assert "# the end" in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


def test_a_rule_that_shares_its_line_with_others_is_left_to_its_writer(tmp_path: Path) -> None:
    keys = RULE.partition("\n")[2].strip().replace("\n", ", ")
    text = f"# ours\nrules = [{{ {keys} }}]\n"
    (tmp_path / "dismissed.toml").write_text(text)

    with pytest.raises(UsageError, match="take rule 'a1' out by hand"):
        remove_rule(tmp_path, "a1")
    assert (tmp_path / "dismissed.toml").read_text() == text


def test_a_rule_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "dismissed.toml").write_text(RULE)

    with pytest.raises(UsageError, match=r"no rule 'a12' in .*; did you mean 'a1'"):
        remove_rule(tmp_path, "a12")
