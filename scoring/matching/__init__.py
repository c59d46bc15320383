"""Which lines of a roadmap a text is about, with the words that say so; or none."""

from scoring.matching.matcher import ThemeMatcher
from scoring.matching.records import Decided, Theme, ThemeMatch

__all__ = ["Decided", "Theme", "ThemeMatch", "ThemeMatcher"]
