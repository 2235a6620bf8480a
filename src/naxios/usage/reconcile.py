"""Whether journal, records, rollups and counters agree, and what differs if they do not."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction

from naxios.domain import clock
from naxios.domain.journal import UsageEntry
from naxios.plans import queries as plans
from naxios.usage import journal_files, queries
from naxios.usage.differences import bonuses_that_differ, rollups_that_differ

ATTEMPTS = 5


class Counted(NamedTuple):
    """A running gateway's counters and the end of its journal, both of one moment.

    ``tokens`` are standard tokens of ``day`` by scope id, ``bonuses`` bonus tokens of all time by scope id,
    ``position`` the segment's file name and its size.
    """

    day: int
    tokens: dict[str, int]
    bonuses: dict[str, int]
    position: tuple[str, int]


class Report(NamedTuple):
    """The outcome; everything agrees if ``differences`` is empty."""

    records: int
    pending: int
    damaged: int
    counters: int | None
    differences: list[str]


class _Stored(NamedTuple):
    records: int
    positions: dict[str, int]
    tokens: dict[str, int]
    bonuses: dict[int, int]
    differences: list[str]


def reconcile(directory: Path, ask_counters: Callable[[], Counted | None]) -> Report:
    """Compare what is stored with what a running gateway counts (``ask_counters`` returns ``None`` without one).

    Traffic may go on. The database is read first and the counters after, so the counters are never behind; what lies
    between is in the journal, unless a segment was drained and deleted just then: that is noticed and tried again.
    What a segment held that was gone before is in the database, even if its position was not forgotten.
    """
    for _ in range(ATTEMPTS):
        day = clock.day_of(clock.now())
        segments = journal_files.segments(directory)
        stored = _stored(day)
        counted = ask_counters()
        try:
            report = _compare(stored, counted, day, directory)
        except FileNotFoundError:
            continue
        if all(segment.exists() for segment in segments):
            return report
    raise FileNotFoundError("journal segments keep disappearing while they are read")


def _stored(day: int) -> _Stored:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _Stored(
            queries.record_count(),
            queries.journal_positions(),
            queries.tokens_in_records(day),
            plans.bonus_tokens_drawn(),
            [*rollups_that_differ(), *bonuses_that_differ()],
        )


def _compare(stored: _Stored, counted: Counted | None, day: int, directory: Path) -> Report:
    tokens, bonuses = Counter(stored.tokens), Counter(stored.bonuses)
    pending = damaged = 0
    for segment in journal_files.segments(directory):
        until = None
        if counted is not None:
            if segment.name > counted.position[0]:
                continue
            until = counted.position[1] if segment.name == counted.position[0] else None
        for batch in journal_files.read(segment, stored.positions.get(segment.name, 0), until=until):
            damaged += batch.damaged
            for entry in batch.entries:
                if isinstance(entry, UsageEntry):
                    pending += 1
                    bonuses[entry.account_id] += entry.bonus_tokens
                    if clock.day_of(entry.admitted_at) == day:
                        tokens[f"account:{entry.account_id}"] += entry.standard_tokens
                        tokens[f"key:{entry.key_id}"] += entry.standard_tokens
    differences = list(stored.differences)
    if counted is not None and counted.day == day:
        differences += [
            f"counter of {scope_id} today: {counted.tokens.get(scope_id, 0)}, records and journal {tokens[scope_id]}"
            for scope_id in sorted(tokens.keys() | counted.tokens.keys())
            if tokens[scope_id] != counted.tokens.get(scope_id, 0)
        ]
    if counted is not None:
        differences += [
            f"bonus counter of account:{account}: {counter}, grants and journal {bonuses[account]}"
            for account in sorted(stored.bonuses)
            if (counter := counted.bonuses.get(f"account:{account}", 0)) != bonuses[account]
        ]
    return Report(stored.records, pending, damaged, None if counted is None else len(counted.tokens), differences)
