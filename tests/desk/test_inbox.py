"""An entry is there whole or not at all, once, whoever races and whatever is killed."""

from __future__ import annotations

import os
import threading
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from office import NOW

from desk.accepting.inbox import DamagedEntryError, Entry, FileNote, Inbox
from detente.errors import ConflictError, NotFoundError, StorageError
from detente.sightings import Gate


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


def _entry(text: str = "Globex cut Pro.", **more: object) -> Entry:
    id_ = str(uuid.uuid4())
    plain: dict[str, object] = {
        "entry_id": id_, "sighting_id": id_, "person_id": "p_ana", "channel": "form",
        "received_at": NOW, "digest": text,
        "gate": Gate(state="quarantined", reasons=("under_nda",)), "submission": {"sighting_id": id_, "text": text},
    }  # fmt: skip
    return Entry(**plain | more)  # type: ignore[arg-type]


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_entry_comes_back_as_it_was_put(inbox: Inbox) -> None:
    note = FileNote(name="x.jpg", media_type="image/jpeg", byte_count=3, received_hash="ab")
    entry = _entry("Preis: 49 € 🙂 \u202e", files=(note,), deal_amount="120000.00", deal_currency="EUR")

    assert inbox.put(entry, [b"abc"])
    assert inbox.find(entry.entry_id) == entry
    assert inbox.file(entry.entry_id, 0) == b"abc"
    assert [path.name for path in inbox.new()] == [f"{entry.entry_id}.zip"]
    assert _files(inbox.folder) == {f"new/{entry.entry_id}.zip"}


def test_an_entry_is_for_its_owner_alone_and_any_zip_program_opens_it(inbox: Inbox) -> None:
    entry = _entry()
    inbox.put(entry, [b"a" * 70_000, b""])
    (path,) = inbox.new()

    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["entry.json", "files/0", "files/1"]
        assert {info.compress_type for info in packed.infolist()} == {zipfile.ZIP_STORED}


def _kept(inbox: Inbox, entry: Entry) -> None:
    inbox.keep(entry.entry_id)


@pytest.mark.parametrize("between", [lambda inbox, entry: None, _kept], ids=["still new", "indexed"])
def test_the_same_entry_again_changes_nothing(inbox: Inbox, between: Callable[[Inbox, Entry], None]) -> None:
    entry = _entry()
    inbox.put(entry, [])
    between(inbox, entry)
    before = _files(inbox.folder)

    assert not inbox.put(replace(entry, received_at=NOW.replace(hour=23)), [])
    assert _files(inbox.folder) == before
    assert inbox.find(entry.entry_id) == entry


@pytest.mark.parametrize("between", [lambda inbox, entry: None, _kept], ids=["still new", "indexed"])
@pytest.mark.parametrize("other", [{"digest": "else"}, {"person_id": "p_ben"}, {"kind": "attachment"}], ids=str)
def test_the_same_id_for_something_else_is_a_conflict(
    inbox: Inbox, between: Callable[[Inbox, Entry], None], other: dict[str, str]
) -> None:
    entry = _entry()
    inbox.put(entry, [])
    between(inbox, entry)

    with pytest.raises(ConflictError, match="under this id"):
        inbox.put(replace(entry, **other), [])  # type: ignore[arg-type]
    assert inbox.find(entry.entry_id) == entry
    assert list(inbox.aside.iterdir()) == []


def test_an_erased_id_is_not_taken_again(inbox: Inbox) -> None:
    entry = _entry("a secret")
    inbox.put(entry, [b"a secret photo"])
    inbox.keep(entry.entry_id)
    inbox.blank(entry.entry_id)

    with pytest.raises(ConflictError, match="erased"):
        inbox.put(entry, [])
    for path in inbox.folder.rglob("*.zip"):
        assert b"secret" not in path.read_bytes()
    there = inbox.find(entry.entry_id)
    assert there is not None
    assert (there.is_erased, there.gate, there.received_at) == (True, entry.gate, NOW)


