"""`detente sighting import`: a table of sightings, row by row."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from cli.intake import Intake
from desk.accepting import gate
from desk.accepting.inbox import Inbox
from desk.following.sightings import short_name
from desk.people import person_by_email
from desk.reading.table_file import TableRow, read_table
from detente.errors import ConflictError, NotAllowedError, StorageError, SubmissionError, UsageError
from detente.people import Person
from detente.sightings import GateState
from warehouse.read import spreadsheet_cell
from web.access.permissions import Permission, has

_STATES: dict[GateState, str] = {"cleared": "new", "not_kept": "not kept"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RowResult:
    """What became of one row.

    Attributes:
        row: Its number; the header is row 1.
        result: new, known, waiting, quarantined, not kept, or fault.
        name: What people call the sighting.
        what: What is wrong, or what the gate says.
        sighting_id: The sighting's id.
    """

    row: int
    result: str
    name: str = ""
    what: str = ""
    sighting_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What became of a table.

    Attributes:
        results: Of each row, in its order.
        notes: How the table was read.
    """

    results: Sequence[RowResult]
    notes: Sequence[str]

    @property
    def has_faults(self) -> bool:
        """Whether a row could not be taken."""
        return any(one.result == "fault" for one in self.results)

    @property
    def summary(self) -> str:
        """How many rows became what."""
        counts = Counter(one.result for one in self.results)
        told = ", ".join(f"{count} {result}" for result, count in counts.items())
        return f"{len(self.results)} rows: {told}" if told else "no rows"


def import_table(intake: Intake, path: Path, who: str | None, *, is_trial: bool) -> Imported:
    """Takes every row that can be taken; a trial finds out the same and keeps nothing.

    Raises:
        UsageError: The file is no table, or nobody is `who`.
        StorageError: The disk is full; what was taken before is safe, and taking it again changes nothing.
    """
    everybody = None if who is None else intake.person(who)
    table = read_table(path, intake.workspace.competitors, everybody.email or "" if everybody else "")
    taker = _Taker(intake, everybody)
    if not is_trial:
        results = [taker.take(row, None) for row in table.rows]
        intake.index()
    else:
        with tempfile.TemporaryDirectory() as folder:
            trial = Inbox(Path(folder))
            results = [taker.take(row, trial) for row in table.rows]
    return Imported(results=results, notes=table.notes)


class _Taker:
    """Takes rows, and looks up each reporter once."""

    def __init__(self, intake: Intake, everybody: Person | None) -> None:
        self._intake = intake
        self._people: dict[str, Person | str] = {}
        if everybody is not None:
            self._people[everybody.email or ""] = everybody

    def take(self, row: TableRow, trial: Inbox | None) -> RowResult:
        """What becomes of a row; into the trial's inbox where there is one."""
        reporter = self._reporter(row.reporter)
        faults = dict(row.faults)
        if isinstance(reporter, str):
            faults["reporter"] = reporter
        if faults or row.submission is None or isinstance(reporter, str):
            return RowResult(row=row.number, result="fault", what=_told(faults))
        sighting_id = row.submission.sighting_id
        try:
            accepted = self._intake.accept(row.submission, (), reporter, "import", trial)
        except (SubmissionError, ConflictError) as error:
            faults = error.faults if isinstance(error, SubmissionError) else {"id": str(error)}
            return RowResult(row=row.number, result="fault", what=_told(faults), sighting_id=sighting_id)
        is_known = not accepted.is_new or (trial is not None and self._intake.inbox.find(sighting_id) is not None)
        state = accepted.gate.state
        return RowResult(
            row=row.number,
            result="known" if is_known else _STATES.get(state, state),
            name=short_name(sighting_id),
            what=" ".join(gate.in_words(accepted.gate.reasons)),
            sighting_id=sighting_id,
        )

    def _reporter(self, email: str) -> Person | str:
        """Who that is, or what is wrong with them."""
        if email not in self._people:
            self._people[email] = self._looked_up(email)
        return self._people[email]

    def _looked_up(self, email: str) -> Person | str:
        if not email:
            try:
                return self._intake.person(None)
            except (UsageError, NotAllowedError) as error:
                return str(error)
        with self._intake.desk.reading() as connection:
            found = person_by_email(connection, email)
        if found is None:
            return "nobody here has this e-mail; `detente person add` adds them"
        return found if has(found, Permission.REPORT) else "may not report; `detente person roles` can change that"


def _told(faults: dict[str, str]) -> str:
    return "; ".join(f"{name}: {fault}" if name else fault for name, fault in faults.items())


def results_path(path: Path) -> Path:
    """Where the results of a table are written: beside it."""
    return path.with_suffix(".results.csv")


def write_results(path: Path, results: Sequence[RowResult]) -> Path:
    """Writes a line per row; no cell of it is a formula.

    Raises:
        StorageError: It cannot be written; the sightings themselves are safe.
    """
    target = results_path(path)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([field.name for field in fields(RowResult)])
    lines.writerows([spreadsheet_cell(value) for value in astuple(one)] for one in results)
    try:
        target.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise StorageError(
            f"{target}: cannot be written: {error.strerror}; the sightings are safe, and importing again changes none"
        ) from None
    return target
