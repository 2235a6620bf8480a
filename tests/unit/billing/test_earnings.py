"""What each day is due of what was paid."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from naxios.accounts.services import create_user
from naxios.billing.earnings import Earned, Kind, earned
from naxios.billing.models import Payment
from naxios.billing.providers.truth import DisputeState
from naxios.domain import clock
from naxios.domain.moments import microseconds
from naxios.plans import services as plans
from tests.unit.billing.sold import MONTH, paid, payment, put, subscription

pytestmark = pytest.mark.usefixtures("database")

START = datetime(2026, 11, 1, tzinfo=UTC)
FIRST = clock.day_of(microseconds(START))


@pytest.fixture(autouse=True)
def _plan(database: Any) -> None:
    plans.put(name="pro", fields={"price_minor": 3_000, "currency": "usd"})


@pytest.fixture
def user() -> Any:
    return create_user(email="buyer@example.com")


def days(count: int, *, start: datetime = START) -> list[Earned]:
    return earned(start, start + timedelta(days=count))


def test_a_subscription_is_earned_evenly_over_its_period(user: Any) -> None:
    bought = subscription(START)
    put(user, bought, paid(START, 3_000, of=bought))

    found = days(40)

    assert [one.amount_minor for one in found] == [100] * 30
    assert found[0] == Earned(FIRST, "usd", Kind.SUBSCRIPTION, user.pk, 100)


def test_only_the_days_that_are_asked_for_are_counted(user: Any) -> None:
    bought = subscription(START)
    put(user, bought, paid(START, 3_000, of=bought))

    assert [one.day - FIRST for one in days(3, start=START + timedelta(days=28))] == [28, 29]


def test_tax_is_not_earned(user: Any) -> None:
    bought = subscription(START)
    put(user, bought, paid(START, 3_600, of=bought, tax_minor=600))

    assert sum(one.amount_minor for one in days(30)) == 3_000


def test_what_is_bought_once_is_earned_on_its_day(user: Any) -> None:
    bought = paid(START + timedelta(days=2, hours=5), 500)
    put(user, bought, payment(bought))

    assert days(30) == [Earned(FIRST + 2, "usd", Kind.ONCE, user.pk, 500)]


def test_a_payment_that_has_no_invoice_is_earned_on_its_day(user: Any) -> None:
    bought = paid(START, 500)
    put(user, payment(bought, invoice=""))

    assert days(30) == [Earned(FIRST, "usd", Kind.ONCE, user.pk, 500)]


def test_an_invoice_that_is_not_paid_is_not_earned(user: Any) -> None:
    bought = subscription(START)
    put(user, bought, paid(START, 3_000, of=bought, paid_at=None, paid_minor=0))

    assert days(30) == []


def test_a_refund_is_taken_off_on_its_day_and_without_its_tax(user: Any) -> None:
    now = timezone.now()
    bought = paid(now - timedelta(days=3), 1_200, tax_minor=200)
    money = payment(bought)
    who = put(user, bought, money)

    put(user, payment(bought, reference=money.reference, refunded_minor=600), customer_=who)

    found = earned(START - 400 * timedelta(days=1), now + timedelta(days=1))
    assert [(one.kind, one.amount_minor) for one in found] == [(Kind.ONCE, 1_000), (Kind.GIVEN_BACK, -500)]
    assert found[1].day == clock.day_of(microseconds(now))


def test_a_payment_that_its_bank_takes_back_is_taken_off_unless_the_dispute_is_won(user: Any) -> None:
    bought = paid(START, 1_000)
    disputed = payment(bought, dispute=DisputeState.OPEN, disputed_at=START + timedelta(days=9))
    who = put(user, bought, disputed)
    assert sum(one.amount_minor for one in days(30)) == 0

    put(user, payment(bought, reference=disputed.reference, dispute=DisputeState.WON), customer_=who)

    assert sum(one.amount_minor for one in days(30)) == 1_000


def test_what_was_earned_outlives_its_account(user: Any) -> None:
    bought = subscription(START)
    put(user, bought, paid(START, 3_000, of=bought))

    Payment.objects.filter(customer__user=user).update(at=START)
    user.delete()

    assert {one.user_id for one in days(30)} == {None}
    assert sum(one.amount_minor for one in days(30)) == 3_000


def test_a_period_may_begin_and_end_at_any_time_of_day(user: Any) -> None:
    noon = START + timedelta(hours=12)
    bought = subscription(noon, period_end=noon + MONTH)
    put(user, bought, paid(noon, 3_000, of=bought))

    found = [one.amount_minor for one in days(40)]

    assert (found[0], found[1], found[-1], len(found), sum(found)) == (50, 100, 50, 31, 3_000)
