"""Whole amounts taken apart so that the parts are whole, and add up to what was there."""

from collections.abc import Sequence

from naxios.domain import clock


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in parts by ``weights`` (none negative): each within one of its exact share, and all of it given out.

    What rounding leaves goes to the largest remainders, the first of equals first. Without any weight nobody can
    have a part, so there is none: :class:`ValueError`.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("nothing has any weight")
    if total < 0:
        return [-part for part in shared(-total, weights)]
    parts = [total * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in remainders[: total - sum(parts)]:
        parts[index] += 1
    return parts


def spread(amount: int, start: int, end: int, *, within: range | None = None) -> dict[int, int]:
    """``amount`` over the UTC days (since the epoch) from ``start`` until before ``end``, both in microseconds.

    Each day has as much as its time is of the whole; all days together have ``amount``. A period without length is
    the day that it starts in. Of the days, only those ``within`` are reckoned and told.
    """
    first, last = clock.day_of(start), clock.day_of(max(start, end - 1))
    if end <= start:
        return {first: amount} if within is None or first in within else {}
    shown = range(first, last + 1)
    if within is not None:
        shown = range(max(first, within.start), min(last + 1, within.stop))
    days, given = {}, amount * max(0, shown.start * clock.DAY - start) // (end - start)
    for day in shown:
        until = min((day + 1) * clock.DAY, end) - start
        due = amount * until // (end - start)
        days[day] = due - given
        given = due
    return days
