"""What people of Product judge: clusters mended, sightings reviewed, items decided, and what became of a decision."""

from desk.deciding.judged import Judgements, judgements

__all__ = ["Judgements", "judgements"]
