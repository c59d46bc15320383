"""Writes a weekly report's files: all of them aside first, then each into its place."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from detente.errors import StorageError
from reports.weekly.model import WeeklyReport
from reports.weekly.render import render_html, render_json, render_markdown


def write(report: WeeklyReport, folder: Path) -> list[Path]:
    """Writes `report.html`, `report.md` and `report.json`; none of them is ever seen half-written.

    Args:
        report: The report.
        folder: Where it goes, such as `data/weekly/2026-W47`; made if it is missing.

    Returns:
        The files.

    Raises:
        StorageError: The disk refused; what stood there before still stands.
    """
    texts = {
        folder / "report.html": render_html(report),
        folder / "report.md": render_markdown(report),
        folder / "report.json": render_json(report),
    }
    mark = secrets.token_hex(4)
    aside = {path: path.with_name(f".{path.name}.{mark}.tmp") for path in texts}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            _write_durably(aside[path], text)
        for path in texts:
            aside[path].replace(path)
    except OSError as error:
        raise StorageError(
            f"{folder}: the report cannot be written: {error.strerror}; make room or mend permissions, then run again"
        ) from error
    finally:
        for leftover in aside.values():
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    return list(texts)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
