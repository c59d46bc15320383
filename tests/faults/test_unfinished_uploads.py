"""Requests too large, unfinished, or not what they claim: told early, nothing left of them, others are served."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from served import BOUNDARY, Served, multipart, new_id, photo, sighting

pytestmark = pytest.mark.slow
MEMORY = 120_000_000


def a_form() -> dict[str, str]:
    return {"sighting": sighting(new_id(), "Globex bought Initech.")}


def head(served: Served, length: int | None, name: str = "rita") -> bytes:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"{key}: {value}" for key, value in served.headers(name).items()]
    return "\r\n".join(
        ["POST /api/v1/sightings HTTP/1.1", f"Host: 127.0.0.1:{served.port}", size, *lines, "", ""]
    ).encode()


def peak_bytes(served: Served) -> int:
    """Largest resident set of the server so far."""
    assert served.process is not None
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def deleted_files(served: Served) -> list[str]:
    """Files without a name that the server still holds open: temporary files among them."""
    assert served.process is not None
    found = []
    for link in Path(f"/proc/{served.process.pid}/fd").iterdir():
        with suppress(OSError):
            target = str(link.readlink())
            if target.endswith("(deleted)"):
                found.append(target)
    return found


def sent_until_answered(served: Served, first: bytes, more: Iterator[bytes]) -> tuple[int, int]:
    """Sends until an answer comes; gives its status and how many bytes were sent by then."""
    with closing(socket.create_connection(("127.0.0.1", served.port), 20)) as client:
        client.sendall(first)
        sent = len(first)
        client.settimeout(0.001)
        answer = b""
        with suppress(ConnectionError):
            for piece in more:
                try:
                    answer = client.recv(65536)
                    break
                except TimeoutError:
                    client.settimeout(20)
                    client.sendall(piece)
                    sent += len(piece)
                    client.settimeout(0.001)
        if not answer:
            client.settimeout(20)
            with suppress(ConnectionError):
                answer = client.recv(65536)
        return int(answer[9:12] or 0), sent


def chunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield b"%x\r\n%s\r\n" % (len(piece), piece)


def file_part(size: int) -> Iterator[bytes]:
    form = multipart(a_form(), [("big.jpg", b"")])
    start, _, _ = form.rpartition(b"\r\n--" + BOUNDARY.encode())
    yield start
    for _ in range(size // 65536):
        yield b"\xff" * 65536


def text_field(size: int) -> Iterator[bytes]:
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="sighting"\r\n\r\n'.encode()
    for _ in range(size // 65536):
        yield b"a" * 65536


def many_parts(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f{number}"\r\n\r\nx\r\n'.encode()
    yield f"--{BOUNDARY}--\r\n".encode()


def nothing_is_left(served: Served) -> None:
    until = time.monotonic() + 5
    while (deleted_files(served) or list(served.temporary.iterdir())) and time.monotonic() < until:
        time.sleep(0.05)
    assert deleted_files(served) == []
    assert list(served.temporary.iterdir()) == []
    assert served.files_of("aside", "new", "kept") == []
    assert served.rows("SELECT sighting_id FROM sighting") == []
    assert served.report("rita", new_id(), "All is well.")[0] == 201


@pytest.mark.parametrize("declared", [True, False], ids=["with its length", "in chunks"])
@pytest.mark.parametrize(
    ("pieces", "size"),
    [(file_part, 200_000_000), (text_field, 1_000_000_000)],
    ids=["a file of 200 MB", "a text of 1 GB"],
)
def test_what_is_too_large_is_told_before_it_has_arrived(
    served: Served, pieces: Callable[[int], Iterator[bytes]], size: int, declared: bool
) -> None:
    before = peak_bytes(served)
    body = pieces(size)

    if declared:
        status, sent = sent_until_answered(served, head(served, size + 1000), body)
    else:
        status, sent = sent_until_answered(served, head(served, None), chunked(body))

    assert status in (400, 413)
    assert sent < 100_000_000
    assert peak_bytes(served) - before < MEMORY
    nothing_is_left(served)


def test_ten_thousand_parts_are_refused(served: Served) -> None:
    body = b"".join(many_parts(10_000))
    before = peak_bytes(served)

    status, _ = sent_until_answered(served, head(served, len(body)), iter([body]))

    assert status in (400, 413)
    assert peak_bytes(served) - before < MEMORY
    nothing_is_left(served)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_client_that_goes_away_before_the_end_leaves_nothing(served: Served, share: float) -> None:
    body = multipart(a_form(), [("photo.jpg", photo("gone", 900))])
    for _ in range(10):
        with closing(socket.create_connection(("127.0.0.1", served.port), 20)) as client:
            client.sendall(head(served, len(body)) + body[: int(len(body) * share)])

    nothing_is_left(served)


@pytest.mark.parametrize("photos", [1, 100], ids=["small, read whole", "large, read piece by piece"])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_form_that_breaks_off_is_no_sighting(served: Served, share: float, photos: int) -> None:
    # the length is that of what comes, and what comes has no end: the sighting stands whole at its beginning
    whole = multipart(a_form(), [("photo.jpg", photo("cut", 300) * photos * 2)])
    body = whole[: int(len(whole) * share)]
    # beyond four million bytes a form is read piece by piece
    assert len(body) > 4_000_000 or photos == 1 or share < 0.5

    status, _ = served.ask("POST", "/api/v1/sightings", body, served.headers("rita"))

    assert status == 400
    nothing_is_left(served)


def test_a_body_that_is_longer_than_it_claims_is_no_sighting(served: Served) -> None:
    body = multipart(a_form(), [("photo.jpg", b"\xff" * 10_000_000)])

    status, _ = sent_until_answered(served, head(served, 1000), iter([body]))

    assert status in (0, 400)
    nothing_is_left(served)


def test_others_are_served_while_some_never_finish(served: Served) -> None:
    body = multipart(a_form(), [("photo.jpg", photo("slow", 1500))])
    slow = [socket.create_connection(("127.0.0.1", served.port), 20) for _ in range(60)]
    try:
        for client in slow:
            client.sendall(head(served, len(body)) + body[: len(body) // 2])
        time.sleep(0.2)
        for _ in range(10):
            assert served.report("ravi", new_id(), "Initech left Globex.", [("p.jpg", photo("ok"))])[0] == 201
    finally:
        for client in slow:
            client.close()
