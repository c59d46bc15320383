"""Bounds on what one sighting may bring."""

from __future__ import annotations

from dataclasses import dataclass

from detente.settings import LimitSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is taken at most.

    Attributes:
        text_chars: Characters of the text.
        files: Files with one sighting.
        file_bytes: Bytes of one file.
        image_pixels: Pixels of one photo.
    """

    text_chars: int
    files: int
    file_bytes: int
    image_pixels: int


def limits_of(settings: LimitSettings) -> Limits:
    """The bounds that `detente.toml` sets."""
    return Limits(
        text_chars=settings.text_chars,
        files=settings.files,
        file_bytes=settings.file_bytes,
        image_pixels=settings.image_pixels,
    )
