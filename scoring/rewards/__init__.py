"""What a sighting earns and why: pure functions over facts; nothing is paid for sending one."""

from scoring.rewards.awards import Award, AwardState, Term
from scoring.rewards.completeness import has_link, is_complete
from scoring.rewards.due import due
from scoring.rewards.facts import DecisionFact, SightingFacts
from scoring.rewards.flags import Flag, flags
from scoring.rewards.standing import Standing, standing

__all__ = [
    "Award",
    "AwardState",
    "DecisionFact",
    "Flag",
    "SightingFacts",
    "Standing",
    "Term",
    "due",
    "flags",
    "has_link",
    "is_complete",
    "standing",
]
