"""The pricing reader: plans, prices, add-ons and features from a page, without a model and without a network."""

from .chosen import SELECTORS
from .of_text import feature_of_text, prices_of_text
from .output import to_json
from .reader import READER, VERSION, read

__all__ = ["READER", "SELECTORS", "VERSION", "feature_of_text", "prices_of_text", "read", "to_json"]
