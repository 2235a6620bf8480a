"""The billing page of an account: the plan and why, what comes then, what to do, and what a change would cost."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from naxios.accounts.models import User
from naxios.billing.models import BillingEvent, Invoice
from naxios.domain.entitlements import Source
from naxios.plans import queries as plan_queries
from naxios.plans import services as plans
from naxios.staff import audit
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop

pytestmark = pytest.mark.usefixtures("pages")
HOME = "/dashboard/billing/"


@pytest.fixture(autouse=True)
def _unlimited() -> Iterator[None]:
    """What was sent in other tests does not count."""
    cache.clear()
    yield
    cache.clear()


def shown(client: Client, path: str = HOME, **asked: str) -> str:
    answer = client.get(path, asked, follow=True)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_whoever_has_bought_nothing_is_told_why_they_have_the_free_plan(stripe: StandInStripe, client: Client) -> None:
    page = shown(client)

    assert "Everybody who has no other plan is on it." in page
    assert "No invoices yet" in page
    assert "Buy Pro" in page
    assert "What entitles you" not in page


def test_a_plan_from_a_code_says_when_it_ends_and_what_comes_then(
    stripe: StandInStripe, client: Client, user: User
) -> None:
    until = timezone.now() + timedelta(days=9)
    plans.grant(user=user, plan=plan_queries.by_name("pro"), source=Source.CODE, ends_at=until)

    page = shown(client)

    assert "You have redeemed a code for it." in page
    assert f"It ends on {until.day} {until:%b %Y, %H:%M} UTC. Then your account goes on with Free." in page
    assert "counts now" in page


def test_what_waits_behind_another_and_what_is_paused_is_listed(
    stripe: StandInStripe, client: Client, user: User
) -> None:
    plans.grant(user=user, plan=plan_queries.by_name("max"))
    code = plans.grant(user=user, plan=plan_queries.by_name("pro"), source=Source.CODE)
    assert "waits behind another" in shown(client)

    plans.pause(entitlement=code, reason="")

    assert "paused" in shown(client)


def test_an_account_that_is_refused_can_renew_or_go_on_with_the_free_plan(
    stripe: StandInStripe, client: Client, user: User
) -> None:
    plans.put(name="pro", fields={"after_lapse": "refuse"})
    ended = timezone.now() - timedelta(hours=1)
    plans.grant(
        user=user,
        plan=plan_queries.by_name("pro"),
        source=Source.CODE,
        starts_at=ended - timedelta(days=9),
        ends_at=ended,
    )

    page = shown(client)

    assert "Your plan Pro has ended." in page
    assert "Go on with the free plan" in page


def test_a_subscription_shows_its_renewal_and_what_was_paid(stripe: StandInStripe, client: Client, user: User) -> None:
    shop.buy(stripe, user)

    page = shown(client)

    assert "You have bought it." in page
    assert "Pro, $15 a month" in page
    assert "Renews (UTC)" in page
    assert "Paid this month $15" in page
    assert "Upgrade to Max" in page
    assert "It ends on" not in page


def test_an_upgrade_says_what_it_costs_now_and_costs_that(stripe: StandInStripe, client: Client, user: User) -> None:
    stripe.clock.freeze()
    number = shop.buy(stripe, user).pk
    stripe.advance(days=10)
    shop.hear(stripe)
    path = f"{HOME}subscriptions/{number}/change/"

    page = shown(client, path, plan="max")
    client.post(path, {"plan": "max"})

    latest = Invoice.objects.latest("issued_at", "pk")
    assert latest.paid_minor == latest.total_minor > 0
    assert f"To pay now ${latest.total_minor // 100}.{latest.total_minor % 100:02}" in page
    assert "If it is declined, nothing changes." in page


def test_a_change_to_a_cheaper_plan_says_what_the_next_invoice_will_be(
    stripe: StandInStripe, client: Client, user: User
) -> None:
    number = shop.buy(stripe, user, "max").pk
    before = Invoice.objects.count()

    page = shown(client, f"{HOME}subscriptions/{number}/change/", plan="pro")

    assert "Nothing is charged today." in page
    assert "Next invoice" in page or "which lowers your next invoices" in page
    assert Invoice.objects.count() == before


def test_a_change_can_be_made_while_its_price_cannot_be_told(stripe: StandInStripe, client: Client, user: User) -> None:
    number = shop.buy(stripe, user).pk
    stripe.faults.fail(times=1000)

    page = shown(client, f"{HOME}subscriptions/{number}/change/", plan="max")

    assert "does not tell at the moment" in page


@pytest.mark.parametrize("plan", ["pro", "none", ""])
def test_a_change_that_makes_no_sense_has_no_page(stripe: StandInStripe, client: Client, user: User, plan: str) -> None:
    number = shop.buy(stripe, user).pk

    page = shown(client, f"{HOME}subscriptions/{number}/change/", plan=plan)

    assert "already" in page or "There is no plan" in page


def test_canceling_says_until_when_the_plan_stays_before_it_is_done(
    stripe: StandInStripe, client: Client, user: User
) -> None:
    number = shop.buy(stripe, user).pk

    page = shown(client, f"{HOME}subscriptions/{number}/cancel/")

    assert "Pro stays until" in page
    assert "your account goes on with the free plan" in page
    assert shop.subscription(user).cancels_at is None
    client.post(f"{HOME}subscriptions/{number}/cancel/")
    assert "Then your account goes on with Free." in shown(client)
    assert "Resume" in shown(client)


def test_a_failed_payment_says_what_to_do_and_until_when_the_plan_stays(
    stripe: StandInStripe, client: Client, user: User
) -> None:
    subscription = shop.buy(stripe, user)
    stripe.let_cards_fail(subscription.customer.reference)
    stripe.advance(days=31)
    shop.hear(stripe)

    page = shown(client)

    assert "The last payment has failed." in page
    assert "Pay $15 now" in page
    assert "Change how you pay" in page
    assert "payment failed" in page


def test_nobody_is_asked_to_pay_for_what_has_ended(stripe: StandInStripe, client: Client, user: User) -> None:
    subscription = shop.buy(stripe, user)
    stripe.let_cards_fail(subscription.customer.reference)
    stripe.advance(days=31)
    shop.hear(stripe)
    assert "renews" not in shown(client)

    stripe.client().v1.subscriptions.cancel(subscription.reference)
    shop.hear(stripe)

    assert Invoice.objects.filter(state="open", attempts__gt=0).exists()
    assert "The last payment has failed." not in shown(client)


def test_a_trial_is_called_one(stripe: StandInStripe, client: Client, user: User) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    shop.buy(stripe, user)

    page = shown(client)

    assert "You are trying it for free." in page
    assert "Free until (UTC)" in page


def test_a_manual_invoice_is_waited_for_and_then_paid(manual: None, client: Client, user: User) -> None:
    client.post(f"{HOME}buy/plan/pro/", {"provider": "manual"})

    assert "Your invoice for Pro is waiting." in shown(client)
    assert "to be paid" in shown(client)


# Staff


@pytest.fixture
def staff(client: Client, user: User) -> Client:
    user.is_staff = True
    user.save()
    return client


def failed_event(customer: str = "cus_nobody") -> BillingEvent:
    return BillingEvent.objects.create(
        provider="stripe",
        reference="evt_1",
        type="invoice.paid",
        customer_reference=customer,
        state="failed",
        attempts=14,
        error="odd",
        happened_at=timezone.now(),
    )


def test_staff_have_an_event_processed_once_more_and_that_is_audited(stripe: StandInStripe, staff: Client) -> None:
    event = failed_event()
    assert "given up" in shown(staff, "/staff/billing/")

    answer = staff.post(f"/staff/billing/events/{event.pk}/retry/", follow=True)

    assert "could not be processed" in answer.content.decode() or "is processed" in answer.content.decode()
    assert audit.events()[0].act == "billing_event_retried"


def test_an_event_that_fails_again_says_why(stripe: StandInStripe, staff: Client) -> None:
    event = failed_event()
    stripe.faults.fail(times=1000)

    answer: Any = staff.post(f"/staff/billing/events/{event.pk}/retry/", follow=True)

    assert "invoice.paid could not be processed" in answer.content.decode()


def test_an_event_that_is_done_needs_no_retry(stripe: StandInStripe, staff: Client) -> None:
    assert "processed meanwhile" in staff.post("/staff/billing/events/99/retry/", follow=True).content.decode()


def test_staff_are_asked_before_money_moves(manual: None, staff: Client, user: User) -> None:
    staff.post(f"{HOME}buy/plan/pro/", {"provider": "manual"})
    number = Invoice.objects.get().number
    for act, words in (("paid", "Do this once the money has arrived."), ("void", "Nobody has to pay it any more")):
        assert words in shown(staff, f"/staff/billing/invoices/{number}/{act}/")
    staff.post(f"/staff/billing/invoices/{number}/paid/", {"note": "bank 7"})

    assert "Giving back all of it ends what it paid for" in shown(staff, f"/staff/billing/payments/{number}/refund/")
    staff.post(f"/staff/billing/payments/{number}/refund/", {"amount_minor": "", "why": "asked"})
    assert "Nothing of this payment is left" in shown(staff, f"/staff/billing/payments/{number}/refund/")
    assert "There is no payment" in shown(staff, "/staff/billing/payments/none/refund/")
