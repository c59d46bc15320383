"""Photos as people send them, made where they are needed."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def photo(width: int = 64, height: int = 48, form: str = "JPEG", colour: Any = "red", **more: Any) -> bytes:
    """A picture of one colour; `more` goes to Pillow's `save`."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form, **more)
    return out.getvalue()
