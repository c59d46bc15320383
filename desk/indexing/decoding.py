"""Has photos decoded in a child process, so that what a picture does to its decoder stays there."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from desk.indexing import images
from detente.errors import ServiceError

EDGE = 2048
"""The longest edge of a stored picture, in pixels."""

_SECONDS = 30.0  # for one picture; the child bounds its own processor time to less


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """What became of a picture.

    Attributes:
        reason: Why there is none, or what is wrong with it; else empty.
        media_type: `image/jpeg` or `image/png`; `application/octet-stream` where there is none.
        body: The picture written anew; None where it was refused.
    """

    reason: str
    media_type: str
    body: bytes | None


def decoded(
    pictures: Sequence[bytes], pixels: int, *, program: str = images.__file__, seconds: float = _SECONDS
) -> list[Decoded]:
    """Each picture decoded and written anew, or refused with words.

    Args:
        pictures: Bytes as they came.
        pixels: Pixels of one picture at most.
        program: What the child runs.
        seconds: How long one picture may take.

    Raises:
        ServiceError: No child can be started; nothing is said about any picture.
    """
    answers: list[Decoded] = []
    while len(answers) < len(pictures):
        rest = pictures[len(answers) :]
        came = _asked(rest, pixels, program, seconds)
        answers += came
        if len(came) < len(rest):
            # the child died at the first picture that it did not answer; the others get a new child
            answers.append(_refused("cannot be decoded (its decoder gave up)"))
    return answers


def _asked(pictures: Sequence[bytes], pixels: int, program: str, seconds: float) -> list[Decoded]:
    """The answers of one child, as far as it came."""
    if not pictures:
        return []
    said = b"".join(len(body).to_bytes(8) + body for body in pictures)
    command = [sys.executable, "-I", program, str(pixels), str(EDGE)]
    try:
        ended = subprocess.run(  # noqa: S603 - our own program
            command, input=said, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, close_fds=True,
            timeout=seconds * len(pictures), check=False,
        )  # fmt: skip
        return _answers(ended.stdout)
    except subprocess.TimeoutExpired as error:
        return _answers(error.stdout or b"")
    except OSError as error:
        raise ServiceError(f"the program that decodes photos cannot be started: {error.strerror}; try again") from error


def _answers(said: bytes) -> list[Decoded]:
    """The answers that are there whole."""
    stream = io.BytesIO(said)
    found = []
    while (line := stream.readline()).endswith(b"\n"):
        head = json.loads(line)
        body = stream.read(head["bytes"])
        if len(body) < head["bytes"]:
            break
        found.append(
            Decoded(reason=head["reason"], media_type=head["media_type"], body=body)
            if body
            else _refused(head["reason"])
        )
    return found


def _refused(reason: str) -> Decoded:
    return Decoded(reason=reason, media_type="application/octet-stream", body=None)
