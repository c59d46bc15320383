"""Decodes photos and writes them anew; run as a program, in a child process that may open no file and no connection.

Stands alone: it imports nothing of ours, so that the child is small and needs no path to the product. The parent's
side is `desk/indexing/decoding.py`.

Protocol: standard input holds any number of pictures, each as eight bytes of length (big endian) and its bytes.
Standard output holds one answer for each: a line of JSON (`reason`, `media_type`, `bytes`), and as many bytes. The
first argument is the largest number of pixels, the second the longest edge of what is written.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import warnings
from contextlib import suppress
from typing import BinaryIO

from PIL import Image, ImageFile, ImageOps

MAGIC = (
    (b"\xff\xd8\xff", 0, "JPEG"),
    (b"\x89PNG\r\n\x1a\n", 0, "PNG"),
    (b"GIF87a", 0, "GIF"),
    (b"GIF89a", 0, "GIF"),
    (b"WEBP", 8, "WEBP"),
    *(
        (b"ftyp" + brand, 4, "HEIF")
        for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
    ),
)
_QUALITY = 85
_SECONDS = 20
_ROOM = 600_000_000  # bytes beside the pixels: the interpreter, its libraries, and the file itself


def format_of(body: bytes) -> str | None:
    """The format that the first bytes tell, of those that are decoded; None for everything else, whatever its name."""
    return next((form for magic, at, form in MAGIC if body[at : at + len(magic)] == magic), None)


def decode(body: bytes, pixels: int, edge: int) -> tuple[str, str, bytes]:
    """The picture upright, without metadata, no longer than `edge`: reason, media type, bytes (none if refused)."""
    form = format_of(body)
    if form is None:
        return "is no picture of a kind that we decode", "", b""
    try:
        with Image.open(io.BytesIO(body), formats=[form]) as picture:
            width, height = picture.size
            if width * height > pixels:
                return f"has {width} × {height} pixels; that is more than can be taken", "", b""
            if form == "JPEG":
                picture.draft("RGB", (edge, edge))  # a large one is decoded at half or quarter size at once
            try:
                picture.load()
            except (OSError, SyntaxError, ValueError, EOFError):
                if form not in ("JPEG", "PNG"):
                    raise
            else:
                return "", *_written(picture, form, edge)
        # what is there of a picture that was cut off is worth keeping, and free of its metadata
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            with Image.open(io.BytesIO(body), formats=[form]) as picture:
                picture.load()
                return "the picture was cut off; this is the part that arrived", *_written(picture, form, edge)
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    except MemoryError:
        return "needs more memory than a picture may", "", b""
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything on bytes that were made to break it
        return f"cannot be decoded ({type(error).__name__})", "", b""


def _written(picture: Image.Image, form: str, edge: int) -> tuple[str, bytes]:
    """Media type and bytes: pixels alone go into a new picture, so that nothing else can come along."""
    upright = ImageOps.exif_transpose(picture)
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = io.BytesIO()
    if form in ("PNG", "GIF") or has_alpha:
        bare.save(out, "PNG")
        return "image/png", out.getvalue()
    bare.save(out, "JPEG", quality=_QUALITY)
    return "image/jpeg", out.getvalue()


def confine(pixels: int) -> None:
    """Takes from this process what a decoder does not need: memory, time, files, connections, children."""
    bounds = {
        resource.RLIMIT_AS: _ROOM + 16 * pixels,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for bound, value in bounds.items():
        with suppress(ValueError, OSError):  # macOS knows not all of them
            resource.setrlimit(bound, (value, value))


def _warm() -> None:
    """Loads everything that decoding needs, since no file can be opened later."""
    import pillow_heif  # noqa: PLC0415 - the parent, which asks for formats alone, does without it

    pillow_heif.register_heif_opener(thumbnails=False)
    pillow_heif.options.DECODE_THREADS = 1
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves, before anything is decoded
    Image.init()
    sample = Image.new("RGB", (8, 8))
    for form in ("JPEG", "PNG", "GIF", "WEBP", "HEIF"):
        out = io.BytesIO()
        sample.save(out, form)
        with Image.open(io.BytesIO(out.getvalue()), formats=[form]) as again:
            again.load()
            ImageOps.exif_transpose(again).convert("RGB")


def _serve(incoming: BinaryIO, outgoing: BinaryIO, pixels: int, edge: int) -> None:
    while length := incoming.read(8):
        body = incoming.read(int.from_bytes(length))
        with suppress(ValueError, OSError):
            used = resource.getrusage(resource.RUSAGE_SELF)
            most = int(used.ru_utime + used.ru_stime) + _SECONDS
            resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
        reason, media_type, stored = decode(body, pixels, edge)
        outgoing.write(json.dumps({"reason": reason, "media_type": media_type, "bytes": len(stored)}).encode() + b"\n")
        outgoing.write(stored)
        outgoing.flush()


def main() -> None:
    """Decodes what comes on standard input, until it ends."""
    with suppress(OSError):
        os.nice(10)  # reports that are being accepted come first
    pixels, edge = int(sys.argv[1]), int(sys.argv[2])
    warnings.simplefilter("ignore")  # a library that warns of a broken picture tells nobody anything
    _warm()
    confine(pixels)
    _serve(sys.stdin.buffer, sys.stdout.buffer, pixels, edge)


if __name__ == "__main__":
    main()
