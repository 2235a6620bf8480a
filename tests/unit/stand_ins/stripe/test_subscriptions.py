"""The life of a subscription, told by the official library and by events."""

import urllib.request
from typing import Any

import pytest
import stripe

from tests.unit.stand_ins.stripe.conftest import Shop

MONTH = 31  # days, which reach past any month's end


def kinds(shop: Shop, since: int = 0) -> list[str]:
    return [event["type"] for event in shop.account.events()[since:]]


def test_a_subscription_that_is_bought_is_active_and_its_invoice_paid(shop: Shop) -> None:
    bought = shop.subscribe(subscription_data={"metadata": {"account": "7"}})

    assert bought.status == "active"
    assert bought.metadata["account"] == "7"
    item = bought["items"].data[0]
    assert item.price.id == shop.pro
    assert item.current_period_end > item.current_period_start == shop.account.clock.now()
    invoice = shop.client.v1.invoices.retrieve(str(bought.latest_invoice), {"expand": ["payments"]})
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 1500, "subscription_create")
    assert invoice.parent is not None and invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == bought.id
    assert invoice.payments is not None and invoice.payments.data[0].status == "paid"


def test_events_of_a_purchase_come_in_the_order_of_stripes(shop: Shop) -> None:
    before = len(shop.account.events())

    shop.subscribe()

    happened = [kind for kind in kinds(shop, before) if not kind.startswith(("payment_", "charge", "invoice_payment"))]
    assert happened == [
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]
    assert shop.account.event("customer.subscription.updated")["data"]["previous_attributes"] == {
        "status": "incomplete"
    }


def test_a_month_later_it_is_renewed_and_an_hour_after_that_paid(shop: Shop) -> None:
    bought = shop.subscribe()
    end = bought["items"].data[0].current_period_end

    shop.account.advance(seconds=end - shop.account.clock.now())

    renewed = shop.subscription(bought.id, expand=["latest_invoice"])
    assert isinstance(renewed.latest_invoice, stripe.Invoice)
    assert renewed.latest_invoice.status == "draft"
    assert renewed["items"].data[0].current_period_start == end
    shop.account.advance(hours=1)
    invoice = shop.client.v1.invoices.retrieve(renewed.latest_invoice.id)
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_cycle")
    told = shop.account.event("customer.subscription.updated")["data"]["previous_attributes"]
    assert told["items"]["data"][0]["current_period_end"] == end


def test_a_failed_renewal_is_past_due_and_recovers_with_the_next_attempt(shop: Shop) -> None:
    bought = shop.subscribe(card="fail_later")
    shop.account.advance(days=MONTH, hours=1)

    assert shop.subscription(bought.id).status == "past_due"
    failed = shop.account.event("invoice.payment_failed")["data"]["object"]
    assert failed["attempt_count"] == 1
    assert failed["next_payment_attempt"] > failed["created"]
    assert shop.client.v1.customers.retrieve(str(bought.customer)).delinquent
    shop.account.let_cards_work(str(bought.customer))
    shop.account.advance(days=3)

    assert shop.subscription(bought.id).status == "active"
    assert shop.account.event("customer.subscription.updated")["data"]["previous_attributes"] == {"status": "past_due"}
    assert not shop.client.v1.customers.retrieve(str(bought.customer)).delinquent


def test_after_the_last_attempt_it_ends_as_the_account_was_set(shop: Shop) -> None:
    for setting, status in (("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")):
        shop.account.settings.after_retries = setting
        bought = shop.subscribe(card="fail_later")

        shop.account.advance(days=MONTH + 3 + 5 + 7, hours=2)

        assert shop.subscription(bought.id).status == status
        assert shop.account.event("invoice.payment_failed")["data"]["object"]["next_payment_attempt"] is None
    ended = shop.account.event("customer.subscription.deleted")["data"]["object"]
    assert ended["cancellation_details"]["reason"] == "payment_failed"


