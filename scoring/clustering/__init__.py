"""Which items say the same thing: pairs, clusters, independent sources, and what a page had said before."""

from scoring.clustering.assigning import Edit, assign
from scoring.clustering.pairing import pairs
from scoring.clustering.referee import seen_before
from scoring.clustering.sources import independent, independent_by_cluster
from scoring.clustering.suggesting import Suggestion, suggestions

__all__ = [
    "Edit",
    "Suggestion",
    "assign",
    "independent",
    "independent_by_cluster",
    "pairs",
    "seen_before",
    "suggestions",
]
