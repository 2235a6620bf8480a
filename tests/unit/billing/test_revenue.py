"""The page of revenue: what comes in, who goes on paying, and what went back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from naxios.accounts.services import create_user
from naxios.billing.models import BillingEvent
from naxios.billing.providers.truth import InvoiceState, SubscriptionState
from naxios.billing.revenue import RevenuePage, revenue_page
from naxios.plans import services as plans
from naxios.usage.periods import preset
from tests.unit.billing.sold import paid, payment, put, subscription

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _plans(database: Path) -> None:
    plans.put(name="pro", fields={"display_name": "Pro", "price_minor": 3_000, "currency": "usd"})
    plans.put(name="team", fields={"display_name": "Team", "price_minor": 9_000, "currency": "eur"})


def buyer(number: int) -> Any:
    return create_user(email=f"buyer-{number}@example.com")


def page(period: str = "30d") -> RevenuePage:
    return revenue_page(preset(period, NOW), NOW)


def test_subscriptions_are_counted_by_plan_over_time_and_their_monthly_price_is_what_goes_on() -> None:
    put(buyer(1), subscription(NOW - 5 * DAY))
    put(buyer(2), subscription(NOW - 9 * DAY, ended_at=NOW - 4 * DAY, state=SubscriptionState.CANCELED))
    put(buyer(3), subscription(NOW - 2 * DAY, trial_end=NOW + DAY, state=SubscriptionState.TRIALING))
    put(buyer(4), subscription(NOW - 60 * DAY, plan="team", price_minor=9_000, currency="eur"))

    found = page()

    assert [part.currency for part in found.currencies] == ["eur", "usd"]
    assert [part.monthly for part in found.currencies] == [9_000, 3_000]
    movement = found.movement
    assert (movement.active, movement.on_trial, movement.new, movement.ended) == (3, 1, 3, 1)
    by_plan = dict(zip(found.plans.series, zip(*(row.values for row in found.plans.rows), strict=True), strict=True))
    assert by_plan["Team"] == (1,) * 30
    assert by_plan["Pro"][-10:] == (1, 1, 1, 1, 2, 1, 1, 2, 2, 2)


def test_each_currency_has_its_own_figures() -> None:
    pro = subscription(NOW - 100 * DAY, period_start=NOW - 60 * DAY, period_end=NOW - 30 * DAY)
    put(buyer(1), pro, paid(NOW - 60 * DAY, 3_000, of=pro))
    pack = paid(NOW - DAY, 700, currency="eur")
    put(buyer(2), pack, payment(pack))

    usd, eur = page("12m").currencies[1], page("12m").currencies[0]

    assert (usd.earned, usd.received) == (3_000, 0)
    assert (eur.earned, eur.received, eur.monthly) == (700, 700, 0)
    assert sum(value or 0 for row in usd.chart.rows for value in row.values) == 3_000 * 100


def test_what_went_back_is_listed_and_taken_off() -> None:
    bought = paid(NOW - 3 * DAY, 1_000)
    money = payment(bought)
    who = put(buyer(1), bought, money)
    put(None, payment(bought, reference=money.reference, refunded_minor=400), customer_=who)

    found = revenue_page(preset("30d", timezone.now()), timezone.now())

    assert [(event.amount_minor, event.is_dispute) for event in found.went_back] == [(400, False)]
    assert (found.currencies[0].earned, found.currencies[0].given_back) == (1_000, 400)


def test_invoices_that_could_not_be_collected_are_counted() -> None:
    late = subscription(NOW - 40 * DAY, state=SubscriptionState.PAST_DUE)
    unpaid = paid(NOW - 3 * DAY, 3_000, of=late, state=InvoiceState.OPEN, paid_at=None, paid_minor=0)
    put(buyer(1), late, unpaid)

    assert (page().movement.failed, page().movement.past_due) == (1, 1)


@pytest.mark.usefixtures("pages")
def test_the_page_says_what_waits_for_staff() -> None:
    BillingEvent.objects.create(
        provider="stripe", reference="evt_1", type="invoice.paid", state="failed", error="odd", happened_at=NOW
    )
    browser = Client()
    browser.force_login(create_user(email="staff@example.com", is_staff=True))

    shown = browser.get("/staff/revenue/").content.decode()

    assert "Some events could not be processed." in shown
    assert "Nobody has paid yet" in shown
    assert "Payments are not configured" in shown
