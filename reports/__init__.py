"""Questions to the published warehouse, and the documents made of the answers."""

from reports.questions import names, question, run

__all__ = ["names", "question", "run"]
