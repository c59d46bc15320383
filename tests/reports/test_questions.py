"""Every question is a file that says what it answers; what it is given is bound, never spelled into it."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from mornings import World
from timeline import Timeline, feature, price, release, sighting

import reports
from detente.errors import UsageError, WarehouseError
from detente.records import Dismissal, Outcome

TIMES = {
    "start": datetime(2026, 11, 9, tzinfo=UTC),
    "end": datetime(2026, 11, 16, tzinfo=UTC),
    "at": datetime(2026, 11, 16, tzinfo=UTC),
    "since": datetime(2026, 10, 1, tzinfo=UTC),
}

# what is asked of scores and decisions; here nothing has any
OF_SCORES = {
    "decided_clusters",
    "decided_deals",
    "decided_members",
    "explain_cluster_decision",
    "explain_deals",
    "explain_decided",
    "explain_history",
    "explain_scores",
    "explain_theirs",
    "item_scores",
    "item_texts",
    "scored_clusters",
    "undecided_scores",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = World(Timeline(tmp_path_factory.mktemp("questions")))
    world.show("globex/pricing", price("Team", "49.10"), feature("Team", "API"), price("Pro", "98"))
    world.show("globex/news", release("1.0"), kind="release_notes")
    world.show("initech/pricing", price("Team", "12"))
    world.mornings(date(2026, 11, 7), 3)
    world.show("globex/pricing", price("Team", "59.10"), feature("Team", "API"), price("Pro", "99"))
    world.show("globex/news", release("1.1"), release("1.0"), kind="release_notes")
    world.fail("initech/pricing", Outcome.BLOCKED, "HTTP 403")
    world.mornings(date(2026, 11, 10), 3)
    rule = Dismissal(
        rule_id="r1", page_id="globex/pricing", kind="price_increase", subject="Pro", between=None, because="a test",
        since=TIMES["since"],
    )  # fmt: skip
    world.timeline.dismissals.append(rule)
    world.timeline.build()
    world.timeline.reported(
        sighting(1, received_at=TIMES["start"], text="They offer half.", area="Pricing"),
        sighting(2, received_at=TIMES["end"], text="They want three years."),
        sighting(3, competitor="initech", text="Another one."),
    )
    return world.folder


@pytest.mark.parametrize("name", reports.names())
def test_a_questions_head_says_what_it_answers_and_names_each_parameter(name: str) -> None:
    question = reports.question(name)

    assert question.answers.endswith(".")
    body = "\n".join(line for line in question.sql.splitlines() if not line.lstrip().startswith("--"))
    assert set(re.findall(r"\$([a-z_]+)", body)) == {parameter.name for parameter in question.parameters}


@pytest.mark.parametrize("name", reports.names())
def test_every_question_is_answered(folder: Path, name: str) -> None:
    page = "globex/news" if name == "page_releases" else "globex/pricing"
    values = {
        "plan": "team",
        "page": page,
        "cluster": str(sighting(1)["sighting_id"]),
        "item": "",
        "id": "",
        "competitor": "globex",
        "theme": "Single sign-on",
        "until": TIMES["end"],
        **TIMES,
    }
    given = {p.name: values[p.name] for p in reports.question(name).parameters if not p.optional}

    frame = reports.run(folder, name, **given)

    assert isinstance(frame, pd.DataFrame)
    assert len(frame) > 0 or name in OF_SCORES or name.startswith("explain_")


def test_amounts_stay_exact_and_times_carry_their_zone(folder: Path) -> None:
    frame = reports.run(folder, "price_now", competitor="globex")

    assert [Decimal("59.10"), Decimal(99)] == [Decimal(amount) for amount in frame["amount"]]
    assert isinstance(frame["amount"][0], Decimal)
    assert datetime(2026, 11, 10, 5, 1, tzinfo=UTC) == frame["valid_from"][0]


def test_the_table_of_plans_can_be_asked_for_as_of_a_time(folder: Path) -> None:
    for at in (datetime(2026, 11, 9, 12, tzinfo=UTC), "2026-11-09 12:00", date(2026, 11, 9)):
        frame = reports.run(folder, "price_now", at=at, competitor="globex")
        assert [Decimal("49.10"), Decimal(98)] == list(frame["amount"])


def test_what_is_dismissed_is_asked_for_by_itself(folder: Path) -> None:
    window = {name: TIMES[name] for name in ("start", "end")}

    assert list(reports.run(folder, "changes", **window)["subject"]) == ["Team"]
    assert list(reports.run(folder, "dismissed_changes", **window)["because"]) == ["a test"]
    assert set(reports.run(folder, "price_moves", since=TIMES["since"], **window)["plan"]) == {"Team"}
    assert list(reports.run(folder, "recent_changes")["subject"]) == ["Team"]
    assert sorted(reports.run(folder, "recent_changes", dismissed=True)["subject"]) == ["Pro", "Team"]
    assert len(reports.run(folder, "recent_changes", dismissed=True, newest=1)) == 1


def test_what_is_known_of_a_competitor_comes_newest_first_and_without_what_is_dismissed(folder: Path) -> None:
    moves = reports.run(folder, "known_price_moves", competitor="globex")
    releases = reports.run(folder, "known_releases", competitor="globex", newest=1)

    assert [(kind, subject) for kind, subject in zip(moves["kind"], moves["subject"], strict=True)] == [
        ("price_increase", "Team")
    ]
    assert list(releases["version"]) == ["1.1"]


def test_what_colleagues_reported_is_told_without_who_and_which_customer(folder: Path) -> None:
    frame = reports.run(folder, "known_sightings", competitor="globex")

    assert list(frame["text"]) == ["They want three years.", "They offer half."]
    assert set(frame.columns) == {"sighting_id", "text", "area", "source", "received_at", "happened_on"}


def test_a_history_lists_every_price_that_a_plan_had(folder: Path) -> None:
    frame = reports.run(folder, "price_history", plan="TEAM", competitor="globex")

    assert [Decimal("49.10"), Decimal("59.10")] == list(frame["amount"])
    assert frame["valid_to"][0] == frame["valid_from"][1]
    assert pd.isna(frame["valid_to"][1])


def test_what_is_given_is_bound_and_never_run(folder: Path) -> None:
    assert len(reports.run(folder, "price_history", plan="x' OR 1=1; --")) == 0
    with pytest.raises(UsageError):
        reports.run(folder, "changes", start="yesterday'); DROP TABLE change; --", end="2026-11-16")


def test_an_unknown_question_names_the_nearest(folder: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'changes'"):
        reports.run(folder, "chnages")


def test_a_missing_or_an_unknown_parameter_is_named(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"needs end \(known before this time \(UTC\)\)"):
        reports.run(folder, "changes", start=TIMES["start"])
    with pytest.raises(UsageError, match="no parameter 'competitors'; did you mean 'competitor'"):
        reports.run(folder, "changes", competitors="globex", **TIMES)


def test_without_a_published_file_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="nothing is published yet"):
        reports.run(tmp_path, "page_health")


@pytest.mark.slow
def test_importing_reports_does_not_import_pandas() -> None:
    code = "import sys, reports; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(reports.__file__).parent.parent).returncode == 0
