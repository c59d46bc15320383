"""Text as people send it, made so that it can be stored and shown everywhere; its meaning is never touched."""

from __future__ import annotations

import re

# what a control character or half of a pair says cannot be shown, and PostgreSQL refuses NUL
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def cleaned_text(text: str) -> str:
    """The text without control characters, with one kind of newline, and whole: half a character is replaced.

    Nothing else changes: markup stays text, and right-to-left stays right-to-left.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    return text.strip()
