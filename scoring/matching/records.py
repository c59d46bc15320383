"""What themes are matched by, and what a match is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A line of the roadmap.

    Attributes:
        key: By what it is named in matches; unique.
        name: Its name.
        description: What it is about, in a sentence or two; may be empty.
        keywords: Words that people use for it.
    """

    key: str
    name: str
    description: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A text of which a person has said what it is about.

    Attributes:
        text: The text.
        theme: The key of its theme.
    """

    text: str
    theme: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeMatch:
    """How well a theme fits a text.

    Attributes:
        theme: The theme's key.
        score: How likely the text is about it, from 0 to 1; comparable between texts.
        why: Words of the text, as written, that speak for it, the strongest first.
        passage: The sentence of the text that fits best; empty where none fits.
        is_match: Whether it is above the line below which a text is about no theme.
    """

    theme: str
    score: float
    why: tuple[str, ...]
    passage: str
    is_match: bool
