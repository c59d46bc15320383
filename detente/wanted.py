"""`wanted.toml`: what Product wants to know, as questions that a reporter is asked right after sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import Field

from detente.errors import WorkspaceError
from detente.toml_file import Strict, key_lines, nearest, read_toml, validated

FILE_NAME = "wanted.toml"

WANTED_TOML = """\
#:schema schemas/wanted.schema.json
# What Product wants to know. Who reports something about that competitor is asked it on the answer page.
# Take a question out when it is answered.

# [[questions]]
# id = "sso-price"
# competitor = "globex"   # the slug; left out, it is asked about every competitor
# question = "What does single sign-on cost there, and from which plan on?"
# because = "It decides whether ours goes into the Team plan."
# since = 2026-11-02
"""


class QuestionEntry(Strict):
    """A `[[questions]]` table of `wanted.toml`: something that Product wants to know."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,60}$", description="Short name of the question; unique.")
    question: str = Field(min_length=1, max_length=300, description="The question, as a reporter reads it.")
    competitor: str | None = Field(None, description="Slug of the competitor; left out, it is asked about every one.")
    because: str = Field("", max_length=300, description="What the answer decides; the reporter reads it, too.")
    since: date | None = Field(None, description="Since when it is open.")


class WantedEntry(Strict):
    """`wanted.toml`."""

    questions: list[QuestionEntry] = Field(default_factory=list, description="What Product wants to know.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Something that Product wants to know.

    Attributes:
        question_id: Short name; unique.
        competitor: The competitor's slug; None: it is asked about every one.
        question: As a reporter reads it.
        because: What the answer decides; may be empty.
        since: Since when it is open, where the file says so.
    """

    question_id: str
    competitor: str | None
    question: str
    because: str = ""
    since: date | None = None


def load_wanted(root: Path, competitors: Sequence[str]) -> tuple[Wanted, ...]:
    """The questions of the workspace at `root`, in the file's order; none without a file.

    Args:
        root: The workspace's folder.
        competitors: The slugs that a question may name.

    Raises:
        WorkspaceError: All faults, one per line, each with file and line: an unknown key or competitor, an id twice.
    """
    path = root / FILE_NAME
    if not path.exists():
        return ()
    data, text = read_toml(path)
    entries = validated(WantedEntry, path, data, text).questions
    lines = key_lines(text)
    faults = []
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        if entry.competitor is not None and entry.competitor not in competitors:
            line = lines.get(("questions", position, "competitor"), 1)
            faults.append(f"{path}:{line}: no competitor {entry.competitor!r}{nearest(entry.competitor, competitors)}")
        if entry.id in seen:
            faults.append(f"{path}:{lines.get(('questions', position, 'id'), 1)}: a second question {entry.id!r}")
        seen.add(entry.id)
    if faults:
        raise WorkspaceError("\n".join(faults))
    return tuple(_wanted(entry) for entry in entries)


def wanted_of(questions: Sequence[Wanted], competitor: str | None) -> list[Wanted]:
    """The questions that are asked about a competitor: its own first, then those that are asked about every one."""
    asked = [one for one in questions if one.competitor is None or one.competitor == competitor]
    return sorted(asked, key=lambda one: one.competitor is None)


def _wanted(entry: QuestionEntry) -> Wanted:
    since = entry.since.date() if isinstance(entry.since, datetime) else entry.since
    return Wanted(
        question_id=entry.id,
        competitor=entry.competitor,
        question=entry.question,
        because=entry.because,
        since=since,
    )
