"""Single requests, newest first, page by page: what each used and how it ended, never what was said."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from naxios.domain.moments import microseconds, moment
from naxios.usage.filters import Filters
from naxios.usage.models import UsageRecord

PAGE_SIZE = 25
BATCH_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Request:
    """One metered request. Durations are microseconds; ``first_byte`` is 0 if there was none."""

    id: int
    admitted_at: datetime
    request_id: str
    model: str
    key_id: int
    endpoint: str
    streamed: bool
    status: int
    error: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    standard_tokens: int
    first_byte: int
    duration: int


class Cursor(NamedTuple):
    """Where a page ended: the next one is of requests before this one."""

    admitted_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{microseconds(self.admitted_at)}-{self.id}"


class Page(NamedTuple):
    """Some requests, and where those before them begin, if there are any."""

    requests: list[Request]
    older: Cursor | None


EMPTY = Page([], None)
_COLUMNS = tuple(column.name for column in fields(Request))


def parse_cursor(text: str) -> Cursor | None:
    """The cursor that ``text`` was made from; ``None`` for the first page and for what is no cursor."""
    at, _, id = text.partition("-")
    try:
        return Cursor(moment(int(at)), int(id))
    except (ValueError, OverflowError):
        return None


def page(filters: Filters, before: Cursor | None = None, size: int = PAGE_SIZE) -> Page:
    """The ``size`` newest requests that ``filters`` select, or the newest ``before`` a place."""
    found = _newest(filters, before, size + 1)
    shown = found[:size]
    older = Cursor(shown[-1].admitted_at, shown[-1].id) if len(found) > size else None
    return Page(shown, older)


def every(filters: Filters) -> Iterator[list[Request]]:
    """All requests that ``filters`` select, newest first, some at a time."""
    before = None
    while True:
        batch = page(filters, before, BATCH_SIZE)
        yield batch.requests
        if batch.older is None:
            return
        before = batch.older


def _newest(filters: Filters, before: Cursor | None, count: int) -> list[Request]:
    window = filters.window
    records = UsageRecord.objects.filter(user_id=filters.user_id, admitted_at__gte=window.start)
    if filters.key_id is not None:
        records = records.filter(key_id=filters.key_id)
    if filters.model:
        records = records.filter(model=filters.model)
    if before is None or before.admitted_at >= window.end:
        records = records.filter(admitted_at__lt=window.end)
    else:
        # The first condition is the only bound above: of two, SQLite would begin at the one that it meets first.
        at = before.admitted_at
        records = records.filter(Q(admitted_at__lt=at) | Q(pk__lt=before.id), admitted_at__lte=at)
    return [Request(*row) for row in records.order_by("-admitted_at", "-pk").values_list(*_COLUMNS)[:count]]
