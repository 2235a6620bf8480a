"""What can be asked of usage. Totals come from rollups; records are only scanned to check on them."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from naxios.domain import clock
from naxios.domain.moments import microseconds, moment
from naxios.domain.stored_usage import BonusUsed, RecentUse, StoredUsage, TokensOfDay
from naxios.keys import queries as keys
from naxios.plans import queries as plans
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
    today = bonus_tokens_in_records(day)
    return StoredUsage(
        days=tuple(TokensOfDay(user, key, day, tokens) for user, key, tokens in of_day),
        recent=tuple(RecentUse(user, key, microseconds(at), tokens) for user, key, at, tokens in recent),
        bonuses=tuple(
            BonusUsed(user, tokens, day, today.get(user, 0))
            for user, tokens in plans.bonus_tokens_drawn().items()
            if tokens
        ),
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


def bonus_tokens_in_records(day: int | None = None, user_ids: Collection[int] | None = None) -> dict[int, int]:
    """Bonus tokens that records took, by account: of all time or of ``day``, of all accounts or of ``user_ids``."""
    records = UsageRecord.objects.filter(bonus_tokens__gt=0)
    if day is not None:
        start = moment(day * clock.DAY)
        records = records.filter(admitted_at__gte=start, admitted_at__lt=start + timedelta(days=1))
    if user_ids is not None:
        records = records.filter(user_id__in=user_ids)
    return dict(records.values_list("user_id").annotate(Sum("bonus_tokens")).order_by())


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


def _label(row: dict[str, Any], by: str, key_names: dict[int, str]) -> str:
    if by == "key":
        return f"{row['key_id']} {key_names.get(row['key_id'], '(deleted)')}"
    return row["start"].date().isoformat() if by == "day" else str(row["model"])