def test_twenty_at_once_are_one_entry(inbox: Inbox) -> None:
    entry = _entry()
    answers: list[bool] = []
    start = threading.Barrier(20)

    def put() -> None:
        start.wait()
        answers.append(inbox.put(entry, [b"x" * 1000]))

    threads = [threading.Thread(target=put) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 19 + [True]
    assert _files(inbox.folder) == {f"new/{entry.entry_id}.zip"}


def test_of_two_that_race_while_the_indexer_moves_them_one_wins(inbox: Inbox) -> None:
    for _ in range(50):
        first = _entry("one")
        others = [first, replace(first, digest="two")] * 3
        told: list[str] = []
        start = threading.Barrier(len(others) + 1)

        def put(entry: Entry, start: threading.Barrier = start, told: list[str] = told) -> None:
            start.wait()
            try:
                inbox.put(entry, [])
            except ConflictError:
                return
            told.append(entry.digest)

        threads = [threading.Thread(target=put, args=(entry,)) for entry in others]
        for thread in threads:
            thread.start()
        start.wait()
        for _ in range(5):
            for path in inbox.new():
                inbox.keep(path.stem)
        for thread in threads:
            thread.join()
        for path in inbox.new():
            inbox.keep(path.stem)
        there = inbox.find(first.entry_id)
        assert there is not None
        assert set(told) == {there.digest}


def test_an_entry_that_was_moved_twice_is_there_once(inbox: Inbox) -> None:
    entry = _entry()
    inbox.put(entry, [])
    (path,) = inbox.new()
    inbox.keep(entry.entry_id)
    # killed between the link and the removal
    os.link(inbox.folder / "kept" / entry.entry_id[:2] / path.name, path)
    inbox.keep(entry.entry_id)
    inbox.keep(entry.entry_id)

    assert _files(inbox.folder) == {f"kept/{entry.entry_id[:2]}/{entry.entry_id}.zip"}


def test_entries_come_in_their_order(inbox: Inbox) -> None:
    ids = []
    for second in range(5):
        entry = _entry()
        inbox.put(entry, [])
        os.utime(inbox.folder / "new" / f"{entry.entry_id}.zip", (second, second))  # clocks of files tick coarsely
        ids.append(entry.entry_id)

    assert [path.stem for path in inbox.new()] == ids


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body[: len(body) // 2],
        lambda body: body.replace(b'"digest"', b'"digset"'),
        lambda body: body.replace(b"Globex", b"Globey"),
        lambda body: b"\x00" * len(body),
        lambda body: b"[1, 2]",
    ],
    ids=["empty", "half", "another field", "a flipped letter", "zeros", "no zip"],
)
def test_a_damaged_entry_is_told_and_its_words_are_not(inbox: Inbox, spoil: Callable[[bytes], bytes]) -> None:
    inbox.put(_entry(), [])
    (path,) = inbox.new()
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(DamagedEntryError) as told:
        inbox.read(path)
    assert "Globe" not in str(told.value)


def test_an_entry_under_another_name_is_damaged(inbox: Inbox) -> None:
    inbox.put(_entry(), [])
    (path,) = inbox.new()
    with pytest.raises(DamagedEntryError, match="another id"):
        inbox.read(path.rename(path.with_name(f"{uuid.uuid4()}.zip")))


def test_a_file_that_is_not_there_is_not_found(inbox: Inbox) -> None:
    entry = _entry()
    inbox.put(entry, [b"x"])

    for id_, position in ((entry.entry_id, 1), (str(uuid.uuid4()), 0)):
        with pytest.raises(NotFoundError):
            inbox.file(id_, position)


def test_what_a_killed_process_left_aside_is_swept(inbox: Inbox) -> None:
    (inbox.aside / "half").write_bytes(b"x" * 1000)
    inbox.put(_entry(), [])

    assert inbox.sweep() == 0  # another process may be writing it
    assert inbox.sweep(older_than_s=0) == 1
    assert list(inbox.aside.iterdir()) == []
    assert len(list(inbox.new())) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("no folder")

    with pytest.raises(StorageError, match="cannot be written"):
        Inbox(tmp_path / "inbox")
