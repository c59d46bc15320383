"""Saved versions of two pages with labels: do the price changes come out on their dates, and nothing else?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import warehouse
from sources.history import saved_versions

# Features change with a page's wording, which the labels do not speak of.
_UNLABELLED = ("feature_added", "feature_removed", "limit_changed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What came of one page's versions.

    Attributes:
        page: Name of the folder.
        versions: How many there are.
        wanted: By label (`price`, `addon`), the times of the versions that have it.
        told: By label, those of its versions at which a change of a plan or price was told.
        false: Changes of plans or prices at quiet versions, as (time, kind, subject).
    """

    page: str
    versions: int
    wanted: Mapping[str, Sequence[datetime]]
    told: Mapping[str, Sequence[datetime]]
    false: Sequence[tuple[datetime, str, str]]


def measure(gold: Path, work: Path) -> list[Replayed]:
    """Imports every version of every page, builds once, and compares what is told with the labels.

    Args:
        gold: The folder with the sets.
        work: Where the workspace is made.
    """
    folders = sorted(path for path in (gold / "pricing_history" / "open").iterdir() if path.is_dir())
    workspace = work / "history"
    (workspace / "competitors").mkdir(parents=True)
    (workspace / "detente.toml").write_text('[company]\nname = "Quality"\n', encoding="utf-8")
    for folder in folders:
        (workspace / "competitors" / f"{folder.name}.toml").write_text(
            f'name = "{folder.name}"\n\n[[pages]]\nkind = "pricing"\nurl = "https://{folder.name}.example/pricing"\n',
            encoding="utf-8",
        )
    for folder in folders:
        _detente("import-history", f"{folder.name}/pricing", str(folder), "--workspace", str(workspace))
    _detente("run", "build", "--workspace", str(workspace))
    with warehouse.open(workspace) as connection:
        rows = connection.execute(
            "SELECT competitor, changed_at, kind, subject FROM change WHERE kind NOT IN ? ORDER BY ALL",
            [list(_UNLABELLED)],
        ).fetchall()
    told: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
    for competitor, changed_at, kind, subject in rows:
        told[competitor].append((changed_at.replace(tzinfo=UTC), kind, subject))
    return [_replayed(folder, told[folder.name]) for folder in folders]


def _replayed(folder: Path, changes: Sequence[tuple[datetime, str, str]]) -> Replayed:
    labels = {
        one["file"]: one["change_vs_previous"]
        for one in map(json.loads, (folder / "index.jsonl").read_text("utf-8").splitlines())
    }
    versions = {version.at: labels[version.path.name] for version in saved_versions(folder).versions}
    wanted: dict[str, list[datetime]] = defaultdict(list)
    for at, label in versions.items():
        if label not in ("first", "none"):
            wanted[label].append(at)
    moments = {at for at, _, _ in changes}
    return Replayed(
        page=folder.name,
        versions=len(versions),
        wanted=wanted,
        told={label: [at for at in times if at in moments] for label, times in wanted.items()},
        false=[change for change in changes if versions.get(change[0], "none") in ("first", "none")],
    )


def _detente(*words: str) -> None:
    command = [str(Path(sys.executable).parent / "detente"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`detente {words[0]}` ended with {done.returncode}: {done.stderr.strip()}")
