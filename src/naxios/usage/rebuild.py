"""Rollups made anew from what they sum up, for when ``naxios usage reconcile`` finds them to differ."""

from datetime import UTC
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Trunc

from naxios.usage import latency
from naxios.usage.models import RefusalCount, RefusalRollup, UsageRecord, UsageRollup
from naxios.usage.periods import Period

GROUP = ("user_id", "key_id", "model", "provider", "status")
_OF_RECORDS = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
    "duration",
    "first_byte",
)
COLUMNS = (*_OF_RECORDS, "requests", "errors", "first_byte_count", *latency.COLUMNS)
_REFUSED = ("user_id", "key_id", "code")


@transaction.atomic
def rebuild() -> None:
    """Replace every rollup by the sums of the records and refusal counts that there are."""
    UsageRollup.objects.all().delete()
    _insert(UsageRollup, ("period", "start", *GROUP, *COLUMNS), hours_of_records())
    for period in (Period.DAY, Period.MONTH):
        _insert(UsageRollup, ("period", "start", *GROUP, *COLUMNS), _sums_of_hours(period))
    RefusalRollup.objects.all().delete()
    _insert(RefusalRollup, ("day", *_REFUSED, "count"), _days_of_refusals())


def hours_of_records() -> QuerySet[Any, Any]:
    """Rows of period, start, ``GROUP`` and ``COLUMNS``, one for each hour and group that has records; a full scan."""
    sums = {
        **{name: Sum(name) for name in _OF_RECORDS},
        "requests": Count("pk"),
        "errors": Count("pk", filter=Q(status__gte=400)),
        "first_byte_count": Count("pk", filter=Q(first_byte__gt=0)),
        **_counts_of_steps(),
    }
    hours = UsageRecord.objects.annotate(of=Value(str(Period.HOUR)), at=Trunc("admitted_at", "hour", tzinfo=UTC))
    return _grouped(hours, ("of", "at", *GROUP), sums)


def _counts_of_steps() -> dict[str, Count]:
    counts, shorter = {}, -1
    for column, bound in latency.STEPS.items():
        counts[column] = Count("pk", filter=Q(duration__gt=shorter, duration__lte=bound))
        shorter = bound
    return {**counts, latency.BEYOND: Count("pk", filter=Q(duration__gt=shorter))}


def _sums_of_hours(period: Period) -> QuerySet[Any, Any]:
    hours = UsageRollup.objects.filter(period=Period.HOUR).annotate(
        of=Value(str(period)), at=Trunc("start", period.value, tzinfo=UTC)
    )
    return _grouped(hours, ("of", "at", *GROUP), {name: Sum(name) for name in COLUMNS})


def _days_of_refusals() -> QuerySet[Any, Any]:
    counts = RefusalCount.objects.annotate(at=Trunc("minute", "day", tzinfo=UTC))
    return _grouped(counts, ("at", *_REFUSED), {"count": Sum("count")})


def _grouped(rows: QuerySet[Any, Any], by: tuple[str, ...], sums: dict[str, Any]) -> QuerySet[Any, Any]:
    """``rows`` summed ``by`` group; an annotation may not be called as a column is, so each sum has a prefix."""
    annotations = {f"sum_{name}": expression for name, expression in sums.items()}
    grouped: QuerySet[Any, Any] = rows.values(*by).annotate(**annotations).order_by()
    return grouped.values_list(*by, *annotations)


def _insert(model: type[models.Model], columns: tuple[str, ...], rows: QuerySet[Any, Any]) -> None:
    """Insert what ``rows`` finds, in the order of ``columns``, without a detour through this process."""
    sql, parameters = rows.query.sql_with_params()
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({quoted}) {sql}', parameters)
