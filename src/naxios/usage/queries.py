"""What can be asked of usage. Totals come from rollups; records are only scanned to check on them."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from naxios.domain import clock
from naxios.domain.moments import microseconds, moment
from naxios.domain.stored_usage import RecentUse, StoredUsage, TokensOfDay
from naxios.usage import sums
from naxios.usage.models import JournalPosition, RefusalCount, UsageRecord, UsageRollup
from naxios.usage.periods import Period

TOTALS = (
    "requests",
    "errors",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
)
GROUPS = {"model": ("model",), "key": ("key_id", "key__name"), "day": ("start",)}


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
    rows = rollups.values(*GROUPS[by]).annotate(**{f"sum_{name}": Sum(name) for name in TOTALS}).order_by(order)
    return [{by: _label(row, by), **{name: row[f"sum_{name}"] for name in TOTALS}} for row in rows]


def tokens_by_key(*, user_id: int, since: date) -> dict[int, int]:
    """Standard tokens of each key of an account from the UTC day ``since`` on, by key id; from rollups."""
    start = datetime.combine(since, time.min, UTC)
    rollups = UsageRollup.objects.filter(period=UsageRollup.Period.DAY, user_id=user_id, start__gte=start)
    return dict(rollups.values_list("key_id").annotate(Sum("standard_tokens")).order_by("key_id"))


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


def tokens_of_today(scope_ids: Collection[str]) -> dict[str, int]:
    """Standard tokens of the present UTC day of each of ``scope_ids`` (``account:17``, ``key:42``), from rollups."""
    start = moment(clock.day_of(clock.now()) * clock.DAY)
    ids = [(kind, int(number)) for kind, _, number in (scope_id.partition(":") for scope_id in scope_ids)]
    rollups = UsageRollup.objects.filter(
        Q(user_id__in=[number for kind, number in ids if kind == "account"])
        | Q(key_id__in=[number for kind, number in ids if kind == "key"]),
        period=UsageRollup.Period.DAY,
        start=start,
    )
    tokens = dict.fromkeys(scope_ids, 0)
    for user, key, total in rollups.values_list("user_id", "key_id").annotate(Sum("standard_tokens")):
        for scope_id in {f"account:{user}", f"key:{key}"} & tokens.keys():
            tokens[scope_id] += total
    return tokens


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
    found = []
    for period in Period:
        of_records, of_rollups = sums.of_records(period), sums.of_rollups(period)
        found += _differences(f"{period} rollup", sums.GROUP, sums.SUMMED, of_records, of_rollups)
    of_counts, of_rollups = sums.of_refusal_counts(), sums.of_refusal_rollups()
    return [*found, *_differences("refusals of the day", sums.REFUSAL_GROUP, ("count",), of_counts, of_rollups)]


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


def _differences(
    what: str, group: tuple[str, ...], summed: tuple[str, ...], expected: sums.Rows, stored: sums.Rows
) -> list[str]:
    """What is stored otherwise than expected; compared in the database, which has room for all of it."""
    size, nothing = len(group), (0,) * len(summed)
    ours = {row[:size]: row[size:] for row in stored.difference(expected)}
    theirs = {row[:size]: row[size:] for row in expected.difference(stored)}
    return [
        f"{what} {start:%Y-%m-%d %H:%M} of account {user}, key {key}, {', '.join(map(str, rest))}: "
        + ", ".join(
            f"{name} {our} (records: {their})"
            for name, our, their in zip(summed, ours.get(place, nothing), theirs.get(place, nothing), strict=True)
            if our != their
        )
        for place in sorted(ours.keys() | theirs.keys())
        for start, user, key, *rest in [place]
    ]


def _label(row: dict[str, Any], by: str) -> str:
    if by == "key":
        return f"{row['key_id']} {row['key__name'] or '(deleted)'}"
    return row["start"].date().isoformat() if by == "day" else str(row["model"])
