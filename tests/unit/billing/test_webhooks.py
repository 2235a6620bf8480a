"""Webhooks in any order and number, true and forged: the same end."""

import json
import random
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from naxios import config
from naxios.accounts.models import User
from naxios.billing import services
from naxios.billing.models import BillingEvent, Checkout
from tests.stand_ins.stripe import StandInStripe
from tests.stand_ins.stripe.signatures import payload, signature_header
from tests.unit.billing import shop


class Story:
    """A subscriber's life at Stripe, step by step, without Naxios having a hand in it after the first form."""

    def __init__(self, stripe: StandInStripe, checkouts: list[Checkout]) -> None:
        self.stripe, self.checkouts = stripe, checkouts
        self.api = stripe.client().v1

    def steps(self) -> list[Any]:
        return [self.buy, self.fail, self.recover, self.refund_a_part, self.dispute, self.win, self.cancel]

    def buy(self) -> None:
        for checkout in self.checkouts:
            self.stripe.pay(checkout.url)

    def fail(self) -> None:
        self.stripe.let_cards_fail(self._subscription.customer)
        self.stripe.advance(days=31, hours=2)

    def recover(self) -> None:
        self.stripe.let_cards_work(self._subscription.customer)
        self.api.invoices.pay(self._subscription.latest_invoice)

    def refund_a_part(self) -> None:
        self.api.refunds.create({"charge": self._charges()[0], "amount": 100})

    def dispute(self) -> None:
        self.opened = self.stripe.open_dispute(self._charges()[0])

    def win(self) -> None:
        self.stripe.close_dispute(self.opened["id"], won=True)

    def cancel(self) -> None:
        self.api.subscriptions.update(self._subscription.id, {"cancel_at_period_end": True})

    @property
    def _subscription(self) -> Any:
        return self.api.subscriptions.list({"status": "all"}).data[0]

    def _charges(self) -> list[str]:
        return [charge.id for charge in self.api.charges.list({"limit": 100}).data if charge.paid]


@pytest.fixture
def story(stripe: StandInStripe, user: User) -> Story:
    plan = services.start_for_plan(user=user, plan_name="pro", provider_name="stripe")
    pack = services.start_for_pack(user=user, pack_name="million", provider_name="stripe")
    return Story(stripe, [plan, pack])


@pytest.mark.parametrize("seed", range(3))
def test_every_webhook_three_times_shuffled_with_one_forged_and_one_stale_comes_to_the_same(
    story: Story, database: Path, tmp_path: Path, seed: int
) -> None:
    stripe, chance = story.stripe, random.Random(seed)
    connections.close_all()
    before = tmp_path / "before.sqlite3"
    shutil.copy(database, before)
    for step in story.steps():
        step()
    in_order = sorted(stripe.webhooks.endpoints[0].waiting)
    shop.hear(stripe)
    expected = shop.state()
    connections.close_all()
    shutil.copy(before, database)

    bodies = [stripe.webhooks.signed(stripe.object(id)) for id in in_order] * 3
    chance.shuffle(bodies)
    forged_at, stale_at = chance.randrange(len(bodies)), chance.randrange(len(bodies))
    for number, (body, headers) in enumerate(bodies):
        assert shop.receive(body, headers) == 200
        if number == forged_at:
            assert stripe.webhooks.forge({**stripe.event("invoice.paid"), "id": "evt_forged"}).status == 400
        if number == stale_at:
            assert stripe.webhooks.send_late({**stripe.event("invoice.paid"), "id": "evt_stale"}).status == 400
        if chance.random() < 0.2:
            shop.settle()
    shop.settle()

    assert shop.state() == expected
    assert expected["payments"] and expected["bonuses"] and expected["entitlements"]
    stored = {event.reference for event in shop.events()}
    assert stored.isdisjoint({"evt_forged", "evt_stale"})
    assert len(stored) == len(shop.events())


