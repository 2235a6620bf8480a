"""The life of a subscription, told by the official library and by events."""

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
