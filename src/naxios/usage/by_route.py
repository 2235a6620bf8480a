"""Usage of all accounts by UTC day, for what is reckoned with it: sums of rollups."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Sum

from naxios.usage.models import UsageRollup
from naxios.usage.periods import Period

_TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "standard_tokens")


class RouteDay(NamedTuple):
    """What one provider served of one model on one day."""

    day: date
    model: str
    provider: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    standard_tokens: int


class AccountDay(NamedTuple):
    """The standard tokens that one account used of one model on one day."""

    day: date
    user_id: int
    model: str
    standard_tokens: int


def by_route(start: datetime, end: datetime) -> list[RouteDay]:
    """What was used from ``start`` until before ``end`` (midnights), by day, model and provider."""
    rollups = UsageRollup.objects.filter(period=Period.DAY, start__gte=start, start__lt=end)
    sums = {f"sum_{name}": Sum(name) for name in _TOKENS}
    rows = rollups.values_list("start", "model", "provider").annotate(**sums).order_by("start", "model", "provider")
    return [RouteDay(at.date(), *rest) for at, *rest in rows]


def by_account(start: datetime, end: datetime, user_ids: Collection[int]) -> list[AccountDay]:
    """What the accounts ``user_ids`` used, by day, account and model."""
    rollups = UsageRollup.objects.filter(period=Period.DAY, start__gte=start, start__lt=end, user_id__in=user_ids)
    rows = rollups.values_list("start", "user_id", "model").annotate(sum=Sum("standard_tokens")).order_by()
    return [AccountDay(at.date(), *rest) for at, *rest in rows]
