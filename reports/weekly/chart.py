"""The geometry of a step chart of prices: where the lines, the hatched gaps and the labels of the SVG stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from reports.weekly.model import Gap, PriceHistory, PriceStep
from reports.weekly.words import amount, day, percent, plain_day

WIDTH, HEIGHT = 340, 132
LEFT, RIGHT, TOP, BOTTOM = 4, 336, 30, 104

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A hatched stretch.

    Attributes:
        x: Left edge.
        width: Its width.
    """

    x: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A short text in the picture.

    Attributes:
        x: Where it is anchored.
        y: Base line.
        anchor: `start`, `middle` or `end`.
        text: What it says.
    """

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepChart:
    """All that the template needs to draw.

    Attributes:
        history: What is drawn.
        path: Lines of the prices, broken where the page was not read.
        jumps: Verticals where one price followed another.
        end: Where the newest price ends.
        stands: It is still there.
        gaps: Hatched stretches.
        amounts: Labels of the prices, those that fit.
        days: Labels of the time axis.
        summary: The picture in a sentence.
    """

    history: PriceHistory
    path: str
    jumps: str
    end: tuple[float, float]
    stands: bool
    gaps: tuple[Box, ...]
    amounts: tuple[Label, ...]
    days: tuple[Label, ...]
    summary: str


def step_chart(history: PriceHistory, zone: str) -> StepChart:
    """Lays a history out."""
    # a margin before the first price, so that one that has stood for a day is not squeezed against the edge
    span = max(history.until - history.since, _DAY)
    scale = _Scale(
        since=history.since,
        span=span,
        low=min(step.amount for step in history.steps),
        high=max(step.amount for step in history.steps),
    )
    last = history.steps[-1]
    return StepChart(
        history=history,
        path=" ".join(_lines(history, scale)),
        jumps=" ".join(_jumps(history.steps, scale)),
        end=(scale.x(last.valid_to or history.until), scale.y(last.amount)),
        stands=last.valid_to is None,
        gaps=tuple(_box(gap, history, scale) for gap in history.gaps),
        amounts=tuple(_amounts(history, scale)),
        days=_days(history, zone),
        summary=_summary(history, zone),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scale:
    since: datetime
    span: timedelta
    low: Decimal
    high: Decimal

    def x(self, at: datetime) -> float:
        share = min(max((at - self.since) / self.span, 0.0), 1.0)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def y(self, value: Decimal) -> float:
        share = 0.5 if self.high == self.low else float((value - self.low) / (self.high - self.low))
        return round(BOTTOM - 8 - share * (BOTTOM - TOP - 8), 1)


def _lines(history: PriceHistory, scale: _Scale) -> list[str]:
    lines = []
    for step in history.steps:
        y = scale.y(step.amount)
        for begin, end in _seen(max(step.valid_from, history.since), step.valid_to or history.until, history.gaps):
            lines.append(f"M{scale.x(begin):g} {y:g}H{scale.x(end):g}")
    return lines


def _seen(begin: datetime, end: datetime, gaps: Sequence[Gap]) -> list[tuple[datetime, datetime]]:
    """The stretch without what lies in gaps."""
    parts = []
    for gap in gaps:
        if gap.start >= end or gap.end <= begin:
            continue
        if gap.start > begin:
            parts.append((begin, gap.start))
        begin = max(begin, gap.end)
    if begin < end:
        parts.append((begin, end))
    return parts


def _jumps(steps: Sequence[PriceStep], scale: _Scale) -> list[str]:
    return [
        f"M{scale.x(after.valid_from):g} {scale.y(before.amount):g}V{scale.y(after.amount):g}"
        for before, after in pairwise(steps)
        if before.valid_to == after.valid_from
    ]


def _box(gap: Gap, history: PriceHistory, scale: _Scale) -> Box:
    x = scale.x(max(gap.start, history.since))
    return Box(x=x, width=max(round(scale.x(min(gap.end, history.until)) - x, 1), 1.5))


def _amounts(history: PriceHistory, scale: _Scale) -> list[Label]:
    """A label over the beginning of each step, the newest first, as long as they do not run into each other."""
    labels: list[Label] = []
    taken: list[tuple[float, float, float]] = []
    for step in reversed(history.steps):
        text = amount(step.amount)
        wide = 7.4 * len(text) + 6
        x, y = scale.x(max(step.valid_from, history.since)), scale.y(step.amount)
        anchor = "end" if x + wide > RIGHT else "start"
        left = RIGHT - wide if anchor == "end" else x
        if any(left < right and left + wide > other and abs(y - height) < 14 for other, right, height in taken):
            continue
        taken.append((left, left + wide, y))
        labels.append(Label(x=RIGHT if anchor == "end" else x, y=y - 7, anchor=anchor, text=text))
    return labels[::-1]


def _days(history: PriceHistory, zone: str) -> tuple[Label, ...]:
    last = history.until.astimezone(ZoneInfo(zone)).date() - _DAY
    y = HEIGHT - 8
    return (
        Label(x=LEFT, y=y, anchor="start", text=plain_day(history.since, zone)),
        Label(x=RIGHT, y=y, anchor="end", text=plain_day(last, zone)),
    )


def _summary(history: PriceHistory, zone: str) -> str:
    first, last = history.steps[0], history.steps[-1]
    text = f"From {amount(first.amount)} on {day(max(first.valid_from, history.since), zone, year=True)}"
    if len(history.steps) > 1:
        text += f" to {amount(last.amount)} since {day(last.valid_from, zone, year=True)}"
        if first.amount:
            text += f" ({percent(round(float((last.amount - first.amount) / first.amount) * 100, 1))})"
    if last.valid_to is not None:
        text += f"; not offered like this any more since {day(last.valid_to, zone, year=True)}"
    if history.gaps:
        text += "; hatched where the page was not read"
    return f"{text}."
