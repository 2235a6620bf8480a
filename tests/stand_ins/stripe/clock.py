"""The time as the stand-in has it: the real one, until a test moves it on; and what is due when."""

import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

HOUR = 3600
DAY = 24 * HOUR


class Clock:
    """Seconds since 1970. A test that needs amounts to the cent freezes it."""

    def __init__(self) -> None:
        self._moved = 0
        self._pinned: int | None = None
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = count()

    def now(self) -> int:
        return self._pinned if self._pinned is not None else int(time.time()) + self._moved

    def freeze(self, at: int | None = None) -> None:
        """From here on time passes only by :meth:`advance`."""
        self._pinned = at if at is not None else self.now()

    def at(self, when: int, do: Callable[[], None]) -> None:
        """Do this once it is ``when``. Whether it is still to be done, ``do`` finds out itself."""
        heapq.heappush(self._due, (when, next(self._number), do))

    def advance(self, seconds: int) -> None:
        """Move on, stopping at everything that is due on the way."""
        until = self.now() + seconds
        frozen = self._pinned is not None
        while self._due and self._due[0][0] <= until:
            when, _, do = heapq.heappop(self._due)
            self._pinned = max(when, self.now())
            do()
        self._pinned = until if frozen else None
        if not frozen:
            self._moved = until - int(time.time())


def add_interval(anchor: int, interval: str, number: int) -> int:
    """``number`` intervals after ``anchor``; months keep the anchor's day, or end on their last one."""
    if interval in ("day", "week"):
        return anchor + number * DAY * (7 if interval == "week" else 1)
    start = datetime.fromtimestamp(anchor, UTC)
    months = start.month - 1 + number * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return int(start.replace(year=year, month=month, day=min(start.day, _days(year, month))).timestamp())


def next_period(anchor: int, start: int, interval: str, interval_count: int) -> int:
    """The first boundary after ``start`` of the cycle that ``anchor`` belongs to."""
    number = 0
    while (end := add_interval(anchor, interval, number * interval_count)) <= start:
        number += 1
    return end


def _days(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - datetime(year, month, 1, tzinfo=UTC)).days
