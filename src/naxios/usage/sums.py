"""What rollups have to be: sums of the records and refusal counts that there are. A full scan each."""

from datetime import UTC
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Trunc

from naxios.usage import latency
from naxios.usage.models import RefusalCount, RefusalRollup, UsageRecord, UsageRollup
from naxios.usage.periods import Period

GROUP = ("start", "user_id", "key_id", "model", "provider", "status")
_OF_COLUMNS = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
    "duration",
    "first_byte",
)
SUMMED = ("requests", "errors", *_OF_COLUMNS, "first_byte_count", *latency.COLUMNS)
REFUSAL_GROUP = ("day", "user_id", "key_id", "code")

Rows = QuerySet[Any, Any]


def of_records(period: Period) -> Rows:
    """Rows of ``GROUP`` and ``SUMMED``, added up from records."""
    sums = {
        "requests": Count("pk"),
        "errors": Count("pk", filter=Q(status__gte=400)),
        **{name: Sum(name) for name in _OF_COLUMNS},
        "first_byte_count": Count("pk", filter=Q(first_byte__gt=0)),
        **_counts_of_steps(),
    }
    return _grouped(UsageRecord.objects.annotate(start=Trunc("admitted_at", period.value, tzinfo=UTC)), GROUP, sums)


def of_rollups(period: Period) -> Rows:
    """The same rows as they were added up one by one."""
    return UsageRollup.objects.filter(period=period).values_list(*GROUP, *SUMMED)


def of_refusal_counts() -> Rows:
    """Rows of ``REFUSAL_GROUP`` and their count, added up from minutes."""
    minutes = RefusalCount.objects.annotate(day=Trunc("minute", "day", tzinfo=UTC))
    return _grouped(minutes, REFUSAL_GROUP, {"count": Sum("count")})


def of_refusal_rollups() -> Rows:
    """The same rows as they were added up one by one."""
    return RefusalRollup.objects.values_list(*REFUSAL_GROUP, "count")


def _counts_of_steps() -> dict[str, Count]:
    counts, shorter = {}, -1
    for column, bound in latency.STEPS.items():
        counts[column] = Count("pk", filter=Q(duration__gt=shorter, duration__lte=bound))
        shorter = bound
    return {**counts, latency.BEYOND: Count("pk", filter=Q(duration__gt=shorter))}


def _grouped(rows: Rows, by: tuple[str, ...], sums: dict[str, Any]) -> Rows:
    """``rows`` summed ``by`` group; an annotation may not be called as a column is, so each sum has a prefix."""
    annotations = {f"sum_{name}": expression for name, expression in sums.items()}
    grouped: Rows = rows.values(*by).annotate(**annotations).order_by()
    return grouped.values_list(*by, *annotations)
