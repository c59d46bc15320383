"""An explanation of what is published: the stored integers, with evidence that exists, and the nearest decided item."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from scored_office import AGAIN, ASKED, LOST, OTHER, PAST, ScoredOffice

import reports
from detente.errors import UsageError
from detente.rules import PART_NAMES, Rules, default_rules
from reports.explanation import Explained, explain

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> ScoredOffice:
    made = ScoredOffice(tmp_path_factory.mktemp("office"))
    made.fill()
    made.build()
    made.build()
    return made


def explained(office: ScoredOffice, item: str, *, rules: Rules | None = None, theme: str | None = None) -> Explained:
    workspace = office.workspace
    return explain(
        office.data, item, rules=rules or workspace.rules, currency="EUR", themes=workspace.themes, theme=theme
    )


def test_the_parts_are_those_that_are_stored_and_sum_to_the_score(office: ScoredOffice) -> None:
    told = explained(office, ASKED)

    [row] = office.timeline.rows(
        f"SELECT score, {', '.join(f'points_{name}' for name in PART_NAMES)} FROM relevance WHERE item_id = '{ASKED}'"
    )
    assert (told.explanation.score, *(part.points for part in told.explanation.parts)) == row
    assert sum(row[1:]) == row[0]
    assert told.explanation.faults == ()
    assert (told.rules_version, told.is_of_these_rules) == (1, True)


def test_each_part_names_items_that_exist(office: ScoredOffice) -> None:
    told = explained(office, ASKED)
    evidence = {part.name: part.evidence for part in told.explanation.parts}
    known = {item_id for (item_id,) in office.timeline.rows("SELECT item_id FROM item")}
    [(page_item,)] = office.timeline.rows("SELECT item_id FROM item WHERE kind = 'release'")

    assert evidence["demand"] == (AGAIN, ASKED)
    assert evidence["threat"][0] == LOST
    assert evidence["gap"][0] == page_item
    assert {one for ids in evidence.values() for one in ids} <= known
    assert told.together == (AGAIN,)


def test_the_inflated_amount_is_shown_beside_what_of_it_counts(office: ScoredOffice) -> None:
    told = explained(office, ASKED)

    assert told.explanation.parts[0].sentence.startswith(
        "2 accounts ask for it; of 1,020,000 EUR as stated, 112,000 count"
    )


def test_the_nearest_item_that_was_decided_is_told_with_its_reason(office: ScoredOffice) -> None:
    past = explained(office, ASKED).explanation.nearest

    assert past is not None
    assert (past.item_id, past.kind, past.because) == (PAST, "build", "Three clinics wait for it.")
    assert explained(office, OTHER).explanation.nearest is None


def test_what_is_decided_names_its_decision_as_evidence(office: ScoredOffice) -> None:
    novelty = explained(office, PAST).explanation.parts[-1]

    assert novelty.sentence.startswith("It is decided")
    assert novelty.evidence == ("decision-0",)


def test_the_words_by_which_the_theme_fits_are_told(office: ScoredOffice) -> None:
    sentence = explained(office, ASKED).explanation.parts[4].sentence

    assert "It says " in sentence
    assert "'SAML'" in sentence
    assert "It says" not in explained(office, OTHER).explanation.parts[4].sentence


def test_earlier_scores_stay_the_newest_first(office: ScoredOffice) -> None:
    told = explained(office, ASKED)

    assert len(told.history) == 2
    assert [one.scored_at for one in told.history] == sorted((one.scored_at for one in told.history), reverse=True)
    assert (told.history[0].score, told.history[0].scored_at) == (told.explanation.score, told.scored_at)


def test_an_item_is_found_by_the_beginning_of_its_id(office: ScoredOffice) -> None:
    assert explained(office, ASKED[:8].upper()).item_id == ASKED
    assert explained(office, OTHER).explanation.theme is None


@pytest.mark.parametrize(
    ("given", "theme", "said"),
    [
        ("ffff", None, "no item whose id begins with 'ffff'"),
        ("", None, "no item was named"),
        ("_", None, "no item whose id begins with '_'"),
        ("'; DROP TABLE item; --", None, "no item whose id begins with"),
        (ASKED, "Single sign on", "no score for 'Single sign on'; did you mean 'Single sign-on'?"),
        (OTHER, "Single sign-on", "no score for 'Single sign-on'; it fits no theme"),
    ],
)
def test_what_cannot_be_explained_is_told_with_the_way_out(
    office: ScoredOffice, given: str, theme: str | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said.replace("?", r"\?").replace("(", r"\(")):
        explained(office, given, theme=theme)


def test_by_other_rules_the_stored_score_stays_and_that_it_is_of_others_is_told(office: ScoredOffice) -> None:
    rules = default_rules()
    demand = rules.relevance.demand.model_copy(update={"scale": 900_000.0})
    other = rules.model_copy(update={"relevance": rules.relevance.model_copy(update={"demand": demand}), "version": 2})

    told = explained(office, ASKED, rules=other)

    assert told.explanation.score == explained(office, ASKED).explanation.score
    assert (told.is_of_these_rules, told.rules_version, told.explanation.faults) == (False, 1, ())


@pytest.mark.parametrize("name", [name for name in reports.names() if name.startswith("explain_")])
def test_each_question_is_answered_with_rows(office: ScoredOffice, name: str) -> None:
    [(cluster,)] = office.timeline.rows(f"SELECT cluster_id FROM cluster_member WHERE item_id = '{ASKED}'")
    values = {
        "id": ASKED, "item": ASKED, "theme": "Single sign-on", "competitor": "globex", "until": office.now,
        "since": office.now - timedelta(days=90), "cluster": PAST if name == "explain_cluster_decision" else cluster,
    }  # fmt: skip

    given = {parameter.name: values[parameter.name] for parameter in reports.question(name).parameters}

    assert len(reports.run(office.data, name, **given)) > 0


def test_a_stored_row_that_its_own_inputs_do_not_give_is_told(tmp_path: Path) -> None:
    office = ScoredOffice(tmp_path)
    office.fill()
    office.build()
    with office.timeline.warehouse.section("spoil") as connection:
        connection.execute("UPDATE raw.score SET demand_money = demand_money * 2 WHERE item_id = ?", [ASKED])
    office.timeline.build()

    [fault] = explained(office, ASKED).explanation.faults

    assert fault.startswith("demand: 9.0 is stored, and its inputs give 14.8")


def test_each_score_of_the_workspace_is_explained_without_a_fault(office: ScoredOffice) -> None:
    scored = office.timeline.rows("SELECT item_id, theme FROM relevance")

    assert len(scored) > 5
    for item_id, theme in scored:
        told = explained(office, item_id, theme=theme)
        assert told.explanation.faults == ()
        assert len(told.explanation.top_facts) == 3
