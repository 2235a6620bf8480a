"""What can be done with usage: journal entries become records, rollups and refusal counts, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from naxios.domain import clock
from naxios.domain.journal import Entry, RefusalEntry, UsageEntry
from naxios.domain.moments import moment
from naxios.keys import services as keys
from naxios.usage.models import JournalPosition, RefusalCount, UsageRecord, UsageRollup

_SUMS = (
    "requests",
    "errors",
    "duration",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "standard_tokens",
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
)
_RollupKey = tuple[str, int, int, int, str, str]


@transaction.atomic
def record(*, entries: list[Entry], segment: str, offset: int) -> None:
    """Store ``entries`` and that ``segment`` has been carried up to ``offset``: both or neither."""
    used = [entry for entry in entries if isinstance(entry, UsageEntry)]
    _add_records(used)
    _add_to_rollups(used)
    _add_to_refusals([entry for entry in entries if isinstance(entry, RefusalEntry)])
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
    )


def _add_to_rollups(entries: list[UsageEntry]) -> None:
    sums: dict[_RollupKey, list[int]] = defaultdict(lambda: [0] * len(_SUMS))
    for entry in entries:
        amounts = (
            1,
            int(entry.status >= 400),
            entry.duration,
            entry.input_tokens,
            entry.output_tokens,
            entry.cached_tokens,
            entry.reasoning_tokens,
            entry.standard_tokens,
        )
        for period, length in ((UsageRollup.Period.HOUR, clock.HOUR), (UsageRollup.Period.DAY, clock.DAY)):
            start = entry.admitted_at - entry.admitted_at % length
            row = sums[period, start, entry.account_id, entry.key_id, entry.model, entry.provider]
            row[:] = map(sum, zip(row, amounts, strict=True))
    # Django's bulk_create replaces on conflict; adding up needs SQL, the same for SQLite and PostgreSQL.
    columns = ("period", "start", "user_id", "key_id", "model", "provider")
    _upsert(UsageRollup._meta.db_table, columns, _SUMS, [(*_with_moment(key), *row) for key, row in sums.items()])


def _add_to_refusals(entries: list[RefusalEntry]) -> None:
    sums: dict[tuple[int, int, str, int], int] = defaultdict(int)
    for entry in entries:
        sums[entry.account_id, entry.key_id, entry.code, entry.minute] += entry.count
    rows = [
        (account, key, code, _column(minute * clock.MINUTE), count)
        for (account, key, code, minute), count in sums.items()
    ]
    _upsert(
        RefusalCount._meta.db_table, ("user_id", "key_id", "code", "minute"), ("count",), rows, "key_id, code, minute"
    )


def _with_moment(key: _RollupKey) -> tuple[Any, ...]:
    period, start, *rest = key
    return (str(period), _column(start), *rest)


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
