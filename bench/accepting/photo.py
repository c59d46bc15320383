"""A photo such as a phone sends after shrinking it: a JPEG of about 300 KB, each one different from every other."""

from __future__ import annotations

import io

from PIL import Image

BYTES = 300_000
_SIZE = (1600, 1200)
_START = b"\xff\xd8"


def photo() -> bytes:
    """A JPEG of soft shapes and sensor noise; the highest quality that stays within 300 KB."""
    planes = [
        Image.blend(Image.effect_noise((50, 38), 90).resize(_SIZE), Image.effect_noise(_SIZE, 40), 0.12)
        for _ in range(3)
    ]
    image = Image.merge("RGB", planes)
    best = b""
    for quality in range(20, 96):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() > BYTES:
            break
        best = out.getvalue()
    return best


def marked(body: bytes, mark: bytes) -> tuple[bytes, bytes]:
    """The two parts of a JPEG that is the same picture with other bytes: a comment of its own after the first marker.

    Args:
        body: A JPEG.
        mark: What makes it another file.

    Returns:
        Its short beginning, and the rest, which is the same for every mark.
    """
    return _START + b"\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark, body[len(_START) :]
