"""What the database has to do is done by PostgreSQL as well: migrations, the journal's way into it, reconciliation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from naxios.domain import clock
from naxios.domain.journal import RefusalEntry, UsageEntry
from naxios.domain.usage import UsageSource
from naxios.gateway.journal import Journal
from naxios.usage import queries
from naxios.usage.models import JournalPosition, RefusalCount, RefusalRollup, UsageRecord, UsageRollup
from naxios.usage.periods import Period
from naxios.usage.reconcile import Counted, reconcile
from naxios.usage.tasks import drain_journal
from tests.integration.operation.postgres import connected

TODAY = clock.day_of(clock.now())
MORNING = TODAY * clock.DAY


@pytest.fixture(scope="module", autouse=True)
def _migrated(postgres_url: str) -> Iterator[None]:
    with connected(postgres_url):
        call_command("migrate", verbosity=0)
        yield


@pytest.fixture(autouse=True)
def _nothing_used(_migrated: None) -> Iterator[None]:
    yield
    for model in (UsageRecord, UsageRollup, RefusalCount, RefusalRollup, JournalPosition):
        model.objects.all().delete()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path)
    yield opened
    opened.close()


def test_the_database_is_postgresql() -> None:
    assert connection.vendor == "postgresql"


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_the_journal_becomes_records_and_sums_of_hours_and_days(journal: Journal, tmp_path: Path) -> None:
    for number, at in enumerate((MORNING, MORNING + clock.HOUR, MORNING + clock.HOUR + 1, MORNING - 1)):
        journal.append(_used(f"req_{number}", at))

    carried = drain_journal(tmp_path)

    assert carried == 4
    assert UsageRecord.objects.count() == 4
    sums = UsageRollup.objects.order_by("period", "start").values_list("period", "requests", "standard_tokens")
    assert list(sums) == [
        ("day", 1, 7),
        ("day", 3, 21),
        ("hour", 1, 7),
        ("hour", 1, 7),
        ("hour", 2, 14),
        ("month", 4, 28),
    ]


def test_what_comes_later_is_added_to_the_sums_and_nothing_is_carried_twice(journal: Journal, tmp_path: Path) -> None:
    for number in range(3):
        journal.append(_used(f"req_{number}", MORNING))
        drain_journal(tmp_path)

    again = drain_journal(tmp_path)

    assert again == 0
    assert UsageRecord.objects.count() == 3
    assert list(UsageRollup.objects.values_list("requests", "standard_tokens")) == [(3, 21)] * len(Period)


def test_refusals_are_added_up_by_key_code_and_minute(journal: Journal, tmp_path: Path) -> None:
    for code, minute, count in (("concurrency", 1, 2), ("concurrency", 1, 3), ("concurrency", 2, 1), ("other", 1, 1)):
        journal.append(RefusalEntry(account_id=1, key_id=1, code=code, minute=minute, count=count))
        drain_journal(tmp_path)

    counts = RefusalCount.objects.order_by("code", "minute").values_list("code", "count")
    assert list(counts) == [("concurrency", 5), ("concurrency", 1), ("other", 1)]
    assert queries.refusals(user_id=1) == {"concurrency": 6, "other": 1}


def test_counters_can_continue_from_what_is_stored(journal: Journal, tmp_path: Path) -> None:
    now = clock.now()
    journal.append(_used("req_1", now))
    drain_journal(tmp_path)

    stored = queries.stored_usage(now)

    assert [(use.account_id, use.key_id, use.tokens) for use in stored.days] == [(1, 1, 7)]
    assert [(use.admitted_at, use.tokens) for use in stored.recent] == [(now, 7)]
    assert queries.tokens_today() == 7


def test_reconciliation_counts_what_is_still_in_the_journal(journal: Journal, tmp_path: Path) -> None:
    now = clock.now()
    journal.append(_used("req_1", now))
    drain_journal(tmp_path)
    journal.append(_used("req_2", now))
    counted = Counted(clock.day_of(now), {"account:1": 14, "key:1": 14}, {}, journal.position)

    report = reconcile(tmp_path, lambda: counted)

    assert (report.records, report.pending, report.counters) == (1, 1, 2)
    assert report.differences == []


def test_reconciliation_finds_what_was_changed_by_hand(journal: Journal, tmp_path: Path) -> None:
    journal.append(_used("req_1", clock.now()))
    drain_journal(tmp_path)
    UsageRecord.objects.update(output_tokens=6)

    report = reconcile(tmp_path, lambda: None)

    assert [difference.split(": ", 1)[1] for difference in report.differences] == [
        "output_tokens 5 (records: 6)" for _ in Period
    ]


def _used(request_id: str, at: int) -> UsageEntry:
    return UsageEntry(
        request_id=request_id,
        account_id=1,
        key_id=1,
        model="good",
        provider="stand-in",
        endpoint="chat.completions",
        status=200,
        error="",
        streamed=False,
        input_tokens=2,
        output_tokens=5,
        cached_tokens=0,
        reasoning_tokens=0,
        standard_tokens=7,
        usage_source=UsageSource.REPORTED,
        admitted_at=at,
        duration=1000,
        first_byte=500,
        attempts=1,
    )
