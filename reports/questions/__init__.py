"""Questions to the published warehouse: one `.sql` file each, whose head says what it answers and what it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import warehouse
from detente.errors import UsageError
from detente.toml_file import nearest
from warehouse.read import Parameter as WarehouseParameter

if TYPE_CHECKING:
    import pandas as pd

Parameter = str | int | float | bool | date | datetime | None

_PARAMETER = re.compile(r"^\$(?P<name>[a-z_]+)(?P<optional> \(optional\))?: (?P<meaning>.+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionParameter:
    """What a question needs to be told.

    Attributes:
        name: As it stands behind the `$`.
        meaning: In words.
        optional: Left out, it is null, and the question says what that means.
    """

    name: str
    meaning: str
    optional: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: Name of its file.
        answers: What it answers, in words.
        parameters: In the order of its head.
        sql: The statement, head included.
    """

    name: str
    answers: str
    parameters: tuple[QuestionParameter, ...]
    sql: str

    def bound(self, given: Mapping[str, Parameter]) -> dict[str, WarehouseParameter]:
        """The values that the statement is run with; times become UTC without a zone, as the warehouse keeps them.

        Raises:
            UsageError: A parameter is missing or unknown.
        """
        known = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in known:
                raise UsageError(f"question {self.name!r} has no parameter {name!r}{nearest(name, known)}")
        missing = [p for p in self.parameters if not p.optional and given.get(p.name) is None]
        if missing:
            needs = ", ".join(f"{p.name} ({p.meaning})" for p in missing)
            raise UsageError(f"question {self.name!r} needs {needs}")
        return {name: _plain(given.get(name)) for name in known}


def names() -> list[str]:
    """The names of all questions, sorted."""
    files = (Path(entry.name) for entry in resources.files(__name__).iterdir())
    return sorted(file.stem for file in files if file.suffix == ".sql")


@cache
def question(name: str) -> Question:
    """The question of that name.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    known = names()
    if name not in known:
        raise UsageError(f"no question {name!r}{nearest(name, known)}")
    sql = (resources.files(__name__) / f"{name}.sql").read_text(encoding="utf-8")
    answers, parameters = [], []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        text = line.removeprefix("--").strip()
        if found := _PARAMETER.match(text):
            parameters.append(
                QuestionParameter(name=found["name"], meaning=found["meaning"], optional=found["optional"] is not None)
            )
        else:
            answers.append(text)
    return Question(name=name, answers=" ".join(answers), parameters=tuple(parameters), sql=sql)


def run(data_folder: Path | str, name: str, **parameters: Parameter) -> pd.DataFrame:
    """Asks one question of the newest published file.

    Args:
        data_folder: The workspace's `data/`.
        name: One of `names()`.
        **parameters: What the question needs, by name; times may be aware datetimes, dates, or text (UTC).

    Returns:
        One row per row of the answer, in its order. Amounts are `Decimal`, times are UTC-aware, unknown is None or NaT.

    Raises:
        UsageError: No such question, or a parameter is missing, unknown or of the wrong kind.
        WarehouseError: Nothing has been published yet.
    """
    import pandas as pd  # noqa: PLC0415  (half a second, which only those who ask should wait for)

    asked = question(name)
    answer = warehouse.ask(Path(data_folder) / "published", asked.sql, asked.bound(parameters))
    rows = [tuple(_aware(value) for value in row) for row in answer.rows]
    frame = pd.DataFrame(rows, columns=list(answer.columns))
    for column, holds_times in zip(answer.columns, _times(rows, len(answer.columns)), strict=True):
        if holds_times:
            frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame


def _times(rows: list[tuple[object, ...]], width: int) -> list[bool]:
    """Which columns hold times."""
    return [any(isinstance(row[position], datetime) for row in rows) for position in range(width)]


def _aware(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _plain(value: Parameter) -> WarehouseParameter:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return value
