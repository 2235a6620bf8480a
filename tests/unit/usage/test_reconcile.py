"""Whether journal, records, rollups and counters agree; and that whatever was changed by hand is found."""

from collections.abc import Callable
from pathlib import Path

import pytest

from naxios.accounts.models import User
from naxios.domain import clock
from naxios.domain.entitlements import BonusSource
from naxios.domain.journal import encode_line
from naxios.gateway.journal import Journal
from naxios.plans import queries as plans_queries
from naxios.plans import services as plans
from naxios.plans.models import BonusGrant
from naxios.usage.models import UsageRecord, UsageRollup
from naxios.usage.reconcile import Counted, Report, reconcile
from naxios.usage.tasks import drain_journal
from tests.unit.entries import used

pytestmark = pytest.mark.usefixtures("database")

SUMS = ["duration", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "standard_tokens"]
GROUPS = [("user_id", 99), ("key_id", 99), ("model", "another"), ("provider", "another")]


def nobody() -> None:
    """No gateway runs."""


def report(directory: Path, ask: Callable[[], Counted | None] = nobody) -> Report:
    return reconcile(directory, ask)


class Gateway:
    """A journal, and counters beside it as a limiter keeps them."""

    def __init__(self, directory: Path) -> None:
        self.journal = Journal(directory)
        self.tokens: dict[str, int] = {}
        self.bonuses: dict[str, int] = {}
        self._number = 0

    def serve(self, tokens: int = 150, bonus: int = 0) -> None:
        """One request of the present day."""
        self._number += 1
        self.journal.append(used(self._number, admitted_at=clock.now(), standard_tokens=tokens, bonus_tokens=bonus))
        for scope in ("account:17", "key:42"):
            self.tokens[scope] = self.tokens.get(scope, 0) + tokens
        if bonus:
            self.bonuses["account:17"] = self.bonuses.get("account:17", 0) + bonus

    def counted(self) -> Counted:
        return Counted(clock.day_of(clock.now()), dict(self.tokens), dict(self.bonuses), self.journal.position)


@pytest.fixture
def three_records(tmp_path: Path) -> Path:
    """The directory of a journal of which three requests have been carried, on two days."""
    journal = Journal(tmp_path)
    for number, later in enumerate((0, clock.HOUR, clock.DAY)):
        journal.append(used(number, admitted_at=used().admitted_at + later))
    journal.close()
    drain_journal(tmp_path)
    return tmp_path


# Agreement


def test_nothing_agrees_with_nothing(tmp_path: Path) -> None:
    assert report(tmp_path) == Report(records=0, pending=0, damaged=0, counters=None, differences=[])


def test_records_and_their_rollups_agree(three_records: Path) -> None:
    assert report(three_records) == Report(records=3, pending=0, damaged=0, counters=None, differences=[])


