"""The documentation as data: its pages, and the files, commands and programs that they show."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-report.md"
_FILE = re.compile(r"<!-- file: (\S+) -->")


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that a page asks its reader to do.

    Attributes:
        kind: `file` (write it), `command` (type it) or `python` (run it).
        text: The file's content, the command or the program.
        path: The file.
        shown: Lines of output that the page shows; `…` stands for anything.
    """

    kind: str
    text: str
    path: str = ""
    shown: tuple[str, ...] = ()


def steps_of(page: Path) -> list[Step]:
    """What the page asks for, in its order."""
    found: list[Step] = []
    named = ""
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block" and (match := _FILE.match(token.content)):
            named = match[1]
        elif token.type == "fence" and named:
            found.append(Step(kind="file", text=token.content, path=named))
            named = ""
        elif token.type == "fence" and token.info == "console":
            found += _commands(token.content)
        elif token.type == "fence" and token.info == "python":
            found.append(Step(kind="python", text=token.content))
    return found


def _commands(block: str) -> Iterator[Step]:
    command, shown = "", []
    for line in [*block.splitlines(), "$ "]:
        if not line.startswith("$ "):
            shown.append(line)
            continue
        if command:
            yield Step(kind="command", text=command, shown=tuple(shown))
        command, shown = line.removeprefix("$ ").strip(), []


@dataclass
class Site:
    """A page server whose folder can be exchanged."""

    port: int
    folder: Path = field(default_factory=Path)


class _Quiet(SimpleHTTPRequestHandler):
    def __init__(self, *given: object, site: Site) -> None:
        super().__init__(*given, directory=str(site.folder))  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name that http.server gives it)
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    served = Site(port=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, site=served))
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def tutorial_made(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Path:
    """A folder with the tutorial's site and its workspace, collected once."""
    folder = tmp_path_factory.mktemp("tutorial-made")
    detente = Path(sys.executable).with_name("detente")
    subprocess.run([detente, "init", "acme-intel"], cwd=folder, check=True, capture_output=True)
    for step in steps_of(TUTORIAL):
        if step.kind == "file":
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text.replace("8123", str(site.port)), encoding="utf-8")
    site.folder = folder / "site"
    subprocess.run([detente, "run", "daily"], cwd=folder / "acme-intel", check=True, capture_output=True)
    return folder


@pytest.fixture
def after_the_tutorial(tutorial_made: Path, site: Site, tmp_path: Path) -> Path:
    """A copy of what the tutorial made, and its site served; the workspace is `acme-intel` in it."""
    folder = tmp_path / "first-report"
    shutil.copytree(tutorial_made, folder, symlinks=True)
    site.folder = folder / "site"
    return folder


@pytest.fixture(scope="session")
def documents() -> list[Path]:
    """Every page of the documentation."""
    top = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
    return [*(ROOT / name for name in top), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="session")
def steps():
    """Reads what a page asks for."""
    return steps_of
