"""What can be done with usage: journal entries become records, rollups and refusal counts, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from operator import add
from typing import Any

from django.db import connection, transaction

from naxios.abuse import services as abuse
from naxios.domain import clock
from naxios.domain.journal import Entry, RefusalEntry, SharedKeyEntry, UsageEntry
from naxios.domain.moments import moment
from naxios.keys import services as keys
from naxios.plans import services as plans
from naxios.usage import latency
from naxios.usage.models import JournalPosition, RefusalCount, RefusalRollup, UsageRecord, UsageRollup
from naxios.usage.periods import Period, start_of

_SUMS = (
    "requests",
    "errors",
    "duration",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
    "first_byte",
    "first_byte_count",
)
_COLUMNS = (
    "request_id",
    "user_id",
    "key_id",
    "model",
    "provider",
    "endpoint",
    "status",
    "error",
    "streamed",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
    "usage_source",
    "admitted_at",
    "duration",
    "first_byte",
    "attempts",
    "bonus_tokens",
)
_Group = tuple[int, int, str, str, int]


@transaction.atomic
def record(*, entries: list[Entry], segment: str, offset: int) -> None:
    """Store ``entries`` and that ``segment`` has been carried up to ``offset``: both or neither."""
    used = [entry for entry in entries if isinstance(entry, UsageEntry)]
    _add_records(used)
    _add_to_rollups(used)
    _add_to_refusals([entry for entry in entries if isinstance(entry, RefusalEntry)])
    abuse.note_shared_keys(entries=[entry for entry in entries if isinstance(entry, SharedKeyEntry)])
    _draw_bonuses(used)
    last_use: dict[int, int] = {}
    for entry in used:
        last_use[entry.key_id] = max(last_use.get(entry.key_id, 0), entry.admitted_at)
    keys.mark_used(moments={key_id: moment(at) for key_id, at in last_use.items()})
    JournalPosition.objects.update_or_create(segment=segment, defaults={"offset": offset})


def forget_segment(*, segment: str) -> None:
    """Forget the position of a segment whose file is gone."""
    JournalPosition.objects.filter(segment=segment).delete()


def _add_records(entries: list[UsageEntry]) -> None:
    # Django's bulk_create takes four times as long, and the gateway shares the process with it.
    columns = ", ".join(f'"{column}"' for column in _COLUMNS)
    places = ", ".join(["%s"] * len(_COLUMNS))
    sql = f'INSERT INTO "{UsageRecord._meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [_record(entry) for entry in entries])


def _record(entry: UsageEntry) -> tuple[Any, ...]:
    """The columns of one record, in the order of ``_COLUMNS``."""
    return (
        entry.request_id,
        entry.account_id,
        entry.key_id,
        entry.model,
        entry.provider,
        entry.endpoint,
        entry.status,
        entry.error,
        entry.streamed,
        entry.input_tokens,
        entry.output_tokens,
        entry.cached_tokens,
        entry.reasoning_tokens,
        entry.standard_tokens,
        str(entry.usage_source),
        _column(entry.admitted_at),
        entry.duration,
        entry.first_byte,
        entry.attempts,
        entry.bonus_tokens,
    )


def _add_to_rollups(entries: list[UsageEntry]) -> None:
    names = (*_SUMS, *latency.COLUMNS)
    hours: dict[tuple[int, _Group], list[int]] = defaultdict(lambda: [0] * len(names))
    for entry in entries:
        group = (entry.account_id, entry.key_id, entry.model, entry.provider, entry.status)
        row = hours[start_of(Period.HOUR, entry.admitted_at), group]
        for column, amount in enumerate(_amounts(entry)):
            row[column] += amount
        row[len(_SUMS) + latency.step_of(entry.duration)] += 1
    sums: dict[tuple[Period, int, _Group], list[int]] = defaultdict(lambda: [0] * len(names))
    for (hour, group), row in hours.items():
        for period in Period:
            total = sums[period, start_of(period, hour), group]
            total[:] = map(add, total, row)
    # Django's bulk_create replaces on conflict; adding up needs SQL, the same for SQLite and PostgreSQL.
    columns = ("period", "start", "user_id", "key_id", "model", "provider", "status")
    rows = [(str(period), _column(start), *group, *row) for (period, start, group), row in sums.items()]
    _upsert(UsageRollup._meta.db_table, columns, names, rows)


def _amounts(entry: UsageEntry) -> tuple[int, ...]:
    """What ``entry`` adds to each of ``_SUMS``."""
    return (
        1,
        int(entry.status >= 400),
        entry.duration,
        entry.input_tokens,
        entry.output_tokens,
        entry.cached_tokens,
        entry.reasoning_tokens,
        entry.standard_tokens,
        entry.first_byte,
        int(entry.first_byte > 0),
    )


def _draw_bonuses(entries: list[UsageEntry]) -> None:
    """Take from the accounts' grants what the gateway has charged to them; with the records, so each exactly once."""
    for entry in entries:
        if entry.bonus_tokens:
            settled_at = moment(entry.admitted_at + entry.duration)
            plans.draw_bonus(user_id=entry.account_id, tokens=entry.bonus_tokens, at=settled_at)


def _add_to_refusals(entries: list[RefusalEntry]) -> None:
    minutes: dict[tuple[int, int, str, int], int] = defaultdict(int)
    days: dict[tuple[int, int, str, int], int] = defaultdict(int)
    for entry in entries:
        at = entry.minute * clock.MINUTE
        minutes[entry.account_id, entry.key_id, entry.code, at] += entry.count
        days[entry.account_id, entry.key_id, entry.code, at - at % clock.DAY] += entry.count
    for model, column, sums in ((RefusalCount, "minute", minutes), (RefusalRollup, "day", days)):
        rows = [(account, key, code, _column(at), count) for (account, key, code, at), count in sums.items()]
        columns = ("user_id", "key_id", "code", column)
        _upsert(model._meta.db_table, columns, ("count",), rows, f"key_id, code, {column}")


def _column(microseconds: int) -> Any:
    """A moment as the ORM writes it: SQLite keeps text, and only the same text is found again."""
    return connection.ops.adapt_datetimefield_value(moment(microseconds))


def _upsert(
    table: str, keys: tuple[str, ...], sums: tuple[str, ...], rows: Sequence[tuple[Any, ...]], unique: str = ""
) -> None:
    """Insert ``rows``, or add their ``sums`` to the rows that are there. All names are constants of this module."""
    if not rows:
        return
    quoted = ", ".join(f'"{column}"' for column in (*keys, *sums))
    additions = ", ".join(f'"{column}" = "{table}"."{column}" + excluded."{column}"' for column in sums)
    places = ", ".join(["%s"] * (len(keys) + len(sums)))
    sql = (
        f'INSERT INTO "{table}" ({quoted}) VALUES ({places}) '  # noqa: S608
        f"ON CONFLICT ({unique or ', '.join(keys)}) DO UPDATE SET {additions}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