@pytest.mark.parametrize("seed", range(2))
def test_webhooks_that_come_late_and_mixed_between_changes_come_to_the_same(
    story: Story, database: Path, tmp_path: Path, seed: int
) -> None:
    stripe, chance = story.stripe, random.Random(seed)
    told: list[str] = []
    for step in story.steps():
        step()
        waiting = list(stripe.webhooks.endpoints[0].waiting)
        for id in chance.sample(waiting, k=len(waiting) // 2):
            shop.receive(*stripe.webhooks.signed(stripe.object(id)))
            told.append(id)
        shop.settle()
    shop.hear(stripe, times=3, shuffle=seed)

    mixed = shop.state()
    subscription = shop.subscription(User.objects.get())
    services.refresh(customer=subscription.customer)
    assert shop.state() == mixed, "everything was known already"
    assert (subscription.state, subscription.told) == ("active", "started")
    assert subscription.cancels_at == subscription.period_end == subscription.covered_until
    assert [row["dispute"] for row in mixed["payments"] if row["dispute"]] == ["won"]
    assert sum(row["refunded_minor"] for row in mixed["payments"]) == 100


def test_an_event_is_stored_once_and_without_its_content(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    event = stripe.event("invoice.paid")
    count = len(shop.events())

    for _ in range(3):
        stripe.webhooks.send_again(event["id"])

    assert len(shop.events()) == count
    stored = BillingEvent.objects.get(reference=event["id"])
    assert (stored.type, stored.state) == ("invoice.paid", BillingEvent.State.DONE)
    assert user.email not in "".join(str(vars(kept)) for kept in shop.events())


def test_a_body_that_was_changed_under_its_signature_is_refused(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    event = stripe.event("invoice.paid")

    delivery = stripe.webhooks.send_altered(event, payload({**event, "id": "evt_other"}))

    assert delivery.status == 400
    assert not BillingEvent.objects.filter(reference="evt_other").exists()


@pytest.mark.parametrize(
    "signature", ["", "t=,v1=", "t=1,v1=zz", "v1=aa", "t=9" + "9" * 5000 + ",v1=a", "t=1\x00,v1=b"]
)
def test_a_signature_that_is_none_is_refused(stripe: StandInStripe, signature: str) -> None:
    assert shop.receive(b'{"id": "evt_1"}', {"Stripe-Signature": signature}) == 400
    assert shop.events() == []


def test_either_secret_counts_while_they_are_changed(
    stripe: StandInStripe, user: User, configure: pytest.MonkeyPatch
) -> None:
    configure.setenv("NAXIOS_STRIPE_WEBHOOK_SECRET", f"whsec_new,{shop.SECRET}")
    config.load.cache_clear()
    event = _event("evt_old")
    assert shop.receive(*_signed(event, shop.SECRET)) == 200
    assert shop.receive(*_signed(_event("evt_new"), "whsec_new")) == 200
    assert shop.receive(*_signed(_event("evt_none"), "whsec_third")) == 400
    assert [stored.reference for stored in shop.events()] == ["evt_old", "evt_new"]


def test_events_of_no_interest_are_acknowledged_and_not_kept(stripe: StandInStripe) -> None:
    assert shop.receive(*_signed(_event("evt_1", type="payout.paid"))) == 200
    assert shop.events() == []


def test_an_event_of_live_mode_is_refused_with_a_test_key(stripe: StandInStripe) -> None:
    assert shop.receive(*_signed(_event("evt_1", livemode=True))) == 400
    assert shop.events() == []


def test_an_event_about_somebody_else_is_set_aside(stripe: StandInStripe) -> None:
    stranger = stripe.client().v1.customers.create({"email": "stranger@example.com"})

    assert shop.receive(*_signed(_event("evt_1", object={"id": "sub_1", "customer": stranger.id}))) == 200
    shop.settle()

    assert [event.state for event in shop.events()] == [BillingEvent.State.IGNORED]


def test_an_event_that_cannot_be_processed_waits_and_is_shown_to_staff(
    stripe: StandInStripe, user: User, client: Client, pages: None
) -> None:
    checkout = services.start_for_plan(user=user, plan_name="pro", provider_name="stripe")
    stripe.pay(checkout.url)
    stripe.faults.fail(times=1000)
    stripe.webhooks.deliver(types=["customer.subscription.created"])
    shop.settle()

    assert [event.state for event in shop.events()] == [BillingEvent.State.WAITING]
    assert "APIError" in shop.events()[0].error
    user.is_staff = True
    user.save()
    assert "customer.subscription.created" in client.get("/staff/billing/").content.decode()

    stripe.faults.clear()
    BillingEvent.objects.update(next_attempt_at=shop.events()[0].received_at)
    shop.settle()
    assert shop.plan_of(user) == "pro"
    assert [event.state for event in shop.events()] == [BillingEvent.State.DONE]


def test_a_webhook_is_larger_than_any_event(stripe: StandInStripe) -> None:
    assert shop.receive(b"x" * (512 * 1024 + 1), {"Stripe-Signature": "t=1,v1=a"}) == 413


def test_there_is_no_webhook_without_stripe(configure: pytest.MonkeyPatch, shelves: None) -> None:
    config.load.cache_clear()
    assert Client().post("/billing/stripe/webhook").status_code == 404
    assert Client().post("/billing/other/webhook").status_code == 404


def test_nobody_looks_at_a_webhook_with_a_browser(stripe: StandInStripe) -> None:
    assert Client().get("/billing/stripe/webhook").status_code == 405


def _event(id: str, *, type: str = "customer.subscription.updated", livemode: bool = False, **data: Any) -> bytes:
    about = data.get("object", {"id": "sub_1", "customer": "cus_1"})
    event = {"id": id, "object": "event", "type": type, "created": int(time.time()), "livemode": livemode}
    return json.dumps({**event, "data": {"object": about}}).encode()


def _signed(body: bytes, secret: str = shop.SECRET) -> tuple[bytes, dict[str, str]]:
    return body, {"Stripe-Signature": signature_header(body, [secret], int(time.time()))}
