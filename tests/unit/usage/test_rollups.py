"""What the journal's drain adds up: hours, days and months, always the sum of the records."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from naxios.domain import clock
from naxios.domain.journal import Entry
from naxios.usage import queries
from naxios.usage.differences import rollups_that_differ
from naxios.usage.models import RefusalRollup, UsageRollup
from naxios.usage.rebuild import rebuild
from tests.unit.usage.histories import drain, forget_everything, histories, in_one_database, refused, used


def _rollups() -> tuple[list[Any], list[Any]]:
    columns = [field.attname for field in UsageRollup._meta.fields if field.name != "id"]
    refusals = RefusalRollup.objects.values_list("user_id", "key_id", "code", "day", "count")
    return sorted(UsageRollup.objects.values_list(*columns)), sorted(refusals)


def test_a_request_counts_in_its_hour_its_day_and_its_month() -> None:
    drain([used(datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), tokens=30)])

    starts = dict(UsageRollup.objects.filter(requests=1, standard_tokens=45).values_list("period", "start"))

    assert starts == {
        "hour": datetime(2026, 2, 28, 23, tzinfo=UTC),
        "day": datetime(2026, 2, 28, tzinfo=UTC),
        "month": datetime(2026, 2, 1, tzinfo=UTC),
    }


def test_statuses_are_kept_apart() -> None:
    drain([used(status=200), used(status=502, first_byte=0), used(status=502, first_byte=0)])

    rows = UsageRollup.objects.filter(period="day").order_by("status")

    assert list(rows.values_list("status", "requests", "errors", "first_byte_count")) == [
        (200, 1, 0, 1),
        (502, 2, 2, 0),
    ]


def test_each_duration_is_counted_once() -> None:
    drain([used(duration=clock.SECOND // 2), used(duration=clock.SECOND // 2), used(duration=clock.MINUTE * 2)])

    row = UsageRollup.objects.get(period="month")

    assert (row.within_500_ms, row.within_1_s, row.over_100_s) == (2, 0, 1)


def test_refusals_of_a_day_are_summed_up() -> None:
    drain([refused(datetime(2026, 3, 1, 9, 0, tzinfo=UTC), times=2), refused(datetime(2026, 3, 1, 9, 1, tzinfo=UTC))])

    assert list(RefusalRollup.objects.values_list("day", "count")) == [(datetime(2026, 3, 1, tzinfo=UTC), 3)]


@settings(in_one_database, max_examples=40)
@given(histories, st.integers(1, 3))
def test_adding_up_batch_by_batch_is_summing_up_all_records(history: list[Entry], batches: int) -> None:
    forget_everything()
    drain(history, batches)
    added_up = _rollups()

    rebuild()

    assert _rollups() == added_up
    assert rollups_that_differ() == []


def test_a_rollup_that_is_wrong_is_found_and_set_right() -> None:
    drain([used(tokens=30), used(tokens=50)])
    UsageRollup.objects.filter(period="month").update(standard_tokens=1)
    UsageRollup.objects.filter(period="day").delete()

    found = rollups_that_differ()
    rebuild()

    assert [line.split()[0] for line in found] == ["day", "month"]
    assert "standard_tokens 1 (records: 120)" in found[1]
    assert rollups_that_differ() == []


def test_tokens_of_today_are_told_by_scope() -> None:
    now = datetime.now(UTC)
    drain([used(now, key=1, tokens=10), used(now, key=2, tokens=100), used(now, account=2, key=3, tokens=1000)])

    assert queries.tokens_of_today(["account:1", "key:2", "key:9"]) == {"account:1": 165, "key:2": 150, "key:9": 0}