def test_an_upgrade_is_charged_for_the_rest_of_the_period_at_once(shop: Shop) -> None:
    bought = shop.subscribe()
    item = bought["items"].data[0]
    shop.account.advance(seconds=(item.current_period_end - item.current_period_start) // 2)
    wished: Any = {"items": [{"id": item.id, "price": shop.max}], "proration_behavior": "always_invoice"}
    preview = shop.client.v1.invoices.create_preview({"subscription": bought.id, "subscription_details": wished})

    shop.client.v1.subscriptions.update(bought.id, wished)
    upgraded = shop.subscription(bought.id, expand=["latest_invoice"])

    assert upgraded["items"].data[0].price.id == shop.max
    assert isinstance(upgraded.latest_invoice, stripe.Invoice)
    unused, remaining = upgraded.latest_invoice.lines.data
    assert (unused.amount, remaining.amount) == (-750, 2250)
    assert unused.description is not None and unused.description.startswith("Unused time on Pro after ")
    assert unused.parent is not None and unused.parent.subscription_item_details is not None
    assert unused.parent.subscription_item_details.proration
    assert upgraded.latest_invoice.amount_paid == preview.amount_due == 1500
    assert upgraded.latest_invoice.billing_reason == "subscription_update"
    told = next(
        event["data"]
        for event in shop.account.events("customer.subscription.updated")
        if "items" in event["data"]["previous_attributes"]
    )
    assert told["previous_attributes"]["items"]["data"][0]["price"]["id"] == shop.pro


def test_a_change_may_also_wait_for_the_next_invoice(shop: Shop) -> None:
    bought = shop.subscribe(shop.max)
    item = bought["items"].data[0]
    shop.account.advance(seconds=(item.current_period_end - item.current_period_start) // 2)
    shop.client.v1.subscriptions.update(bought.id, {"items": [{"id": item.id, "price": shop.pro}]})

    shop.account.advance(days=MONTH)

    renewed = shop.subscription(bought.id, expand=["latest_invoice"])
    assert isinstance(renewed.latest_invoice, stripe.Invoice)
    assert [line.amount for line in renewed.latest_invoice.lines.data] == [-2250, 750, 1500]
    assert (renewed.latest_invoice.total, renewed.latest_invoice.status) == (0, "paid")


def test_a_downgrade_that_is_invoiced_at_once_is_kept_as_credit(shop: Shop) -> None:
    bought = shop.subscribe(shop.max)
    item = bought["items"].data[0]
    shop.account.advance(seconds=(item.current_period_end - item.current_period_start) // 2)
    shop.client.v1.subscriptions.update(
        bought.id, {"items": [{"id": item.id, "price": shop.pro}], "proration_behavior": "always_invoice"}
    )
    assert shop.client.v1.customers.retrieve(str(bought.customer)).balance == -1500

    shop.account.advance(days=MONTH)

    assert shop.client.v1.customers.retrieve(str(bought.customer)).balance == 0
    assert shop.client.v1.invoices.list({"subscription": bought.id}).data[0].amount_due == 0


@pytest.mark.parametrize(
    ("payment", "price", "status"), [("allow", "max", "past_due"), ("pending_if", "pro", "active")]
)
def test_an_upgrade_whose_payment_fails(shop: Shop, payment: str, price: str, status: str) -> None:
    bought = shop.subscribe(card="fail_later")
    wished: Any = {"id": bought["items"].data[0].id, "price": shop.max}
    shop.client.v1.subscriptions.update(
        bought.id,
        {"items": [wished], "payment_behavior": f"{payment}_incomplete", "proration_behavior": "always_invoice"},
    )

    after = shop.subscription(bought.id)
    assert (after.status, after["items"].data[0].price.id) == (status, getattr(shop, price))
    assert (after.pending_update is not None) == (payment == "pending_if")
    shop.account.let_cards_work(str(bought.customer))
    shop.client.v1.invoices.pay(str(after.latest_invoice))
    paid = shop.subscription(bought.id)
    assert (paid.status, paid["items"].data[0].price.id, paid.pending_update) == ("active", shop.max, None)


def test_an_upgrade_that_must_be_paid_changes_nothing_when_it_is_not(shop: Shop) -> None:
    bought = shop.subscribe(card="fail_later")

    with pytest.raises(stripe.CardError) as refused:
        shop.client.v1.subscriptions.update(
            bought.id,
            {
                "items": [{"id": bought["items"].data[0].id, "price": shop.max}],
                "payment_behavior": "error_if_incomplete",
                "proration_behavior": "always_invoice",
            },
        )

    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
    assert shop.subscription(bought.id)["items"].data[0].price.id == shop.pro


def test_a_trial_is_announced_before_it_ends_and_then_paid(shop: Shop) -> None:
    bought = shop.subscribe(subscription_data={"trial_period_days": 7})
    assert (bought.status, shop.account.event("invoice.paid")["data"]["object"]["total"]) == ("trialing", 0)
    assert shop.account.event("checkout.session.completed")["data"]["object"]["payment_status"] == "no_payment_required"

    shop.account.advance(days=4)
    assert shop.account.event("customer.subscription.trial_will_end")["data"]["object"]["id"] == bought.id
    shop.account.advance(days=3, hours=2)

    assert shop.subscription(bought.id).status == "active"
    assert shop.account.event("invoice.paid")["data"]["object"]["total"] == 1500
    assert len(shop.account.events("customer.subscription.trial_will_end")) == 1


@pytest.mark.parametrize(("behaviour", "status"), [("pause", "paused"), ("cancel", "canceled")])
def test_a_trial_without_a_card_ends_as_was_asked(shop: Shop, behaviour: str, status: str) -> None:
    trial = {
        "trial_period_days": 7,
        "trial_settings": {"end_behavior": {"missing_payment_method": behaviour}},
    }
    bought = shop.subscribe(card="start", subscription_data=trial, payment_method_collection="if_required")

    shop.account.advance(days=8)

    assert shop.subscription(bought.id).status == status
    assert len(shop.account.events("customer.subscription.paused")) == (behaviour == "pause")


def test_it_ends_with_its_period_unless_that_is_taken_back(shop: Shop) -> None:
    kept, ending = shop.subscribe(), shop.subscribe()
    for bought in (kept, ending):
        shop.client.v1.subscriptions.update(bought.id, {"cancel_at_period_end": True})
    shop.client.v1.subscriptions.update(kept.id, {"cancel_at_period_end": False})
    assert shop.subscription(ending.id).cancel_at == ending["items"].data[0].current_period_end

    shop.account.advance(days=MONTH, hours=2)

    assert shop.subscription(kept.id).status == "active"
    assert shop.subscription(ending.id).status == "canceled"
    [told] = shop.account.events("customer.subscription.deleted")
    assert told["data"]["object"]["cancellation_details"]["reason"] == "cancellation_requested"
    assert told["data"]["object"]["ended_at"] == ending["items"].data[0].current_period_end
    assert ending.id not in [one.id for one in shop.client.v1.subscriptions.list().data]


def test_a_first_payment_that_fails_leaves_it_incomplete_for_a_day(shop: Shop) -> None:
    customer = shop.customer(
        payment_method="pm_card_chargeCustomerFail",
    )
    started = shop.client.v1.subscriptions.create({"customer": customer, "items": [{"price": shop.pro}]})
    assert started.status == "incomplete"

    shop.account.advance(days=1)

    assert shop.subscription(started.id).status == "incomplete_expired"
    assert shop.client.v1.invoices.retrieve(str(started.latest_invoice)).status == "void"


def test_collection_that_is_paused_charges_nothing(shop: Shop) -> None:
    bought = shop.subscribe()
    shop.client.v1.subscriptions.update(bought.id, {"pause_collection": {"behavior": "void"}})

    shop.account.advance(days=MONTH, hours=2)

    assert shop.subscription(bought.id).status == "active"
    assert shop.client.v1.invoices.list({"subscription": bought.id}).data[0].status == "void"
    shop.client.v1.subscriptions.update(bought.id, {"pause_collection": ""})
    shop.account.advance(days=MONTH)
    assert shop.client.v1.invoices.list({"subscription": bought.id}).data[0].status == "paid"


def test_a_customer_who_is_deleted_takes_subscriptions_along(shop: Shop) -> None:
    bought = shop.subscribe()

    shop.client.v1.customers.delete(str(bought.customer))

    assert shop.subscription(bought.id).status == "canceled"
    assert shop.client.v1.customers.retrieve(str(bought.customer)).deleted
    assert kinds(shop)[-2:] == ["customer.subscription.deleted", "customer.deleted"]


def test_the_hosted_invoice_can_be_paid_and_has_a_pdf(shop: Shop) -> None:
    bought = shop.subscribe(card="fail_later")
    shop.account.advance(days=MONTH, hours=2)
    invoice = shop.client.v1.invoices.list({"subscription": bought.id}).data[0]
    assert invoice.status == "open" and invoice.hosted_invoice_url and invoice.invoice_pdf

    shop.account.press(invoice.hosted_invoice_url, "pay")

    assert shop.subscription(bought.id).status == "active"
    with urllib.request.urlopen(invoice.invoice_pdf) as pdf:
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.read().startswith(b"%PDF-")


def test_attempts_of_a_person_do_not_move_those_of_stripe(shop: Shop) -> None:
    bought = shop.subscribe(card="fail_later")
    shop.account.advance(days=MONTH, hours=2)
    invoice = shop.client.v1.invoices.list({"subscription": bought.id}).data[0]

    for _ in range(5):
        with pytest.raises(stripe.CardError):
            shop.client.v1.invoices.pay(invoice.id)

    after = shop.client.v1.invoices.retrieve(invoice.id)
    assert (after.attempt_count, after.next_payment_attempt) == (1, invoice.next_payment_attempt)
    assert shop.subscription(bought.id).status == "past_due"


def test_a_customer_who_is_gone_cannot_pay(shop: Shop) -> None:
    session = shop.session(shop.customer(), shop.pro)
    shop.client.v1.customers.delete(str(session.customer))

    status, page = shop.account.press(session.url or "", "pay")

    assert status == 404 and "No such customer" in page


def test_it_can_be_paused_and_resumed(shop: Shop) -> None:
    bought = shop.subscribe()
    shop.client.v1.subscriptions.pause(bought.id)
    shop.account.advance(days=2 * MONTH)
    assert shop.subscription(bought.id).status == "paused"

    shop.client.v1.subscriptions.resume(bought.id)

    resumed = shop.subscription(bought.id)
    assert (resumed.status, resumed["items"].data[0].current_period_start) == ("active", shop.account.clock.now())
    assert len(shop.account.events("customer.subscription.paused", "customer.subscription.resumed")) == 2
    assert shop.account.event("invoice.paid")["data"]["object"]["amount_paid"] == 1500
