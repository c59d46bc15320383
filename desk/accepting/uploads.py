"""Files as they come: bounds on them, before anything is acknowledged, and names that trip nobody up."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress

from PIL.JpegImagePlugin import JpegImageFile

from desk.accepting.limits import Limits
from detente.errors import UploadError
from detente.sightings import Upload

_LONGEST_NAME = 120
# names that a device has, and that no file can have, on some machines
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_AWKWARD = re.compile(r'[<>:"|?*;=]')


def check_uploads(uploads: Sequence[Upload], limits: Limits) -> None:
    """Checks number and sizes, and the pixels that headers claim.

    Raises:
        UploadError: With the names of the files that cannot be taken.
    """
    if len(uploads) > limits.files:
        raise UploadError({"files": f"{len(uploads)} files came; {limits.files} can be taken with one report"})
    for upload in uploads:
        name = safe_name(upload.name)
        if not upload.body:
            raise UploadError({"files": f"{name} is empty; choose it again, or send the sighting without it"})
        if len(upload.body) > limits.file_bytes:
            most = limits.file_bytes / 1_000_000
            raise UploadError({"files": f"{name} is larger than {most:g} MB; send a smaller one, or a part of it"})
        try:
            check_header(upload.body, limits)
        except UploadError as error:
            raise UploadError({"files": f"{name}: {next(iter(error.faults.values()))}"}) from None


def check_header(body: bytes, limits: Limits) -> None:
    """Looks at the size that a picture's header claims, before anything is acknowledged; decodes nothing.

    WebP and HEIC are not looked at here, since reading their header takes their decoder: they are refused later, in
    the child process that decodes.

    Raises:
        UploadError: More pixels than `limits.image_pixels`.
    """
    width, height = _claimed(body)
    if width * height > limits.image_pixels:
        most = limits.image_pixels / 1_000_000
        raise UploadError(
            {"files": f"has {width} × {height} pixels; {most:g} million can be taken. Send a smaller picture"}
        )


def safe_name(name: str) -> str:
    """A file's name without path, control characters, direction marks and whatever a header or a disk would trip over.

    The ending stays, since it tells a person what the file is; the product itself goes by bytes alone.
    """
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    plain = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in plain)
    plain = _AWKWARD.sub("_", re.split(r"[/\\]", plain)[-1])
    plain = re.sub(r"\s+", " ", plain).strip(" .")
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    if len(plain) > _LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 10 else ""
        plain = (stem if ending else plain)[: _LONGEST_NAME - len(ending)].rstrip(" .") + ending
    return plain or "file"


def _claimed(body: bytes) -> tuple[int, int]:
    """Width and height in pixels that the header claims; (0, 0) where it tells none, or is not looked at."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    if body.startswith((b"GIF87a", b"GIF89a")):
        return int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
    if body.startswith(b"\xff\xd8\xff"):
        # this class reads markers in Python and stops before the picture; a bomb is not its business, but ours
        with suppress(SyntaxError, OSError, ValueError), JpegImageFile(io.BytesIO(body)) as picture:
            return picture.size
    return 0, 0
