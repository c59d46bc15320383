"""How far two people who look at the same thing find the same: no score can agree with people better than they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa: how far pairs of words agree beyond what chance would give; 1 is always, 0 is chance.

    Which of a pair stands first does not matter: reviewers are no two fixed people, so each is counted on both sides.

    Args:
        pairs: What two reviewers of one thing found.

    Returns:
        None where it cannot be told: without pairs, or where everybody always says the same word.
    """
    if not pairs:
        return None
    said = Counter(word for pair in pairs for word in pair)
    total = 2 * len(pairs)
    by_chance = sum((count / total) ** 2 for count in said.values())
    if by_chance == 1:
        return None
    return (sum(one == other for one, other in pairs) / len(pairs) - by_chance) / (1 - by_chance)
