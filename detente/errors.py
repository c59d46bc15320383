"""The errors that reach a person; each says what happened, where, and what to do next.

DetenteError                       exit code 1
├── UsageError                     exit code 2: the words of a command or a parameter are wrong
│   ├── WorkspaceError             a file of the workspace is wrong or missing: mend the file
│   ├── SubmissionError            a sighting cannot be taken as it is: mend the fields that it names
│   │   └── UploadError            one of its files cannot be taken: send another one, or none
│   ├── ConflictError              the same id was used for something else, or somebody was faster: look, then try anew
│   └── LedgerError                the ledger does not take this entry: it would break one of its rules
│       └── BudgetError            there are not enough points: of the quarter, or of the person
├── NotAllowedError                this person may not do that, or nobody may
├── NotFoundError                  there is no such thing, or it is not yours to see
├── DeskError                      the desk's database cannot be used as it is
├── WarehouseError                 the warehouse cannot be used as it is
│   ├── WarehouseBusyError         another process holds it: wait, or end that process
│   ├── WarehouseVersionError      it was made by a newer Détente: upgrade
│   └── CheckFailedError           a table breaks one of its checks: nothing was published
├── StorageError                   the disk refused (full, read-only): make room and run again
├── ReaderError                    a reader cannot read this input: its message is the outcome's reason
└── ServiceError                   something we need is not there (Prefect's server, a browser)
"""

from __future__ import annotations

from collections.abc import Mapping


class DetenteError(Exception):
    """Base of every error that is shown to a person as one clear sentence."""

    exit_code = 1


class UsageError(DetenteError):
    """The caller's words are wrong: another command line or parameter is needed."""

    exit_code = 2


class WorkspaceError(UsageError):
    """A workspace file is missing or invalid; the message holds file, line and the nearest right name."""


class SubmissionError(UsageError):
    """A sighting cannot be taken as it is.

    Attributes:
        faults: By field, what is wrong and how to mend it; the field `""` stands for the whole.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(f"{field}: {fault}" if field else fault for field, fault in faults.items()))


class UploadError(SubmissionError):
    """One of the files of a sighting cannot be taken."""


class ConflictError(UsageError):
    """The same id was used for something else, or somebody else was faster."""


class LedgerError(UsageError):
    """The ledger does not take an entry, since it would break one of its rules; nothing was written."""


class BudgetError(LedgerError):
    """An account has fewer points than were to be taken from it."""


class NotAllowedError(DetenteError):
    """This person may not do that; nothing is told of what it would have touched."""


class NotFoundError(DetenteError):
    """There is no such thing, or it is not for this person: the two are told alike."""


class DeskError(DetenteError):
    """The desk's database cannot be used as it is."""


class WarehouseError(DetenteError):
    """The warehouse cannot be used as it is."""


class WarehouseBusyError(WarehouseError):
    """Another process holds the warehouse; the message names it."""


class WarehouseVersionError(WarehouseError):
    """The warehouse was written by a newer version, or its migrations were edited."""


class CheckFailedError(WarehouseError):
    """A table breaks a check that must hold; nothing was published."""


class StorageError(DetenteError):
    """The disk refused a write; nothing half-written is left behind."""


class ReaderError(DetenteError):
    """A reader cannot read this input."""


class ServiceError(DetenteError):
    """A program that is needed here is missing or does not answer."""
