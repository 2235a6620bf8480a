"""Usage over a stretch of time, split by model, key or status: sums of rollups, never a scan of records."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from naxios.keys import queries as keys
from naxios.usage import latency, words
from naxios.usage.filters import Filters
from naxios.usage.models import RefusalCount, RefusalRollup, UsageRollup
from naxios.usage.periods import DAY, Period, floor

_COLUMNS = {"model": "model", "key": "key_id", "status": "status"}


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some requests. Durations are microseconds; ``latencies`` counts them (:mod:`naxios.usage.latency`)."""

    latencies: tuple[int, ...] = field(default=(0,) * len(latency.COLUMNS), repr=False)
    requests: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    standard_tokens: int = 0
    duration: int = 0
    first_byte: int = 0
    first_byte_count: int = 0

    @property
    def error_percent(self) -> str:
        """How many of 100 requests failed, to one place."""
        return f"{100 * self.errors / self.requests:.1f}" if self.requests else "0"

    @property
    def average(self) -> int | None:
        """How long a request took on average."""
        return self.duration // self.requests if self.requests else None

    @property
    def median(self) -> int | None:
        """About how long half of the requests took at most."""
        return latency.percentile(self.latencies, 0.5)

    @property
    def p95(self) -> int | None:
        """About how long 95 of 100 requests took at most."""
        return latency.percentile(self.latencies, 0.95)

    @property
    def average_first_byte(self) -> int | None:
        """How long the first byte of an answer took on average."""
        return self.first_byte // self.first_byte_count if self.first_byte_count else None


NOTHING = Figures()
_SUMS = (*latency.COLUMNS, *(column.name for column in fields(Figures) if column.name != "latencies"))
_Amounts = list[int]


class Group(NamedTuple):
    """One model, key or status: ``id`` as it stands in rollups, ``label`` as it is called."""

    id: Any
    label: str
    figures: Figures


class Refused(NamedTuple):
    """How often requests were refused for one reason."""

    code: str
    reason: str
    times: int


@dataclass(frozen=True)
class Report:
    """What was used: altogether, by group (most tokens first), by step, and by both."""

    filters: Filters
    total: Figures
    groups: list[Group]
    by_step: Mapping[datetime, Figures]
    cells: Mapping[tuple[datetime, Any], Figures]


def report(filters: Filters) -> Report:
    """The usage that ``filters`` ask for."""
    by_group: dict[Any, _Amounts] = {}
    by_step: dict[datetime, _Amounts] = {}
    cells: dict[tuple[datetime, Any], _Amounts] = {}
    for start, group, amounts in _rows(filters):
        step = floor(filters.window.by, start)
        by_group[group] = _sum(by_group.get(group), amounts)
        by_step[step] = _sum(by_step.get(step), amounts)
        cells[step, group] = _sum(cells.get((step, group)), amounts)
    return Report(
        filters=filters,
        total=_figures(reduce(_sum, by_group.values(), [0] * len(_SUMS))),
        groups=_named({group: _figures(amounts) for group, amounts in by_group.items()}, filters),
        by_step={step: _figures(amounts) for step, amounts in by_step.items()},
        cells={cell: _figures(amounts) for cell, amounts in cells.items()},
    )


def refusals(filters: Filters) -> list[Refused]:
    """Refused requests by reason, most frequent first. They are not counted by model."""
    window = filters.window
    counts: QuerySet[Any] = RefusalRollup.objects.all() if window.is_whole_days else RefusalCount.objects.all()
    column = "day" if window.is_whole_days else "minute"
    counts = counts.filter(user_id=filters.user_id, **{f"{column}__gte": window.start, f"{column}__lt": window.end})
    if filters.key_id is not None:
        counts = counts.filter(key_id=filters.key_id)
    rows = counts.values_list("code").annotate(total=Sum("count")).order_by("-total", "code")
    return [Refused(code, words.of_reason(code), total) for code, total in rows]


def models_used(user_id: int) -> list[str]:
    """Names of the models that an account has ever used."""
    months = UsageRollup.objects.filter(user_id=user_id, period=Period.MONTH)
    return list(months.values_list("model", flat=True).distinct().order_by("model"))


def has_been_used(user_id: int) -> bool:
    """Whether an account has made a request, ever."""
    return UsageRollup.objects.filter(user_id=user_id, period=Period.MONTH).exists()


def stamp(filters: Filters, now: datetime) -> str:
    """Cheap to tell, and different whenever ``report`` or ``refusals`` may be.

    A request counts in the day that it was admitted in, so what is new is in the rollups of today or yesterday.
    """
    since = floor(Period.DAY, now) - DAY
    used = UsageRollup.objects.filter(user_id=filters.user_id, period=Period.DAY, start__gte=since)
    refused = RefusalRollup.objects.filter(user_id=filters.user_id, day__gte=since)
    requests = used.aggregate(sum=Sum("requests"))["sum"] or 0
    refusals = refused.aggregate(sum=Sum("count"))["sum"] or 0
    return f"{requests}.{refusals}.{filters.window.end:%Y%m%d%H}"


def _rows(filters: Filters) -> Iterable[tuple[datetime, Any, _Amounts]]:
    window = filters.window
    rollups = UsageRollup.objects.filter(
        user_id=filters.user_id, period=window.rollups, start__gte=window.start, start__lt=window.end
    )
    if filters.key_id is not None:
        rollups = rollups.filter(key_id=filters.key_id)
    if filters.model:
        rollups = rollups.filter(model=filters.model)
    sums = {f"sum_{name}": Sum(name) for name in _SUMS}
    rows = rollups.values_list("start", _COLUMNS[filters.group]).annotate(**sums).order_by("start")
    for start, group, *amounts in rows.iterator():
        yield start, group, amounts


def _sum(before: _Amounts | None, amounts: _Amounts) -> _Amounts:
    return amounts if before is None else list(map(add, before, amounts))


def _figures(amounts: _Amounts) -> Figures:
    steps = len(latency.COLUMNS)
    return Figures(tuple(amounts[:steps]), *amounts[steps:])


def _named(by_group: Mapping[Any, Figures], filters: Filters) -> list[Group]:
    names = key_names(filters.user_id) if filters.group == "key" else {}
    groups = [Group(id, _label(id, filters.group, names), figures) for id, figures in by_group.items()]
    return sorted(groups, key=lambda group: (-group.figures.standard_tokens, -group.figures.requests, group.label))


def _label(id: Any, group: str, names: Mapping[int, str]) -> str:
    if group == "status":
        return words.of_status(id)
    return key_label(id, names) if group == "key" else str(id)


def key_names(user_id: int) -> dict[int, str]:
    """What an account's keys are called, by id; keys of the same name are told apart by their ids."""
    names = keys.names_of_user(user_id)
    common = {name for name, count in Counter(names.values()).items() if count > 1}
    return {id: f"{name} ({id})" if name in common else name for id, name in names.items()}


def key_label(id: int, names: Mapping[int, str]) -> str:
    """What a key is called among ``names``; usage may outlive its key."""
    return names.get(id, f"deleted key {id}")
