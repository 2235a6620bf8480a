"""Stretches of time that usage is asked for: whole hours, UTC days or UTC months, and the steps within them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from naxios.domain import clock
from naxios.domain.moments import microseconds, moment

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Period(StrEnum):
    """How long a step, or what a rollup sums."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


LONGEST = {Period.HOUR: 8 * DAY, Period.DAY: 366 * DAY, Period.MONTH: 10 * 366 * DAY}
"""The longest stretch that is shown in steps of a period: more steps than this nobody can read."""
SHORTEST = {Period.HOUR: HOUR, Period.DAY: 2 * DAY, Period.MONTH: 32 * DAY}

PRESETS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "12m": "12 months"}
"""Stretches that end now, and what they are called."""


class Window(NamedTuple):
    """The time from ``start`` until before ``end``, both UTC. ``steps`` are the starts of its steps of ``by``."""

    start: datetime
    end: datetime
    by: Period
    steps: tuple[datetime, ...]

    @property
    def rollups(self) -> Period:
        """The longest rollups that add up to the steps exactly."""
        whole = floor(self.by, self.start) == self.start and floor(self.by, self.end) == self.end
        return self.by if whole or self.by is not Period.MONTH else Period.DAY

    @property
    def is_whole_days(self) -> bool:
        """Whether both ends are midnights."""
        return all(floor(Period.DAY, at) == at for at in (self.start, self.end))


def start_of(period: Period, instant: int) -> int:
    """The start of the hour, day or month that ``instant`` lies in, in microseconds."""
    if period is Period.MONTH:
        at = moment(instant)
        return microseconds(datetime(at.year, at.month, 1, tzinfo=UTC))
    return instant - instant % (clock.HOUR if period is Period.HOUR else clock.DAY)


def floor(period: Period, at: datetime) -> datetime:
    """The start of the hour, day or month that ``at`` lies in."""
    return moment(start_of(period, microseconds(at)))


def preset(name: str, now: datetime, by: Period | None = None) -> Window:
    """The stretch called ``name`` that ends with the present hour, day or month."""
    if name == "24h":
        end = _next(Period.HOUR, floor(Period.HOUR, now))
        return _window(end - 24 * HOUR, end, now, by or Period.HOUR)
    if name == "12m":
        month = floor(Period.MONTH, now)
        a_year_ago = month.replace(year=month.year - 1)
        return _window(_next(Period.MONTH, a_year_ago), _next(Period.MONTH, month), now, by or Period.MONTH)
    end = _next(Period.DAY, floor(Period.DAY, now))
    return _window(end - (7 if name == "7d" else 30) * DAY, end, now, by or Period.DAY)


def between(first: date, last: date, now: datetime, by: Period | None = None) -> Window:
    """The days from ``first`` to ``last``, both included."""
    start, end = (datetime.combine(day, time.min, UTC) for day in (first, last + DAY))
    usual = Period.HOUR if end - start <= 2 * DAY else Period.DAY if end - start <= 92 * DAY else Period.MONTH
    return _window(start, end, now, by or usual)


def choices_of_steps(start: datetime, end: datetime) -> list[Period]:
    """The steps that a stretch can be shown in."""
    return [period for period in Period if SHORTEST[period] <= end - start <= LONGEST[period]]


def _window(start: datetime, end: datetime, now: datetime, by: Period) -> Window:
    """The stretch in steps of ``by``, or of the nearest that it can be shown in. Steps of the future are left out."""
    order, possible = list(Period), choices_of_steps(start, end)
    by = min(possible, key=lambda period: abs(order.index(period) - order.index(by)))
    return Window(start, end, by, tuple(step for step in _steps(start, end, by) if step <= now))


def _steps(start: datetime, end: datetime, by: Period) -> Iterator[datetime]:
    step = floor(by, start)
    while step < end:
        yield step
        step = _next(by, step)


def _next(period: Period, start: datetime) -> datetime:
    if period is Period.MONTH:
        return floor(Period.MONTH, start + 31 * DAY)
    return start + (HOUR if period is Period.HOUR else DAY)
