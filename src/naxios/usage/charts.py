"""What charts show, as the tables that they are drawn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from naxios.usage.explore import NOTHING, Figures, Report
from naxios.usage.periods import Period

SHOWN_GROUPS = 5
"""Groups with a colour of their own; the others are one."""

_MILLISECOND = 1000


class Row(NamedTuple):
    """One step of time: where it starts, what it is called, and a value of each series (``None``: nothing to tell)."""

    start: datetime
    label: str
    values: tuple[int | None, ...]


@dataclass(frozen=True)
class Chart:
    """A table that is drawn as stacked bars or as lines. ``id`` is its own on the page.

    With a ``currency``, values are hundredths of its minor unit. ``empty`` is said where there is nothing to draw.
    """

    id: str
    title: str
    kind: str
    unit: str
    series: tuple[str, ...]
    rows: list[Row]
    low: bool = False
    legend: bool = True
    currency: str = ""
    empty: str = "No requests in this time"


def tokens(report: Report) -> Chart:
    """Standard tokens by group."""
    return _stacked(report, "tokens", "Standard tokens", lambda figures: figures.standard_tokens)


def requests(report: Report) -> Chart:
    """Requests by group."""
    return _stacked(report, "requests", "Requests", lambda figures: figures.requests)


def latency(report: Report) -> Chart:
    """How long answers took, and their first bytes."""
    rows = []
    for step in report.filters.window.steps:
        figures = report.by_step.get(step, NOTHING)
        durations = (figures.p95, figures.median, figures.average_first_byte)
        values = tuple(None if value is None else round(value / _MILLISECOND) for value in durations)
        rows.append(Row(step, step_label(step, report.filters.window.by), values))
    series = ("95 % within", "Half within", "First byte on average")
    return Chart("latency", "Time to answer", "lines", "ms", series, rows)


def totals(report: Report, id: str, title: str) -> Chart:
    """Standard tokens altogether, small."""
    rows = [
        Row(step, step_label(step, report.filters.window.by), (report.by_step.get(step, NOTHING).standard_tokens,))
        for step in report.filters.window.steps
    ]
    return Chart(id, title, "bars", "", ("Standard tokens",), rows, low=True, legend=False)


def step_label(step: datetime, by: Period) -> str:
    """``24 Nov, 15:00``, ``24 Nov`` or ``Nov 2026``."""
    if by is Period.MONTH:
        return f"{step:%b %Y}"
    return f"{step.day} {step:%b, %H:%M}" if by is Period.HOUR else f"{step.day} {step:%b}"


def _stacked(report: Report, id: str, title: str, measure: Callable[[Figures], int]) -> Chart:
    shown = report.groups[:SHOWN_GROUPS]
    others = report.groups[SHOWN_GROUPS:]
    columns: list[Sequence[object]] = [[group.id] for group in shown]
    series = [group.label for group in shown]
    if others:
        columns.append([group.id for group in others])
        series.append(f"{len(others)} others")
    if not report.groups:
        columns, series = [[]], [title]
    rows = [
        Row(
            step,
            step_label(step, report.filters.window.by),
            tuple(sum(measure(report.cells.get((step, id), NOTHING)) for id in ids) for ids in columns),
        )
        for step in report.filters.window.steps
    ]
    return Chart(id, title, "bars", "", tuple(series), rows)
