"""The rows behind the usage page as CSV and JSON: the same filters, the same numbers, sent as they are read."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from naxios.usage import explore, recent
from naxios.usage.explore import Figures, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MILLISECOND = 1000


class Table(NamedTuple):
    """Names of columns, and rows that are made when they are asked for."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


_FIGURES = (
    "requests",
    "errors",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
    "average_ms",
    "median_ms",
    "p95_ms",
    "first_byte_ms",
)
_OF_A_REQUEST = (
    "time",
    "request_id",
    "model",
    "key",
    "endpoint",
    "streamed",
    "status",
    "error",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
    "first_byte_ms",
    "duration_ms",
)


def steps(report: Report) -> Table:
    """One row for each step of time and group in which there was a request."""
    labels = {group.id: group.label for group in report.groups}
    cells = sorted(report.cells.items(), key=lambda cell: (cell[0][0], labels[cell[0][1]]))
    return Table(
        ("start", report.filters.group, *_FIGURES),
        ((step.isoformat(), labels[group], *_figures(figures)) for (step, group), figures in cells),
    )


def requests(batches: Iterable[list[recent.Request]], key_names: Mapping[int, str]) -> Table:
    """One row for each request, newest first."""
    return Table(_OF_A_REQUEST, (_request(request, key_names) for batch in batches for request in batch))


def as_csv(table: Table) -> Iterator[str]:
    """Lines of CSV, the first with the columns' names. No cell can be taken for a formula by a spreadsheet."""
    writer = csv.writer(_Lines())
    yield writer.writerow(table.columns)
    for row in table.rows:
        yield writer.writerow([_harmless(value) for value in row])


def as_json(table: Table) -> Iterator[str]:
    """One JSON array of objects, row by row."""
    separator = "[\n"
    for row in table.rows:
        yield separator + json.dumps(dict(zip(table.columns, row, strict=True)), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


class _Lines:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _figures(figures: Figures) -> tuple[int | None, ...]:
    return (
        figures.requests,
        figures.errors,
        figures.input_tokens,
        figures.output_tokens,
        figures.cached_tokens,
        figures.reasoning_tokens,
        figures.standard_tokens,
        _milliseconds(figures.average),
        _milliseconds(figures.median),
        _milliseconds(figures.p95),
        _milliseconds(figures.average_first_byte),
    )


def _request(request: recent.Request, key_names: Mapping[int, str]) -> tuple[Any, ...]:
    return (
        request.admitted_at.isoformat(),
        request.request_id,
        request.model,
        explore.key_label(request.key_id, key_names),
        request.endpoint,
        request.streamed,
        request.status,
        request.error,
        request.input_tokens,
        request.output_tokens,
        request.cached_tokens,
        request.reasoning_tokens,
        request.standard_tokens,
        _milliseconds(request.first_byte or None),
        _milliseconds(request.duration),
    )


def _milliseconds(duration: int | None) -> int | None:
    return None if duration is None else round(duration / _MILLISECOND)


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
