"""What can be asked of usage. Totals come from rollups; records are only scanned to check on them."""

from datetime import UTC, date, datetime, time, timedelta
from operator import add
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from naxios.domain import clock
from naxios.domain.moments import microseconds, moment
from naxios.domain.stored_usage import RecentUse, StoredUsage, TokensOfDay
from naxios.keys import queries as keys
from naxios.usage.models import JournalPosition, RefusalCount, UsageRecord, UsageRollup

TOTALS = (
    "requests",
    "errors",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
)
_GROUPED = ("start", "user_id", "key_id", "model", "provider")
_SUMMED = ("requests", "errors", "duration", *TOTALS[2:])
_Group = tuple[Any, ...]
_Sums = tuple[int, ...]
GROUPS = {"model": "model", "key": "key_id", "day": "start"}


def totals(
    *, by: str, user_id: int | None = None, key_id: int | None = None, since: date | None = None
) -> list[dict[str, Any]]:
    """Sums of whole days, one row for each ``by`` (model, key or day), newest or largest first."""
    rollups = UsageRollup.objects.filter(period=UsageRollup.Period.DAY)
    if user_id is not None:
        rollups = rollups.filter(user_id=user_id)
    if key_id is not None:
        rollups = rollups.filter(key_id=key_id)
    if since is not None:
        rollups = rollups.filter(start__gte=datetime.combine(since, time.min, UTC))
    order = "-start" if by == "day" else "-sum_standard_tokens"
    rows = rollups.values(GROUPS[by]).annotate(**{f"sum_{name}": Sum(name) for name in TOTALS}).order_by(order)
    # Not by a join: usage outlives its key, and has to add up without it.
    names = keys.names(row["key_id"] for row in rows) if by == "key" else {}
    return [{by: _label(row, by, names), **{name: row[f"sum_{name}"] for name in TOTALS}} for row in rows]


def refusals(*, user_id: int | None = None, key_id: int | None = None, since: date | None = None) -> dict[str, int]:
    """How often requests were refused, by reason."""
    counts: QuerySet[RefusalCount] = RefusalCount.objects.all()
    if user_id is not None:
        counts = counts.filter(user_id=user_id)
    if key_id is not None:
        counts = counts.filter(key_id=key_id)
    if since is not None:
        counts = counts.filter(minute__gte=datetime.combine(since, time.min, UTC))
    return dict(counts.values_list("code").annotate(Sum("count")).order_by("code"))


def stored_usage(now: int) -> StoredUsage:
    """What limits have to know at start: tokens of the present day, and the requests of the last minute."""
    day = clock.day_of(now)
    of_day = (
        UsageRollup.objects.filter(period=UsageRollup.Period.DAY, start=moment(day * clock.DAY))
        .values_list("user_id", "key_id")
        .annotate(Sum("standard_tokens"))
    )
    recent = UsageRecord.objects.filter(admitted_at__gte=moment(now - clock.MINUTE)).values_list(
        "user_id", "key_id", "admitted_at", "standard_tokens"
    )
    return StoredUsage(
        days=tuple(TokensOfDay(user, key, day, tokens) for user, key, tokens in of_day),
        recent=tuple(RecentUse(user, key, microseconds(at), tokens) for user, key, at, tokens in recent),
    )


def journal_positions() -> dict[str, int]:
    """How far each segment has been carried, by file name."""
    return dict(JournalPosition.objects.values_list("segment", "offset"))


def tokens_in_records(day: int) -> dict[str, int]:
    """Standard tokens of ``day`` (days since the epoch) by scope id, summed over the records themselves."""
    start = moment(day * clock.DAY)
    records = UsageRecord.objects.filter(admitted_at__gte=start, admitted_at__lt=start + timedelta(days=1))
    tokens: dict[str, int] = {}
    for user, key, total in records.values_list("user_id", "key_id").annotate(Sum("standard_tokens")):
        for scope_id in (f"account:{user}", f"key:{key}"):
            tokens[scope_id] = tokens.get(scope_id, 0) + total
    return tokens


def rollups_that_differ() -> list[str]:
    """Rollups that are not the sum of their records, or have none; a full scan."""
    of_hours = _sums_of_records()
    of_days: dict[_Group, _Sums] = {}
    for (start, *group), sums in of_hours.items():
        day = (start.replace(hour=0), *group)
        of_days[day] = tuple(map(add, of_days[day], sums)) if day in of_days else sums
    return [*_differences(UsageRollup.Period.HOUR, of_hours), *_differences(UsageRollup.Period.DAY, of_days)]


def request_count() -> int:
    """Metered requests there have been, from rollups."""
    return UsageRollup.objects.filter(period=UsageRollup.Period.DAY).aggregate(sum=Sum("requests"))["sum"] or 0


def tokens_today() -> int:
    """Standard tokens of all accounts in the present UTC day, from rollups."""
    start = moment(clock.day_of(clock.now()) * clock.DAY)
    rollups = UsageRollup.objects.filter(period=UsageRollup.Period.DAY, start=start)
    return rollups.aggregate(sum=Sum("standard_tokens"))["sum"] or 0


def record_count() -> int:
    """Records there are; a scan."""
    return UsageRecord.objects.count()


def _sums_of_records() -> dict[_Group, _Sums]:
    requests = {"requests": Count("id"), "errors": Count("id", filter=Q(status__gte=400))}
    others = {f"sum_{name}": Sum(name) for name in _SUMMED[len(requests) :]}
    rows = (
        UsageRecord.objects.annotate(start=TruncHour("admitted_at", tzinfo=UTC))
        .values_list(*_GROUPED)
        .annotate(**requests, **others)
    )
    return {row[: len(_GROUPED)]: row[len(_GROUPED) :] for row in rows}


def _differences(period: str, of_records: dict[_Group, _Sums]) -> list[str]:
    rows = UsageRollup.objects.filter(period=period).values_list(*_GROUPED, *_SUMMED)
    of_rollups: dict[_Group, _Sums] = {row[: len(_GROUPED)]: row[len(_GROUPED) :] for row in rows}
    nothing = (0,) * len(_SUMMED)
    found = []
    for group in sorted(of_records.keys() | of_rollups.keys()):
        rolled_up, recorded = of_rollups.get(group, nothing), of_records.get(group, nothing)
        if rolled_up != recorded:
            start, user, key, model, provider = group
            differing = ", ".join(
                f"{name} {ours} (records: {theirs})"
                for name, ours, theirs in zip(_SUMMED, rolled_up, recorded, strict=True)
                if ours != theirs
            )
            found.append(
                f"{period} rollup {start:%Y-%m-%d %H:%M} of account {user}, key {key}, {model}, {provider}: {differing}"
            )
    return found


def _label(row: dict[str, Any], by: str, key_names: dict[int, str]) -> str:
    if by == "key":
        return f"{row['key_id']} {key_names.get(row['key_id'], '(deleted)')}"
    return row["start"].date().isoformat() if by == "day" else str(row["model"])
