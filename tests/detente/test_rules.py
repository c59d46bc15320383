"""Rules that could not be explained, or by which a score would fall where its part rises, are refused at load."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from detente.errors import WorkspaceError
from detente.rules import PART_NAMES, default_rules, default_text, load_rules
from detente.workspace import load

WorkspaceWith = Callable[..., Path]
TEXT = default_text()
STAGES = "stages = { prospecting = 0.1, evaluation = 0.25, proposal = 0.5, negotiation = 0.7, won = 0.2, lost = 0.6 }"
STATUSES = "statuses = { now = 1.0, next = 0.9, later = 0.7, parked = 0.4, shipped = 0.3, declined = 0.2 }"
DEMAND = "[relevance.demand]"
THREAT = "[relevance.threat]"
NOVELTY = "[relevance.novelty]"

# what is written instead of what, where it is told (the first line of the new text that begins so), and in which words
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "negative weight": ("weight = 0.25", "weight = -0.25", "weight = -0.25", "equal to 0 (it is -0.25)"),
    "weight above 1": ("weight = 0.25", "weight = 1.25", "weight = 1.25", "less than or equal to 1 (it is 1.25)"),
    "weight that is no number": ("weight = 0.25", "weight = nan", "weight = nan", "finite number"),
    "endless scale": ("scale = 250000", "scale = inf", "scale = inf", "less than or equal to 1000000000000"),
    "scale of nothing": ("scale = 250000", "scale = 0", "scale = 0", "Input should be greater than or equal to 1"),
    "weight as text": ("weight = 0.25", 'weight = "much"', 'weight = "much"', "valid number"),
    "weights above 1 together": (
        "weight = 0.25", "weight = 0.35", DEMAND, "sum to 1.1, and must sum to 1: take 0.1 from one of them",
    ),
    "weights below 1 together": (
        "weight = 0.25", "weight = 0.2", DEMAND, "sum to 0.95, and must sum to 1: give 0.05 to one of them",
    ),
    "a part that is left out": (NOVELTY, "[relevance.trend]", "[relevance.trend]", "unknown key 'trend'"),
    "a number that is left out": ("scale = 250000\n", "", DEMAND, "scale is missing: write it, and why"),
    "a number without a reason": (
        'because.account_cap = "One large account must not outvote ten others."\n', "", DEMAND,
        "because.account_cap is missing: say why account_cap is what it is",
    ),
    "an empty reason": (
        '"One large account must not outvote ten others."', '"  "', DEMAND,
        "because.account_cap is missing: say why account_cap is what it is",
    ),
    "a mistyped key": ("account_cap = 100000", "acount_cap = 100000", "acount_cap", "did you mean 'account_cap'?"),
    "a mistyped table": ("[relevance.time]", "[relevance.tiem]", "[relevance.tiem]", "did you mean 'time'?"),
    "a mistyped stage": ("negotiation = 0.7", "negotiating = 0.7", "stages = ", "'negotiation'"),
    "a stage that is left out": (", lost = 0.6", "", "stages = ", "'lost' is missing: say what it counts"),
    "a stage above 1": ("lost = 0.6", "lost = 1.6", "stages = ", "less than or equal to 1 (it is 1.6)"),
    "stages out of order": (
        "proposal = 0.5", "proposal = 0.9", "stages = ",
        "negotiation (0.7) is below proposal (0.9): a deal that advances would lower the score; give negotiation at ",
    ),
    "silence about the stage pays": (
        "unknown_stage = 0.1", "unknown_stage = 0.3", "unknown_stage = 0.3",
        "it is above prospecting (0.1): leaving the stage out would raise the score; give it at most 0.1",
    ),
    "an unverified amount counts double": ("unverified = 0.5", "unverified = 2", "unverified = 2", "(it is 2)"),
    "a ticked box raises demand": ("parity_checkbox = 0.5", "parity_checkbox = 2", "parity_checkbox", "(it is 2)"),
    "a rival that costs all deals at half": ("scale = 0.15", "scale = 1.5", "scale = 1.5", "(it is 1.5)"),
    "a year that runs backward": ("window_days = 365", "window_days = -365", "window_days = -365", "greater than 0"),
    "a half-life of nothing": ("half_life_days = 21", "half_life_days = 0", "half_life_days = 0", "equal to 1"),
    "a claim above what a page shows": ("claimed = 0.5", "claimed = 1.1", "claimed = 1.1", "(it is 1.1)"),
    "statuses out of order": (
        "later = 0.7", "later = 0.95", "statuses = ",
        "next (0.9) is below later (0.95): a theme that moves up the roadmap would lower the score; give next at ",
    ),
    "a status that is left out": (", declined = 0.2", "", "statuses = ", "'declined' is missing: say what it counts"),
    "a share of momentum that takes novelty away": (
        "momentum_share = 0.5", "momentum_share = 1.5", "momentum_share = 1.5", "(it is 1.5)",
    ),
    "a habit shorter than the present": (
        "recent_weeks = 4", "recent_weeks = 30", "base_weeks = 26",
        "it is below recent_weeks (30): no habit could ever be known; give it 30 or more",
    ),
    "half a week": ("recent_weeks = 4", "recent_weeks = 4.5", "recent_weeks = 4.5", "valid integer"),
    "certainty of a coin": ("certainty = 0.9", "certainty = 0.5", "certainty = 0.5", "greater than 0.5"),
    "a version of nothing": ("version = 1", "version = 0", "version = 0", "greater than or equal to 1"),
    "no version": ("version = 1\n", "", "#:schema", "version: is missing"),
    "a rate of nothing": ("# [rates]\n# EUR = 1.08", "[rates]\nEUR = 0", "EUR = 0", "greater than 0"),
    "a rate that is no number": ("# [rates]\n# EUR = 1.08", "[rates]\nEUR = nan", "EUR = nan", "finite number"),
    "a currency that is none": ("# [rates]\n# EUR = 1.08", "[rates]\neuro = 1.08", "euro = 1.08", "^[A-Z]{3}$"),
    "a line that is no TOML": ("version = 1", "version = ", "version = ", "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_rules_that_make_no_sense_are_refused_with_file_line_and_the_way_out(
    workspace_with: WorkspaceWith, fault: str
) -> None:
    old, new, place, said = FAULTS[fault]
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.startswith(place))
    root = workspace_with({"rules.toml": text})

    with pytest.raises(WorkspaceError) as caught:
        load(root)

    assert caught.value.exit_code == 2
    told = [one for one in str(caught.value).splitlines() if said in one]
    assert told, str(caught.value)
    assert told[0].startswith(f"{root / 'rules.toml'}:{line}: ")


def test_a_new_workspace_begins_with_rules_that_hold(workspace_with: WorkspaceWith) -> None:
    rules = load_rules(workspace_with({"rules.toml": TEXT}))

    assert rules == default_rules()
    assert tuple(rules.relevance.weights) == PART_NAMES
    assert rules.version == 1


def test_without_a_file_the_rules_of_a_new_workspace_hold(workspace_with: WorkspaceWith) -> None:
    assert load(workspace_with()).rules == default_rules()


def test_other_numbers_have_another_digest() -> None:
    rules = default_rules()
    other = rules.model_copy(update={"rates": {"EUR": Decimal("1.08")}})

    assert rules.digest == default_rules().digest != other.digest
