"""A photo loses everything but its picture; everything else is kept as it came and never opened."""

from __future__ import annotations

import csv
import dataclasses
import io
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from pathlib import Path

import pillow_heif
import pytest
from office import LIMITS
from pictures import photo
from PIL import Image

from desk.accepting.limits import Limits
from desk.accepting.uploads import check_header, safe_name
from desk.indexing import decoding, images
from desk.indexing.attachments import Attachments, Prepared, prepared
from desk.indexing.images import format_of
from detente.errors import NotFoundError, UploadError

CASES = Path(__file__).parent / "cases"
CANARY = b"CANARY-7Q"


def _opened(body: bytes | None) -> Image.Image:
    assert body is not None
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture


def _stored(body: bytes, name: str, limits: Limits) -> Prepared:
    """One file as it is to be stored."""
    return prepared([(body, name)], limits)[0]


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (width // 8 + 1) * 10)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _with_metadata() -> bytes:
    """A photo lying on its side, with a place, a maker, a comment, XMP and a thumbnail that all hold the canary."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees
    exif[0x010F] = CANARY.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0), 29: CANARY.decode()})
    exif.get_ifd(0x8769).update({0x9286: b"ASCII\x00\x00\x00" + CANARY})
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + CANARY + b"</x:xmpmeta>"
    return photo(80, 40, exif=exif, xmp=xmp, comment=CANARY, icc_profile=CANARY * 20)


def test_a_photo_loses_its_metadata_and_stands_upright() -> None:
    body = _with_metadata()
    assert CANARY in body
    stored = _stored(body, "IMG_1.jpg", LIMITS)

    picture = _opened(stored.body)
    assert (stored.kind, stored.media_type, stored.reason) == ("image", "image/jpeg", "")
    assert picture.size == (40, 80)
    assert CANARY not in (stored.body or b"")
    assert dict(picture.getexif()) == {}
    assert {"exif", "xmp", "comment", "icc_profile"} & set(picture.info) == set()


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_formats_lose_their_metadata_too(form: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()
    body = photo(form=form, exif=exif)
    assert CANARY in body

    assert CANARY not in (_stored(body, "x", LIMITS).body or CANARY)


def test_a_heic_becomes_a_jpeg_under_a_fitting_name() -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "green")).save(out)
    stored = _stored(out.getvalue(), "IMG_1.HEIC", LIMITS)

    assert (stored.kind, stored.media_type, stored.file_name) == ("image", "image/jpeg", "IMG_1.jpg")
    assert _opened(stored.body).size == (64, 48)


def test_a_large_photo_is_stored_smaller() -> None:
    assert _opened(_stored(photo(6000, 3000), "x.jpg", LIMITS).body).size == (2048, 1024)


def test_what_can_be_seen_through_stays_so() -> None:
    stored = _stored(photo(form="PNG", colour="blue"), "x.png", LIMITS)
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "WEBP", lossless=True)
    clear = _stored(out.getvalue(), "x.webp", LIMITS)

    assert stored.media_type == "image/png"
    assert (clear.media_type, clear.file_name) == ("image/png", "x.png")
    assert _opened(clear.body).getpixel((0, 0))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("form", ["JPEG"])
def test_a_photo_for_print_is_stored_for_the_screen(form: str) -> None:
    out = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(out, form)

    assert _opened(_stored(out.getvalue(), "x.jpg", LIMITS).body).mode == "RGB"


@pytest.mark.parametrize(
    ("width", "height"), [(30_000, 30_000), (4_000_000_000, 4_000_000_000), (50_000_001, 1)], ids=str
)
def test_too_many_pixels_are_refused_before_anything_is_decoded(width: int, height: int) -> None:
    body = _png_claiming(width, height) if width < 100_000 else _png_claiming(8, 8).replace(
        struct.pack(">II", 8, 8), struct.pack(">II", width, height), 1
    )  # fmt: skip
    assert len(body) < 200_000

    with pytest.raises(UploadError, match=r"pixels; 50 million can be taken"):
        check_header(body, LIMITS)


@pytest.mark.parametrize("form", ["JPEG", "GIF", "PNG"])
def test_the_pixels_of_every_common_kind_are_known_from_its_header(form: str) -> None:
    few = dataclasses.replace(LIMITS, image_pixels=64 * 48)
    check_header(photo(64, 48, form), few)

    with pytest.raises(UploadError, match="65 × 48 pixels"):
        check_header(photo(65, 48, form), few)


@pytest.mark.parametrize("form", ["WEBP", "HEIF", "PNG"])
def test_too_many_pixels_behind_the_header_are_refused_by_the_decoder(form: str) -> None:
    few = dataclasses.replace(LIMITS, image_pixels=100)
    pillow_heif.register_heif_opener()
    stored = _stored(photo(64, 48, form), "x", few)

    assert (stored.kind, stored.body) == ("refused", None)
    assert "64 × 48 pixels" in stored.reason


def test_a_bomb_that_came_past_the_header_is_refused_by_the_decoder() -> None:
    stored = _stored(_png_claiming(30_000, 30_000), "x.png", LIMITS)

    assert (stored.kind, stored.body) == ("refused", None)


def test_a_photo_that_was_cut_off_keeps_the_part_that_arrived() -> None:
    noise = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(noise, "JPEG", exif=b"Exif\x00\x00" + CANARY)
    stored = _stored(noise.getvalue()[: noise.tell() // 2], "x.jpg", LIMITS)

    assert stored.kind == "image"
    assert "cut off" in stored.reason
    assert _opened(stored.body).size == (400, 300)
    assert CANARY not in (stored.body or CANARY)


POLYGLOTS = {
    "jpeg with a zip": (lambda: photo() + _zip({"evil.js": CANARY}), "image/jpeg"),
    "png with a page behind it": (lambda: photo(form="PNG") + b"<script>" + CANARY + b"</script>", "image/png"),
    "gif that is a script": (lambda: photo(form="GIF") + b"=1;alert('" + CANARY + b"')", "image/png"),
    "jpeg with a page in a comment": (lambda: photo(comment=b"<script>" + CANARY + b"</script>"), "image/jpeg"),
}


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_picture_that_is_something_else_too_is_only_a_picture_afterwards(name: str) -> None:
    make, media_type = POLYGLOTS[name]
    body = make()
    stored = _stored(body, "x", LIMITS)

    assert (stored.kind, stored.media_type) == ("image", media_type)
    assert stored.body is not None
    assert CANARY not in stored.body
    assert not zipfile.is_zipfile(io.BytesIO(stored.body))


def test_a_gif_that_begins_as_a_script_is_refused() -> None:
    stored = _stored(b"GIF89a/*" + b"\x00" * 40 + b"*/=1;alert(1)", "x.gif", LIMITS)

    assert stored.kind != "file"
    assert b"alert" not in (stored.body or b"")


FILES = {
    "page named as a picture": (b"<!doctype html><script>alert(1)</script>", "shot.png"),
    "svg with a script": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "logo.svg"),
    "pdf with a script": (b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "offer.pdf"),
    "document with a macro": (_zip({"word/document.xml": b"<w/>", "word/vbaProject.bin": b"macro"}), "offer.docm"),
    "zip bomb": (_zip({"bomb": b"\x00" * 5_000_000}), "offer.zip"),
    "sheet that unpacks to much": (_zip({"xl/worksheets/sheet1.xml": b"<c/>" * 1_000_000}), "prices.xlsx"),
    "tiff": (photo(form="TIFF"), "scan.tiff"),
    "a program": (b"\x7fELF" + b"\x00" * 60, "photo.jpg"),
    "one byte": (b"\xff", "photo.jpg"),
}


@pytest.mark.parametrize("name", FILES)
def test_everything_else_is_kept_as_it_is_for_download_alone(name: str) -> None:
    body, file_name = FILES[name]
    stored = _stored(body, file_name, LIMITS)

    assert (stored.kind, stored.media_type, stored.body) == ("file", "application/octet-stream", body)
    assert stored.file_name == file_name
    assert format_of(body) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_picture_of_noise_is_refused_or_taken_and_never_raises(form: str) -> None:
    body = bytearray(photo(form=form))
    spoilt = []
    for at in range(12, len(body), max(1, len(body) // 25)):
        copy = bytearray(body)
        copy[at] ^= 0xFF
        spoilt.append((bytes(copy), "x"))
    for one, (came, _) in zip(prepared(spoilt, LIMITS), spoilt, strict=True):
        assert one.kind in ("image", "refused")
        assert bool(one.body) == (one.kind == "image")
        assert one.body != came


FRAGILE = """
import json, os, sys, time
while length := sys.stdin.buffer.read(8):
    body = sys.stdin.buffer.read(int.from_bytes(length))
    if body == b"kill":
        os.abort()
    if body == b"hang":
        time.sleep(60)
    if body == b"half":
        print(json.dumps({"reason": "", "media_type": "image/png", "bytes": 100}), flush=True)
        os._exit(1)
    answer = {"reason": "", "media_type": "image/png", "bytes": len(body)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\\n" + body)
    sys.stdout.buffer.flush()
"""


@pytest.mark.parametrize("bad", [b"kill", b"hang", b"half"], ids=bytes.decode)
def test_a_decoder_that_dies_takes_only_its_own_picture_along(tmp_path: Path, bad: bytes) -> None:
    program = tmp_path / "fragile.py"
    program.write_text(FRAGILE)
    answers = decoding.decoded([b"one", bad, b"two", bad], 1, program=str(program), seconds=0.3)

    assert [answer.body for answer in answers] == [b"one", None, b"two", None]
    assert answers[1].reason == "cannot be decoded (its decoder gave up)"


@pytest.mark.slow
def test_the_decoders_process_can_open_no_file_and_no_connection(tmp_path: Path) -> None:
    program = (
        "import runpy, socket, os, resource, warnings\n"
        f"images = runpy.run_path({images.__file__!r})\n"
        "images['_warm'](); images['confine'](1000)\n"
        "for name, work in {\n"
        "    'file': lambda: open('/etc/hostname'), 'socket': lambda: socket.socket(),\n"
        f"    'written': lambda: open({str(tmp_path / 'x')!r}, 'w'), 'pipe': os.pipe,\n"
        "    'memory': lambda: bytearray(2_000_000_000),\n"
        "    'again': lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3)),\n"
        "}.items():\n"
        "    try:\n"
        "        work(); print(name, 'done')\n"
        "    except (OSError, MemoryError) as error:\n"
        "        print(name, 'refused')\n"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60)

    said = dict(line.split() for line in ended.stdout.splitlines())
    assert said == {
        "file": "refused", "socket": "refused", "written": "refused", "pipe": "refused", "memory": "refused",
        "again": "done",
    }, ended.stderr  # fmt: skip


def test_the_same_bytes_are_stored_once_for_their_owner_alone(tmp_path: Path) -> None:
    kept = Attachments(tmp_path / "attachments")
    digests = {kept.put(b"the same photo") for _ in range(50)}

    (digest,) = digests
    files = [path for path in kept.folder.rglob("*") if path.is_file()]
    assert files == [kept.folder / digest[:2] / digest]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert kept.get(digest) == b"the same photo"


def test_many_threads_store_the_same_bytes_once(tmp_path: Path) -> None:
    kept = Attachments(tmp_path)
    threads = [threading.Thread(target=kept.put, args=(b"x" * 100_000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_missing_or_damaged_file_is_told_and_never_served(tmp_path: Path) -> None:
    kept = Attachments(tmp_path)
    missing, damaged, whole = kept.put(b"missing"), kept.put(b"damaged"), kept.put(b"whole")
    kept.path(missing).unlink()
    kept.path(damaged).write_bytes(b"damagee")

    assert "missing" in kept.fault(missing)
    assert "damaged" in kept.fault(damaged)
    assert kept.fault(whole) == ""
    for digest in (missing, damaged):
        with pytest.raises(NotFoundError, match="restore data/attachments"):
            kept.get(digest)
    # sending it again heals it
    assert kept.put(b"missing") == missing
    assert kept.get(missing) == b"missing"


@pytest.mark.parametrize("name", ["../../desk.sqlite", "", "ab", "G" * 64, "a" * 64 + "/../x"])
def test_a_hash_that_is_none_leads_nowhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFoundError):
        Attachments(tmp_path).get(name)


def test_a_removed_file_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    kept = Attachments(tmp_path)
    digest = kept.put(b"x")
    kept.remove(digest)
    kept.remove(digest)

    assert not kept.path(digest).exists()


def _names() -> list[dict[str, str]]:
    with (CASES / "file_names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _names(), ids=lambda row: repr(row["name"]))
def test_a_name_is_made_safe(row: dict[str, str]) -> None:
    name = row["name"]
    for spelled, sign in {"\\r": "\r", "\\n": "\n", "\\x00": "\x00", "\\u202e": "\u202e", "\\ud800": "\ud800"}.items():
        name = name.replace(spelled, sign)

    assert safe_name(name) == row["safe"]


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 4000 + ".pdf") == "x" * 116 + ".pdf"
    assert len(safe_name("." + "x" * 4000)) <= 120
    assert len(safe_name("🙂" * 4000)) <= 120
