"""Which texts say the same, which say the same with other facts, and which are only near."""

from scoring.similar.earlier import Likeness, Match, contained, is_copy, similar, tells_of
from scoring.similar.nearest import Near, Texts

__all__ = ["Likeness", "Match", "Near", "Texts", "contained", "is_copy", "similar", "tells_of"]
