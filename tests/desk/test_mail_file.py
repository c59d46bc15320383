"""Every folder in `cases/mail` holds a mail and what is to be read from it."""

from __future__ import annotations

import contextlib
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given as given_
from hypothesis import settings
from hypothesis import strategies as st

from desk.reading.mail_file import max_bytes, read_mail
from detente.errors import SubmissionError
from detente.fields import leading_fields
from detente.sightings import Submission
from detente.workspace import Competitor

CASES = sorted((Path(__file__).parent / "cases" / "mail").iterdir())
KNOWN = (
    Competitor(slug="globex", name="Globex", aliases=("Globex Inc",), domains=(), pages=()),
    Competitor(slug="initech", name="Initech", aliases=(), domains=(), pages=()),
)
HEADERS = b"From: bo@acme-sales.test\r\nMessage-ID: <a1@acme-sales.test>\r\nSubject: FYI\r\n"


def read(raw, **more):
    return read_mail(raw, KNOWN, **({"files": 6, "file_bytes": 10_000} | more))


def given(submission: Submission):
    """What differs from an empty submission."""
    return submission.model_dump(exclude_defaults=True, exclude={"sighting_id"})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mail_is_read_as_its_case_says(case):
    raw = (case / "mail.eml").read_bytes()
    expected = tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))
    if "refused" in expected:
        with pytest.raises(SubmissionError, match=expected["refused"]):
            read(raw)
        return

    mail = read(raw, authserv_id=expected.get("authserv_id", ""))

    assert expected["sender"] == mail.sender
    assert expected["submission"] == given(mail.submission)
    assert expected.get("uploads", []) == [[one.name, len(one.body)] for one in mail.uploads]
    assert expected.get("left_out", 0) == mail.left_out
    assert expected.get("is_proved", False) == mail.is_proved


def test_the_same_mail_has_the_same_id_and_another_sender_cannot_take_it():
    mine = read(HEADERS + b"\r\nTeam is 49.")
    again = read(HEADERS + b"\r\nTeam is 49 indeed.")
    theirs = read(HEADERS.replace(b"bo@", b"eve@") + b"\r\nTeam is 49.")

    assert mine.submission.sighting_id == again.submission.sighting_id
    assert mine.submission.sighting_id != theirs.submission.sighting_id


def test_mails_without_a_message_id_are_told_apart_by_their_bytes():
    bare = HEADERS.replace(b"Message-ID: <a1@acme-sales.test>\r\n", b"")
    one, same, other = (read(bare + b"\r\n" + text).submission.sighting_id for text in (b"one", b"one", b"other"))

    assert one == same
    assert one != other


def _with_files(sizes):
    parts = b"".join(
        b"--b\r\nContent-Disposition: attachment; filename=f%d\r\n\r\n%s\r\n" % (place, b"x" * size)
        for place, size in enumerate(sizes)
    )
    start = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the files.\r\n"
    return HEADERS + start + parts + b"--b--\r\n"


def test_files_beyond_the_limits_are_left_out_and_the_text_says_so():
    mail = read(_with_files([10, 10_001, 20, 30]), files=2)

    assert [(one.name, len(one.body)) for one in mail.uploads] == [("f0", 10), ("f2", 20)]
    assert mail.submission.text.startswith("See the files.\n\n[2 of the mail's files were not taken")


BOMBS = {
    "more bytes than its files may have": HEADERS + b"\r\n" + b"x" * (max_bytes(6, 10_000) + 1),
    "nested a thousand deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(1_000)
    ),
    "a million headers": HEADERS + b"X: y\r\n" * 300_000 + b"\r\nx",
    "ten thousand parts": HEADERS
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain; name=f\r\n\r\nx\r\n" * 10_000
    + b"--b--",
    "a million lines": HEADERS + b"\r\n" + b"\n" * 1_000_001,
    "messages in messages": HEADERS + b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + b"x",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_mail_that_would_take_the_parser_long_is_refused_soon(bomb):
    raw = BOMBS[bomb] if BOMBS[bomb].startswith(b"From") else HEADERS + BOMBS[bomb]
    begun = time.process_time()

    with pytest.raises(SubmissionError, match="the mail"):
        read(raw)

    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "headers",
    [b"From: " + b"a," * 30_000 + b"bo@acme-sales.test\r\n", b"From: " + b"(" * 1_900 + b"bo@acme-sales.test\r\n"],
    ids=["thirty thousand senders", "comments in comments"],
)
def test_a_sender_that_is_hard_to_read_is_refused_soon(headers):
    begun = time.process_time()

    with pytest.raises(SubmissionError, match="exactly one sender"):
        read(headers + b"\r\nx")

    assert time.process_time() - begun < 2


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given_(
    base=st.sampled_from([case / "mail.eml" for case in CASES]).map(Path.read_bytes),
    cuts=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 60), st.binary(max_size=30)), max_size=4),
)
def test_a_damaged_mail_is_read_or_refused_and_nothing_else(base, cuts):
    raw = base
    for start, length, piece in cuts:
        raw = raw[:start] + piece + raw[start + length :]

    with contextlib.suppress(SubmissionError):
        mail = read(raw, authserv_id="mx.acme-sales.test")
        assert mail.submission.text
        assert "@" in mail.sender


@settings(max_examples=100, deadline=None)
@given_(
    lines=st.lists(st.sampled_from(["source: public", "Source : nobody", "who: Globex", "x", "", "a: b", "nda: yes"]))
)
def test_no_line_at_the_top_is_lost(lines):
    text = "\n".join(lines)

    fields, rest = leading_fields(text)

    said = [line for line in lines if line.strip()]
    left = [line for line in rest.splitlines() if line.strip()]
    assert said[len(fields) :] == left
