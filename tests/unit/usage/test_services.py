"""Journal entries become records, rollups and counts: all of a batch, or nothing of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError

from naxios.accounts import services as accounts
from naxios.domain import clock
from naxios.domain.journal import Entry, RefusalEntry, UsageEntry
from naxios.domain.moments import moment
from naxios.keys import services as keys
from naxios.usage import queries, services
from naxios.usage.models import RefusalCount, UsageRecord, UsageRollup
from naxios.usage.periods import Period
from tests.unit.entries import NOON, used

pytestmark = pytest.mark.usefixtures("database")

MINUTE = NOON // clock.MINUTE
MIDNIGHT = NOON + 12 * clock.HOUR
COLUMNS = {"account_id": "user_id"}
"""Fields of the journal whose column has another name."""


def record(*entries: Entry, offset: int = 1) -> None:
    services.record(entries=list(entries), segment="s.journal", offset=offset)


def rollups(period: str) -> dict[datetime, tuple[int, int, int]]:
    """Requests, errors and standard tokens by their hour or day."""
    rows = UsageRollup.objects.filter(period=period).order_by("start")
    return {row.start: (row.requests, row.errors, row.standard_tokens) for row in rows}


def test_every_field_of_an_entry_has_its_column() -> None:
    columns = {field.attname for field in UsageRecord._meta.concrete_fields} - {"id"}

    assert {COLUMNS.get(name, name) for name in UsageEntry.__struct_fields__} == columns


def test_a_record_says_what_its_entry_said() -> None:
    entry = used(status=502, error="provider_error", streamed=True, attempts=3)

    record(entry)

    stored = UsageRecord.objects.get()
    for name in set(UsageEntry.__struct_fields__) - {"admitted_at"}:
        assert getattr(stored, COLUMNS.get(name, name)) == getattr(entry, name), name
    assert stored.admitted_at == moment(entry.admitted_at)


def test_what_can_be_summed_is_summed() -> None:
    record(used(1), used(2), offset=1)
    record(used(3, input_tokens=1, output_tokens=2, cached_tokens=3, reasoning_tokens=4, standard_tokens=5, duration=6))

    for row in UsageRollup.objects.all():
        assert (row.requests, row.errors, row.status) == (3, 0, 200)
        assert (row.input_tokens, row.output_tokens) == (201, 102)
        assert (row.cached_tokens, row.reasoning_tokens) == (23, 14)
        assert (row.standard_tokens, row.duration) == (305, 4_000_006)
        assert (row.user_id, row.key_id, row.model, row.provider) == (17, 42, "m", "p")
    assert UsageRollup.objects.count() == len(Period)


def test_hours_and_days_are_those_of_the_admission() -> None:
    record(
        used(1, admitted_at=MIDNIGHT - 1, duration=2 * clock.HOUR),
        used(2, admitted_at=MIDNIGHT),
        used(3, admitted_at=MIDNIGHT + clock.HOUR),
        used(4, admitted_at=MIDNIGHT + clock.HOUR + 1),
    )

    assert rollups("hour") == {
        datetime(2026, 1, 1, 23, tzinfo=UTC): (1, 0, 150),
        datetime(2026, 1, 2, 0, tzinfo=UTC): (1, 0, 150),
        datetime(2026, 1, 2, 1, tzinfo=UTC): (2, 0, 300),
    }
    assert rollups("day") == {
        datetime(2026, 1, 1, tzinfo=UTC): (1, 0, 150),
        datetime(2026, 1, 2, tzinfo=UTC): (3, 0, 450),
    }


@pytest.mark.parametrize(
    "other", [{"account_id": 18}, {"key_id": 43}, {"model": "n"}, {"provider": "q"}, {"status": 502}]
)
def test_another_account_key_model_provider_or_status_is_summed_by_itself(other: dict[str, object]) -> None:
    record(used(1), used(2, **other))
    record(used(3), used(4, **other))

    assert sorted(UsageRollup.objects.values_list("period", "requests")) == sorted(
        (period, 2) for period in Period for _ in range(2)
    )


@pytest.mark.parametrize(("status", "errors"), [(200, 0), (399, 0), (400, 1), (499, 1), (502, 1)])
def test_every_status_from_400_on_is_an_error(status: int, errors: int) -> None:
    record(used(status=status))

    assert set(UsageRollup.objects.values_list("errors", flat=True)) == {errors}


def test_refusals_of_one_minute_add_up() -> None:
    record(RefusalEntry(17, 42, "concurrency", MINUTE, 5), RefusalEntry(17, 42, "concurrency", MINUTE, 2))
    record(RefusalEntry(17, 42, "concurrency", MINUTE, 1), RefusalEntry(17, 42, "tokens_per_day", MINUTE, 1))
    record(RefusalEntry(17, 42, "concurrency", MINUTE + 1, 9))

    assert sorted(RefusalCount.objects.values_list("user_id", "key_id", "code", "minute", "count")) == [
        (17, 42, "concurrency", moment(NOON), 8),
        (17, 42, "concurrency", moment(NOON + clock.MINUTE), 9),
        (17, 42, "tokens_per_day", moment(NOON), 1),
    ]


def test_how_far_a_segment_has_been_carried_is_stored_with_it() -> None:
    record(used(1), offset=100)
    record(used(2), offset=200)

    assert queries.journal_positions() == {"s.journal": 200}


def test_a_batch_that_cannot_be_stored_leaves_nothing_behind() -> None:
    record(used(1), offset=100)

    with pytest.raises(IntegrityError):
        record(used(2), RefusalEntry(17, 42, "concurrency", MINUTE, 5), used(1), offset=200)

    assert UsageRecord.objects.count() == 1
    assert rollups("day") == {datetime(2026, 1, 1, tzinfo=UTC): (1, 0, 150)}
    assert RefusalCount.objects.count() == 0
    assert queries.journal_positions() == {"s.journal": 100}


def test_a_batch_of_nothing_moves_the_position() -> None:
    record(offset=300)

    assert queries.journal_positions() == {"s.journal": 300}
    assert UsageRecord.objects.count() == 0


def test_a_key_was_last_used_when_its_latest_request_was_admitted() -> None:
    key, _ = keys.create(user=accounts.create_user(email="dev@example.com"), name="laptop")

    record(used(1, key_id=key.pk, admitted_at=NOON + 5), used(2, key_id=key.pk, admitted_at=NOON))
    record(used(3, key_id=key.pk, admitted_at=NOON - clock.HOUR))

    key.refresh_from_db()
    assert key.last_used_at == moment(NOON + 5)


def test_usage_of_a_key_that_is_gone_is_recorded_all_the_same() -> None:
    record(used(key_id=10**9, account_id=10**9))

    assert UsageRecord.objects.count() == 1


def test_a_forgotten_segment_has_no_position(database: Path) -> None:
    record(used(1))

    services.forget_segment(segment="s.journal")

    assert queries.journal_positions() == {}
    assert UsageRecord.objects.count() == 1
