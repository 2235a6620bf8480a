"""Webhooks, returning people and staff, all at the same time, and what has to be so afterwards, on any database."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.db import connections

from naxios.accounts import services as accounts
from naxios.accounts.models import SecurityEvent, User
from naxios.billing import events, services, tasks
from naxios.billing.models import BillingEvent, Checkout, Customer, Invoice, Payment, Subscription
from naxios.errors import Refused
from naxios.plans.models import BonusGrant, Entitlement
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop

AT_ONCE = 6


def every_webhook_at_once_beside_whoever_comes_back(stripe: StandInStripe) -> None:
    """Each event three times, and the page after paying, over and over: one of everything."""
    user = accounts.create_user(email="rush@example.com")
    plan = services.start_for_plan(user=user, plan_name="pro", provider_name="stripe")
    pack = services.start_for_pack(user=user, pack_name="million", provider_name="stripe")
    stripe.pay(plan.url)
    stripe.pay(pack.url)
    signed = [stripe.webhooks.signed(stripe.object(id)) for id in stripe.webhooks.endpoints[0].waiting] * 3
    customer = Customer.objects.get()
    jobs: list[Callable[[], object]] = [lambda body=body, head=head: _assert_taken(body, head) for body, head in signed]
    jobs += [lambda: services.refresh(customer=customer)] * AT_ONCE + [tasks.process_events] * AT_ONCE
    random.Random(3).shuffle(jobs)

    _at_once(jobs)
    shop.settle()

    assert shop.plan_of(user) == "pro"
    assert {event.state for event in shop.events()} == {BillingEvent.State.DONE}
    assert Customer.objects.count() == Subscription.objects.count() == BonusGrant.objects.count() == 1
    assert Invoice.objects.count() == Payment.objects.count() == Checkout.objects.count() == 2
    assert Entitlement.objects.filter(source="subscription").count() == 1
    assert shop.happened(user).count("payment_received") == 2
    assert shop.happened(user).count("plan_started") == 1
    assert shop.mails().count("Your receipt from Naxios") == 2


def staff_give_the_same_payment_back_at_once(stripe: StandInStripe) -> None:
    """The same amount, by several: never more than was paid, and what is told adds up."""
    user = accounts.create_user(email="refund@example.com")
    shop.buy(stripe, user)
    payment = Payment.objects.get()

    def refund() -> None:
        with suppress(Refused):
            services.refund(payment=Payment.objects.get(pk=payment.pk), amount_minor=1000, actor=None)

    _at_once([refund] * AT_ONCE)
    shop.hear(stripe)

    payment.refresh_from_db()
    assert payment.refunded_minor == stripe.object(payment.reference)["amount_refunded"] == 1000
    assert shop.happened(user).count("payment_refunded") == 1


def an_account_is_deleted_while_its_webhooks_come(stripe: StandInStripe) -> None:
    """Whatever is faster: nothing is left that charges, and nothing breaks for good."""
    user = accounts.create_user(email="leaving@example.com")
    checkout = services.start_for_plan(user=user, plan_name="pro", provider_name="stripe")
    stripe.pay(checkout.url)
    stripe.webhooks.deliver()

    _at_once([tasks.process_events, lambda: User.objects.get(pk=user.pk).delete(), tasks.process_events])
    for _ in range(2):
        BillingEvent.objects.update(next_attempt_at=shop.events()[0].received_at)
        shop.settle()
        tasks.close_deserted()

    assert events.failed() == []
    assert not Entitlement.objects.exists() and not SecurityEvent.objects.filter(user_id=user.pk).exists()
    assert {
        found["status"] for found in stripe.client().v1.subscriptions.list({"status": "all"}).to_dict()["data"]
    } == {"canceled"}


def one_person_clicks_many_times(stripe: StandInStripe) -> None:
    """The same plan from several tabs: one page of one customer, so that nobody pays twice."""
    user = accounts.create_user(email="clicks@example.com")
    stripe.faults.delay("/v1/checkout/sessions", seconds=0.2)
    urls: list[str] = []

    def click() -> None:
        urls.append(services.start_for_plan(user=user, plan_name="pro", provider_name="stripe").url)

    _at_once([click] * AT_ONCE)

    assert len(urls) == AT_ONCE and len(set(urls)) == 1
    assert Customer.objects.count() == Checkout.objects.count() == 1
    api = stripe.client().v1
    assert len(api.customers.list().data) == len(api.checkout.sessions.list().data) == 1


RUSHES = (
    one_person_clicks_many_times,
    every_webhook_at_once_beside_whoever_comes_back,
    staff_give_the_same_payment_back_at_once,
    an_account_is_deleted_while_its_webhooks_come,
)


def _assert_taken(body: bytes, headers: dict[str, str]) -> None:
    assert shop.receive(body, headers) == 200


def _at_once(jobs: list[Callable[[], object]]) -> None:
    def work(job: Callable[[], object]) -> None:
        try:
            job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, jobs))
