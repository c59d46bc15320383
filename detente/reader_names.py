"""Which readers a page may name: the built-in one of its kind, a file of the workspace, an installed plugin."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import get_args

from detente.records import PageKind
from detente.toml_file import nearest

BUILT_IN: tuple[PageKind, ...] = get_args(PageKind)
FOLDER = "readers"
"""Folder of the workspace in which its own readers stand, one file each."""
GROUP = "detente.readers"
"""Entry-point group of the readers that an installed package brings."""


def own_readers(root: Path) -> Mapping[str, Path]:
    """The workspace's own readers by name; a file whose name begins with an underscore is none."""
    return {path.stem: path for path in sorted((root / FOLDER).glob("*.py")) if not path.name.startswith("_")}


def plugin_readers() -> Mapping[str, EntryPoint]:
    """The installed plugins' readers by name; none of their code is run."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def fault_of(name: str, kind: PageKind, root: Path) -> str | None:
    """Why a page of this kind cannot be read by the reader of that name, with the nearest right one; None if it can."""
    own = own_readers(root)
    if name in BUILT_IN:
        if name in own:
            return f"{FOLDER}/{name}.py has the name of a built-in reader; give it another"
        return None if name == kind else f"{name!r} is the built-in reader of another kind; this page is {kind!r}"
    if name in own:
        return None
    plugins = plugin_readers()
    if name in plugins:
        return None
    return f"no reader {name!r} in {FOLDER}/ or among the installed plugins{nearest(name, [kind, *own, *plugins])}"
