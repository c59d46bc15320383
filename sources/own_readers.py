"""Readers that the owner of a workspace wrote, and those of installed plugins: loaded, run, and held to our rules.

Their code runs with the rights of whoever runs Détente (docs/decisions/0014-own-readers.md). Whatever it does wrong is
the reason of a reading, never an error that stops the run.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Final

from detente import reader_names
from detente.errors import ReaderError
from detente.records import Document, Observation, Page, PageKind, Reading, ReadStatus
from detente.toml_file import nearest
from sources.document import decode
from sources.markup import bounded

__all__ = ["OwnReader", "find", "own_reader", "readers_of"]

Function = Callable[..., Iterable[Observation]]
# Above every version of a built-in reader, and within 32 bits with a sign.
_FIRST_VERSION: Final = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnReader:
    """A reader that is not ours.

    Attributes:
        name: As a page's `reader` says.
        origin: Where its code stands: `readers/<name>.py`, or the plugin's distribution.
        version: Made of its source: another whenever the code is another.
        function: Its `read`; None where it could not be loaded.
        fault: Why it could not be loaded.
    """

    name: str
    origin: str
    version: int
    function: Function | None = None
    fault: str = ""

    def read(self, kind: PageKind, document: Document) -> Reading:
        """What it sees in a document; what goes wrong in it is the reading's reason."""
        if self.function is None:
            return self._not_parsed(self.fault)
        from bs4 import BeautifulSoup, ParserRejectedMarkup  # noqa: PLC0415  (no other reader needs it, and it is slow to import)

        from sources.own_facts import MAX_OBSERVATIONS, checked  # noqa: PLC0415

        try:
            text = decode(document)
            html, cut_because = bounded(text)
            soup = BeautifulSoup(html, "lxml")
        except (ReaderError, ParserRejectedMarkup) as error:
            return self._not_parsed(str(error))
        page_text = soup.get_text(" ")  # the reader may take the soup apart
        observations: list[object] = []
        cut = False
        try:
            found = self.function(soup, document) if _takes_document(self.function) else self.function(soup)
            for observation in () if found is None else found:
                cut = len(observations) >= MAX_OBSERVATIONS
                if cut:
                    break
                observations.append(observation)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (their code may raise anything)
            return self._not_parsed(f"{self._place_of(error)}: {_told(error)}, on {document.url}")
        try:
            facts = checked(observations, kind, page_text, text, document.url)
        except ReaderError as error:
            return self._not_parsed(f"{self.origin}: {error}, on {document.url}")
        notes = list(facts.notes)
        if cut_because:
            notes.insert(0, cut_because)
        if cut:
            notes.insert(0, f"more than {MAX_OBSERVATIONS} observations, the first {MAX_OBSERVATIONS} kept")
        if not facts.observations:
            notes.insert(0, f"{self.origin} found nothing on the page")
        return Reading(
            reader=self.name,
            version=self.version,
            status=ReadStatus.READ if facts.observations else ReadStatus.EMPTY,
            reason="; ".join(notes),
            observations=facts.observations,
            how=self.origin,
        )

    def _not_parsed(self, reason: str) -> Reading:
        return Reading(
            reader=self.name, version=self.version, status=ReadStatus.NOT_PARSED, reason=reason, how=self.origin
        )

    def _place_of(self, error: BaseException) -> str:
        """The line of the reader's own code in which it went wrong: the innermost that is theirs."""
        source = getattr(getattr(self.function, "__code__", None), "co_filename", "")
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == source]
        return f"{self.origin}:{lines[-1]}" if lines else self.origin


def readers_of(root: Path, pages: Iterable[Page]) -> dict[str, OwnReader]:
    """By page id, the reader of each page that names one that is not built in; each is loaded once."""
    named = [page for page in pages if page.reader]
    loaded = {name: own_reader(root, name) for name in sorted({page.reader for page in named})}
    return {page.page_id: loaded[page.reader] for page in named}


def find(root: Path) -> dict[str, OwnReader]:
    """The own readers of the workspace and the plugins, loaded, by name; a file goes before a plugin of its name."""
    return {
        name: own_reader(root, name) for name in {**reader_names.plugin_readers(), **reader_names.own_readers(root)}
    }


def own_reader(root: Path, name: str) -> OwnReader:
    """The reader of that name: of the workspace at `root`, or else of a plugin. One that cannot be loaded says why."""
    files = reader_names.own_readers(root)
    if name in files:
        return _of_file(name, files[name])
    plugins: Mapping[str, EntryPoint] = reader_names.plugin_readers()
    if name in plugins:
        return _of_plugin(name, plugins[name])
    known = nearest(name, [*files, *plugins])
    fault = f"no reader {name!r} in {reader_names.FOLDER}/ or among the installed plugins{known}"
    return OwnReader(name=name, origin=f"{reader_names.FOLDER}/{name}.py", version=_FIRST_VERSION, fault=fault)


def _of_file(name: str, path: Path) -> OwnReader:
    origin = f"{reader_names.FOLDER}/{path.name}"
    try:
        source = path.read_bytes()
    except OSError as error:
        return OwnReader(name=name, origin=origin, version=_FIRST_VERSION, fault=f"{origin}: {error.strerror}")
    version = _version(name, source)
    # A name of its own among the modules: dataclasses and pickles look theirs up there; nothing else is touched.
    module = ModuleType(f"detente_own_reader_{name.replace('-', '_')}_{version:x}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        # compiled here and not imported: what runs is what was hashed, and no cache is written beside it
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102  (the owner's own code)
    except SyntaxError as error:
        fault = f"{origin}:{error.lineno or 1}: not valid Python: {error.msg}"
        return OwnReader(name=name, origin=origin, version=version, fault=fault)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (their code may raise anything)
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        fault = f"{origin}:{lines[-1] if lines else 1}: {_told(error)}, while it was loaded"
        return OwnReader(name=name, origin=origin, version=version, fault=fault)
    return _with_function(name, origin, version, getattr(module, "read", None))


def _of_plugin(name: str, entry: EntryPoint) -> OwnReader:
    distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an installed plugin"
    origin = f"plugin {distribution}"
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001  (their code may raise anything)
        fault = f"{origin}: {entry.value} cannot be loaded: {_told(error)}"
        return OwnReader(name=name, origin=origin, version=_version(name, distribution.encode()), fault=fault)
    module = found if isinstance(found, ModuleType) else inspect.getmodule(found)
    try:
        source = inspect.getsource(module) if module else ""
    except (OSError, TypeError):
        source = ""
    version = _version(name, f"{distribution}\n{source}".encode())
    return _with_function(
        name, origin, version, getattr(found, "read", None) if isinstance(found, ModuleType) else found
    )


def _with_function(name: str, origin: str, version: int, function: object) -> OwnReader:
    if not callable(function):
        fault = f"{origin}: no function read(soup); a reader is `def read(soup): ...` and yields observations"
        return OwnReader(name=name, origin=origin, version=version, fault=fault)
    return OwnReader(name=name, origin=origin, version=version, function=function)


def _version(name: str, source: bytes) -> int:
    digest = hashlib.sha256(name.encode() + b"\n" + source).digest()
    return _FIRST_VERSION + int.from_bytes(digest[:4], "big") % _FIRST_VERSION


def _takes_document(function: Function) -> bool:
    """Whether the function has room for a second argument."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    by_place = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(by_place) > 1 or any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
