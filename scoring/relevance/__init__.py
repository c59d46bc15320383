"""How much an item matters for a line of the roadmap: six parts that sum to the score, each with its evidence."""

from scoring.relevance.demand import in_own_currency
from scoring.relevance.explaining import Asking, Explanation, Fact, NearestPast, Part, WhatIf, explanation
from scoring.relevance.inputs import FACTS, ThemeFacts, inputs
from scoring.relevance.market import Market, market
from scoring.relevance.parts import WHOLE, possible, score

__all__ = [
    "FACTS", "WHOLE", "Asking", "Explanation", "Fact", "Market", "NearestPast", "Part", "ThemeFacts", "WhatIf",
    "explanation", "in_own_currency", "inputs", "market", "possible", "score",
]  # fmt: skip
