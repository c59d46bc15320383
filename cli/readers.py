"""`detente readers`: readers of your own, from the first line to the tested case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.screen import say, show_reading, show_rows
from cli.words import WorkspaceOption, the_workspace
from detente.errors import StorageError, UsageError
from detente.reader_names import BUILT_IN, FOLDER, own_readers
from detente.records import Document, PageKind
from detente.toml_file import nearest
from detente.workspace import Workspace
from flows.look import newest_snapshot
from sources import cases, readers
from sources.own_readers import find, own_reader
from sources.skeletons import page_toml, skeleton

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")

app = typer.Typer(
    name="readers",
    help="Readers of your own: Python functions on BeautifulSoup in the workspace's readers/ folder, and plugins.\n\n"
    "Example: detente readers list",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_readers(workspace: WorkspaceOption = None) -> None:
    """Lists the readers that a page may name: built in, of the workspace, of installed plugins.

    Example: detente readers list
    """
    loaded = the_workspace(workspace)
    pages: dict[str, list[str]] = {}
    for page in loaded.pages:
        pages.setdefault(page.reader or page.kind, []).append(page.page_id)
    rows: list[tuple[object, ...]] = [
        (kind, "built in", str(readers.reader_version(kind)), ", ".join(pages.get(kind, ())), "") for kind in BUILT_IN
    ]
    rows += [
        (name, own.origin, f"{own.version:x}", ", ".join(pages.get(name, ())), own.fault)
        for name, own in sorted(find(loaded.root).items())
    ]
    show_rows(("reader", "from", "version", "pages", "fault"), rows)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the reader; its file is readers/NAME.py.")],
    kind: Annotated[str, typer.Option("--kind", "-k", help="pricing, release_notes or page.")] = "pricing",
    saved: Annotated[
        Path | None, typer.Option("--from", help="A saved page, which becomes the reader's first case.")
    ] = None,
    page: Annotated[
        str | None, typer.Option("--from-page", help="A page of the workspace: its newest snapshot becomes the case.")
    ] = None,
    case: Annotated[str, typer.Option("--case", help="Name of the case.")] = "first",
    url: Annotated[str, typer.Option("--url", help="Address that the saved page came from.")] = "https://page.example/",
    workspace: WorkspaceOption = None,
) -> None:
    """Writes a small working reader, and a case from a page. A reader that is there is kept, and gets another case.

    Example: detente readers new globex --kind pricing --from-page globex/pricing
    """
    loaded = the_workspace(workspace)
    chosen = next((known for known in BUILT_IN if known == kind), None)
    if chosen is None:
        raise UsageError(f"no kind {kind!r}{nearest(kind, BUILT_IN)}")
    for word in (name, case):
        if not _NAME.fullmatch(word) or word in BUILT_IN:
            raise UsageError(
                f"{word!r}: use lower-case letters, digits and underscores, and no name of a built-in reader"
            )
    if saved and page:
        raise UsageError("--from and --from-page: name one of the two")
    document = _of_page(loaded, page, chosen) if page else _of_file(saved, url) if saved else None
    code = loaded.root / FOLDER / f"{name}.py"
    if code.exists() and document is None:
        raise UsageError(f"{code}: is there already; --from adds a case to it")
    if not code.exists():
        _write(code, skeleton(chosen, document).encode())
    if document is not None:
        folder = loaded.root / FOLDER / "cases" / name / case
        if folder.exists():
            raise UsageError(f"{folder}: is there already; --case names another")
        _write(folder / f"page.{_suffix(document, saved)}", document.body)
        about = page_toml(url=document.url, kind=chosen, reader=name, selectors=document.selectors)
        _write(folder / "page.toml", about.encode())
    say(f"next: `detente readers test {name}`, and when it reads the page right, `detente readers test {name} --write`")


@app.command("test")
def run_cases(
    name: Annotated[str | None, typer.Argument(help="The reader; all of the workspace without one.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write what is read now as expected where nothing is expected yet.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --write: write anew what was expected before.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Reads every case and tells in words how it differs from its expected.json. Ends with 1 if any does.

    Example: detente readers test globex
    """
    loaded = the_workspace(workspace)
    failed = ran = 0
    for case in _cases(loaded, name):
        ran += 1
        failed += not _passes(loaded, case, write=write, overwrite=overwrite)
    if not ran:
        which = f" for {name!r}" if name else ""
        raise UsageError(
            f"{loaded.root / FOLDER / 'cases'}: no case{which}; `detente readers new NAME --from PAGE` makes one"
        )
    say(f"{ran} case{'' if ran == 1 else 's'}, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _passes(loaded: Workspace, case: cases.Case, *, write: bool, overwrite: bool) -> bool:
    label = case.folder.relative_to(loaded.root / FOLDER / "cases").as_posix()
    reader = None if case.reader in BUILT_IN else own_reader(loaded.root, case.reader)
    reading = readers.read(case.kind, case.document, reader)
    count = f"{len(reading.observations)} observation{'' if len(reading.observations) == 1 else 's'}"
    expected = cases.expected_of(case)
    if write and (expected is None or overwrite):
        path = cases.write(case, reading, overwrite=overwrite)
        say(f"{label}: wrote {path.relative_to(loaded.root)} ({reading.status.value}, {count}); review it")
        if reading.reason:
            say(f"  {reading.reason}")
        return True
    if expected is None:
        say(f"{label}: nothing is expected yet; if this is what stands on the page, --write keeps it")
        show_reading(reading)
        return False
    told = cases.differences(expected, case.kind, reading)
    say(f"{label}: {'ok' if not told else 'differs'}, {count}")
    for line in told:
        say(f"  {line}")
    return not told


def _cases(loaded: Workspace, name: str | None) -> Iterator[cases.Case]:
    """The cases of one reader, or of all, in the order of their names."""
    folder = loaded.root / FOLDER / "cases"
    known = own_readers(loaded.root)
    if name is not None and name not in known and not (folder / name).is_dir():
        raise UsageError(f"no reader {name!r} in {FOLDER}/{nearest(name, list(known))}")
    for of_reader in sorted(folder.glob(name or "*")):
        for case in sorted(path for path in of_reader.glob("*") if path.is_dir()):
            yield cases.case_at(case, reader=of_reader.name)


def _of_page(loaded: Workspace, page_id: str, kind: PageKind) -> Document:
    page = loaded.page(page_id)
    if page.kind != kind:
        raise UsageError(f"{page_id} is a page of kind {page.kind!r}; say --kind {page.kind}")
    found = newest_snapshot(loaded, page)
    if found is None:
        raise UsageError(f"{page_id}: has never been fetched; `detente run collect`, or save the page and use --from")
    return found[0]


def _of_file(saved: Path, url: str) -> Document:
    try:
        return Document(body=saved.read_bytes(), url=url)
    except OSError as error:
        raise UsageError(f"{saved}: cannot be read: {error.strerror}") from None


def _suffix(document: Document, saved: Path | None) -> str:
    """The ending of the case's page: that of the file, or what the address or the content type tells."""
    told = saved.suffix if saved else Path(document.url.partition("?")[0]).suffix
    return told[1:].lower() if re.fullmatch(r"\.\w{1,8}", told) and told != ".toml" else "html"


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from None
    say(f"wrote {path}")