def test_counters_agree_with_records_and_what_is_still_in_the_journal(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    for _ in range(3):
        gateway.serve()
    drain_journal(tmp_path)
    for _ in range(2):
        gateway.serve()

    assert report(tmp_path, gateway.counted) == Report(records=3, pending=2, damaged=0, counters=2, differences=[])
    gateway.journal.close()


def test_traffic_during_the_comparison_is_no_difference(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve()

    def busy() -> Counted:
        gateway.serve()
        counted = gateway.counted()
        gateway.serve()
        return counted

    assert report(tmp_path, busy).differences == []
    gateway.journal.close()


def test_carrying_during_the_comparison_is_no_difference(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve()

    def drained_meanwhile() -> Counted:
        gateway.serve()
        drain_journal(tmp_path)
        return gateway.counted()

    assert report(tmp_path, drained_meanwhile).differences == []
    gateway.journal.close()


def test_a_segment_that_is_finished_and_deleted_during_the_comparison_is_no_difference(tmp_path: Path) -> None:
    before, gateway = Gateway(tmp_path), Gateway(tmp_path)
    before.serve()
    before.journal.close()
    gateway.tokens = before.tokens

    def drained_meanwhile() -> Counted:
        drain_journal(tmp_path)
        return gateway.counted()

    assert report(tmp_path, drained_meanwhile).differences == []
    gateway.journal.close()


def test_what_came_after_the_counters_were_read_is_not_compared(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve()
    counted = gateway.counted()
    gateway.serve()

    assert report(tmp_path, lambda: counted).pending == 1
    gateway.journal.close()


def test_counters_of_another_day_are_not_compared(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve()
    yesterday = gateway.counted()._replace(day=clock.day_of(clock.now()) - 1, tokens={})

    assert report(tmp_path, lambda: yesterday).differences == []
    gateway.journal.close()


@pytest.fixture
def bonus(database: object) -> BonusGrant:
    """A bonus of 1,000 tokens of account 17."""
    user = User.objects.create(pk=17, email="dev@example.com")
    return plans.grant_bonus(user=user, tokens=1_000, source=BonusSource.STAFF)


@pytest.mark.usefixtures("bonus")
def test_a_bonus_is_drawn_as_records_say_and_counters_count(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve(bonus=100)
    gateway.serve(bonus=50)
    drain_journal(tmp_path)
    gateway.serve(bonus=30)

    assert report(tmp_path, gateway.counted).differences == []
    assert plans_queries.bonus_tokens_drawn() == {17: 150}
    gateway.journal.close()


# Differences


def test_a_bonus_of_which_more_was_drawn_than_recorded_is_found(tmp_path: Path, bonus: BonusGrant) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve(bonus=100)
    drain_journal(tmp_path)
    plans.draw_bonus(user_id=17, tokens=5, at=bonus.created_at)

    assert report(tmp_path).differences == ["bonus of account 17: drawn 105 (records: 100)"]
    gateway.journal.close()


@pytest.mark.usefixtures("bonus")
def test_a_bonus_counter_that_drifted_is_found(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve(bonus=100)
    gateway.bonuses["account:17"] = 99

    [difference] = report(tmp_path, gateway.counted).differences

    assert difference == "bonus counter of account:17: 99, grants and journal 100"
    gateway.journal.close()


@pytest.mark.parametrize("field", SUMS)
def test_a_changed_record_is_found(three_records: Path, field: str) -> None:
    UsageRecord.objects.filter(request_id=used(1).request_id).update(**{field: 7})

    assert any(field in difference for difference in report(three_records).differences)


@pytest.mark.parametrize(("field", "value"), [*GROUPS, ("status", 500)])
def test_a_record_that_was_given_to_somebody_else_is_found(three_records: Path, field: str, value: object) -> None:
    UsageRecord.objects.filter(request_id=used(1).request_id).update(**{field: value})

    assert report(three_records).differences


def test_a_record_that_was_moved_to_another_day_is_found(three_records: Path) -> None:
    record = UsageRecord.objects.get(request_id=used(2).request_id)
    record.admitted_at = UsageRecord.objects.get(request_id=used(0).request_id).admitted_at
    record.save()

    assert report(three_records).differences


@pytest.mark.parametrize("period", list(UsageRollup.Period))
@pytest.mark.parametrize("field", ["requests", "errors", *SUMS])
def test_a_changed_rollup_is_found(three_records: Path, period: str, field: str) -> None:
    row = UsageRollup.objects.filter(period=period).first()
    assert row is not None
    setattr(row, field, getattr(row, field) + 1)
    row.save()

    [difference] = report(three_records).differences
    assert difference.startswith(period)
    assert field in difference


@pytest.mark.parametrize("period", list(UsageRollup.Period))
@pytest.mark.parametrize(("field", "value"), GROUPS)
def test_a_rollup_that_was_given_to_somebody_else_is_found(
    three_records: Path, period: str, field: str, value: object
) -> None:
    UsageRollup.objects.filter(period=period).update(**{field: value})

    assert report(three_records).differences


@pytest.mark.parametrize("period", list(UsageRollup.Period))
def test_a_rollup_that_is_gone_is_found(three_records: Path, period: str) -> None:
    UsageRollup.objects.filter(period=period).delete()

    assert all(difference.startswith(period) for difference in report(three_records).differences)
    assert report(three_records).differences


def test_a_record_that_is_gone_is_found(three_records: Path) -> None:
    UsageRecord.objects.filter(request_id=used(1).request_id).delete()

    assert [difference.split()[0] for difference in report(three_records).differences] == ["hour", "day", "month"]


@pytest.mark.parametrize("change", [{"account:17": 151}, {"key:42": 0}, {"key:43": 1}])
def test_a_counter_that_drifted_is_found(tmp_path: Path, change: dict[str, int]) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve()
    gateway.tokens |= change

    [difference] = report(tmp_path, gateway.counted).differences

    assert next(iter(change)) in difference
    gateway.journal.close()


def test_a_counter_that_forgot_everything_is_found(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.serve()
    drain_journal(tmp_path)
    gateway.tokens = {}

    assert len(report(tmp_path, gateway.counted).differences) == 2
    gateway.journal.close()


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    with (tmp_path / gateway.journal.segment).open("ab") as file:
        file.write(b"nonsense\n" + encode_line(used(1))[5:])

    assert report(tmp_path).damaged == 2
    gateway.journal.close()
