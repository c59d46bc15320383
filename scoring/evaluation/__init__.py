"""How good the scores were: frozen at their time, against what people decided, beside orders that need no score."""

from scoring.evaluation.evaluate import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
