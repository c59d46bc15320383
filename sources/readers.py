"""The registry of readers: which one reads which kind of page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from detente.errors import ReaderError
from detente.records import Document, PageKind, Reading, ReadStatus
from sources import page, pricing, release_notes
from sources.own_readers import OwnReader
from sources.verbatim import only_written

__all__ = ["READERS", "read", "reader_version", "to_json"]

READERS: Mapping[PageKind, Callable[[Document], Reading]] = MappingProxyType(
    {"pricing": pricing.read, "release_notes": release_notes.read, "page": page.read}
)
_VERSIONS: Mapping[PageKind, int] = MappingProxyType(
    {"pricing": pricing.VERSION, "release_notes": release_notes.VERSION, "page": page.VERSION}
)
_TO_JSON: Mapping[PageKind, Callable[[Reading], Mapping[str, object]]] = MappingProxyType(
    {"pricing": pricing.to_json, "release_notes": release_notes.to_json, "page": page.to_json}
)


def read(kind: PageKind, document: Document, own: OwnReader | None = None) -> Reading:
    """Reads one document; one that cannot be read is an outcome with its reason, not an error.

    No amount passes that does not occur in its own text, whichever reader told it.

    Args:
        kind: What kind of facts is looked for.
        document: The document.
        own: Who reads it instead of the built-in reader of that kind.
    """
    if own is not None:
        return only_written(own.read(kind, document))
    try:
        return only_written(READERS[kind](document))
    except ReaderError as error:
        return Reading(reader=kind, version=_VERSIONS[kind], status=ReadStatus.NOT_PARSED, reason=str(error))


def reader_version(kind: PageKind) -> int:
    """Raised whenever the reader of this kind may read the same bytes differently."""
    return _VERSIONS[kind]


def to_json(kind: PageKind, reading: Reading) -> dict[str, object]:
    """The JSON object that `detente extract <kind> --json` prints for a reading."""
    return dict(_TO_JSON[kind](reading))
