"""Rollups that are not the sum of their records, or have none; a full scan of both."""

from operator import add
from typing import Any

from naxios.usage.models import UsageRollup
from naxios.usage.periods import Period, floor
from naxios.usage.rebuild import COLUMNS, GROUP, hours_of_records

_Group = tuple[Any, ...]
_Sums = tuple[int, ...]

_NOTHING = (0,) * len(COLUMNS)


def rollups_that_differ() -> list[str]:
    """One line for each hour, day or month of a group whose rollup is wrong, missing or too many."""
    of_hours: dict[_Group, _Sums] = {}
    for _, *row in hours_of_records():
        of_hours[tuple(row[: 1 + len(GROUP)])] = tuple(row[1 + len(GROUP) :])
    return [difference for period in Period for difference in _differences(period, _summed(period, of_hours))]


def _summed(period: Period, of_hours: dict[_Group, _Sums]) -> dict[_Group, _Sums]:
    if period is Period.HOUR:
        return of_hours
    summed: dict[_Group, _Sums] = {}
    for (start, *rest), sums in of_hours.items():
        group = (floor(period, start), *rest)
        summed[group] = tuple(map(add, summed[group], sums)) if group in summed else sums
    return summed


def _differences(period: Period, of_records: dict[_Group, _Sums]) -> list[str]:
    rows = UsageRollup.objects.filter(period=period).values_list("start", *GROUP, *COLUMNS)
    of_rollups: dict[_Group, _Sums] = {row[: 1 + len(GROUP)]: row[1 + len(GROUP) :] for row in rows}
    found = []
    for group in sorted(of_records.keys() | of_rollups.keys()):
        rolled_up, recorded = of_rollups.get(group, _NOTHING), of_records.get(group, _NOTHING)
        if rolled_up != recorded:
            start, user, key, model, provider, status = group
            differing = ", ".join(
                f"{name} {ours} (records: {theirs})"
                for name, ours, theirs in zip(COLUMNS, rolled_up, recorded, strict=True)
                if ours != theirs
            )
            found.append(
                f"{period} rollup {start:%Y-%m-%d %H:%M} of account {user}, key {key}, {model}, {provider}, "
                f"status {status}: {differing}"
            )
    return found
