"""Everything that the desk keeps of one person, as a zip that the person can read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from desk.accepting.inbox import DamagedEntryError, Entry, Inbox
from desk.database import Desk
from desk.indexing.attachments import Attachments
from desk.privacy.data_map import rows_of
from detente.errors import NotFoundError
from detente.private_file import write_private

_READ_ME = """What {company} keeps of you in Détente.

tables/       one file per table: your account, what you reported, what became of it, and what was noted about it.
attachments/  the files with your sightings, as they are stored.
inbox/        your sightings as they were accepted, and files that were not unpacked.

Left out: hashes of passwords, sessions and tokens, since they open doors. Published tables hold copies of what is in
here, without names. What is kept, why, and for how long: docs/privacy.md.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What an export holds.

    Attributes:
        path: The zip.
        rows: Rows by table.
        files: How many files.
    """

    path: Path
    rows: dict[str, int]
    files: int


def export_person(
    desk: Desk, inbox: Inbox, attachments: Attachments, person_id: str, target: Path, *, company: str
) -> Exported:
    """Writes all that is kept of a person into a zip that only its owner may read.

    Raises:
        NotFoundError: There is no such person.
        StorageError: The target cannot be written; nothing half-written is left there.
    """
    with desk.reading() as c:
        rows = {
            table: [dict(row._mapping) for row in c.execute(question)] for table, question in rows_of(person_id).items()
        }
    if not rows["person"]:
        raise NotFoundError("there is no such person")
    files = 0
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("read-me.txt", _READ_ME.format(company=company))
        for table, found in rows.items():
            packed.writestr(f"tables/{table}.json", json.dumps(found, default=_plain, ensure_ascii=False, indent=1))
        for row in rows["attachment"]:
            if row["stored_hash"]:
                with suppress(NotFoundError):  # removed since, because its time was over
                    body = attachments.get(row["stored_hash"])
                    packed.writestr(f"attachments/{row['attachment_id']}-{row['file_name']}", body)
                    files += 1
        for path, entry in entries_of(inbox, person_id):
            with zipfile.ZipFile(path) as source:
                for name in source.namelist():
                    packed.writestr(f"inbox/{entry.entry_id}/{name}", source.read(name))
                    files += name != "entry.json"
    write_private(target, buffer.getbuffer())
    return Exported(path=target, rows={table: len(found) for table, found in rows.items()}, files=files)


def entries_of(inbox: Inbox, person_id: str) -> Iterator[tuple[Path, Entry]]:
    """A person's entries, indexed or not; what is damaged is left out, since nobody can say whose it is."""
    for path in [*inbox.new(), *inbox.kept()]:
        with suppress(DamagedEntryError, FileNotFoundError):
            entry = inbox.read(path)
            if entry.person_id == person_id:
                yield path, entry


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an export")
