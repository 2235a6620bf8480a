"""A pack of tokens that is sold once, and what may happen to the money."""

import pytest
import stripe

from tests.unit.stand_ins.stripe.conftest import Shop


def sell(shop: Shop, card: str = "pay", **values: object) -> stripe.checkout.Session:
    session = shop.session(shop.customer(), shop.pack, "payment", **values)
    shop.account.pay(session.url or "", card)
    return shop.client.v1.checkout.sessions.retrieve(session.id)


def test_a_pack_is_paid_and_leads_back_with_its_session(shop: Shop) -> None:
    session = shop.session(shop.customer(), shop.pack, "payment", client_reference_id="7", metadata={"pack": "1m"})

    back = shop.account.pay(session.url or "")

    assert back == f"https://shop.example.com/paid?session={session.id}"
    told = shop.account.event("checkout.session.completed")["data"]["object"]
    assert (told["id"], told["payment_status"], told["amount_total"]) == (session.id, "paid", 1000)
    assert (told["client_reference_id"], told["metadata"]) == ("7", {"pack": "1m"})
    intent = shop.client.v1.payment_intents.retrieve(told["payment_intent"], {"expand": ["latest_charge"]})
    assert intent.status == "succeeded"
    assert isinstance(intent.latest_charge, stripe.Charge) and intent.latest_charge.paid


def test_a_session_that_is_paid_cannot_be_paid_again(shop: Shop) -> None:
    session = shop.session(shop.customer(), shop.pack, "payment")
    shop.account.pay(session.url or "")

    status, page = shop.account.press(session.url or "", "pay")

    assert status == 400 and "already paid" in page
    assert len(shop.account.events("payment_intent.succeeded")) == 1


def test_a_declined_card_leaves_the_session_open(shop: Shop) -> None:
    session = shop.session(shop.customer(), shop.pack, "payment")

    status, page = shop.account.press(session.url or "", "decline")

    assert status == 402 and "Your card was declined." in page
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert shop.account.event("payment_intent.payment_failed")["data"]["object"]["last_payment_error"]["code"]
    assert shop.account.pay(session.url or "")


def test_who_cancels_goes_back_and_pays_nothing(shop: Shop) -> None:
    session = shop.session(shop.customer(), shop.pack, "payment")

    assert shop.account.press(session.url or "", "cancel") == (303, "https://shop.example.com/plans")
    assert shop.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_a_debit_completes_the_session_days_before_its_money(shop: Shop) -> None:
    session = sell(shop, "bank")
    assert (session.status, session.payment_status) == ("complete", "unpaid")

    shop.account.advance(days=5)

    assert shop.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert shop.account.event("checkout.session.async_payment_succeeded")["data"]["object"]["id"] == session.id


def test_a_debit_that_brings_nothing_is_told_too(shop: Shop) -> None:
    session = sell(shop, "bank", payment_intent_data={"setup_future_usage": "off_session"})
    shop.account.let_cards_fail(str(session.customer))

    shop.account.advance(days=5)

    assert shop.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert shop.account.event("checkout.session.async_payment_failed")["data"]["object"]["id"] == session.id


def test_an_open_session_expires(shop: Shop) -> None:
    session = shop.session(shop.customer(), shop.pack, "payment")

    shop.account.advance(days=1)

    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert shop.account.event("checkout.session.expired")["data"]["object"]["id"] == session.id
    assert shop.account.press(session.url or "", "pay")[0] == 400


def test_a_refund_in_part_and_then_the_rest(shop: Shop) -> None:
    intent = str(sell(shop).payment_intent)

    shop.client.v1.refunds.create({"payment_intent": intent, "amount": 400})
    told = shop.account.event("charge.refunded")["data"]
    assert (told["object"]["amount_refunded"], told["object"]["refunded"]) == (400, False)
    assert told["previous_attributes"] == {"amount_refunded": 0}
    shop.client.v1.refunds.create({"payment_intent": intent})

    told = shop.account.event("charge.refunded")["data"]
    assert (told["object"]["amount_refunded"], told["object"]["refunded"]) == (1000, True)
    charge = shop.client.v1.charges.retrieve(told["object"]["id"], {"expand": ["refunds"]})
    assert charge.refunds is not None
    assert [refund.amount for refund in charge.refunds.data] == [600, 400]


def test_more_than_was_paid_is_not_refunded(shop: Shop) -> None:
    intent = str(sell(shop).payment_intent)

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        shop.client.v1.refunds.create({"payment_intent": intent, "amount": 1001})
    shop.client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"


@pytest.mark.parametrize(("won", "status"), [(True, "won"), (False, "lost")])
def test_a_dispute_takes_the_money_until_it_is_won(shop: Shop, won: bool, status: str) -> None:
    intent = str(sell(shop).payment_intent)

    dispute = shop.account.open_dispute(intent, reason="fraudulent")

    told = shop.account.event("charge.dispute.created")["data"]["object"]
    assert (told["payment_intent"], told["amount"], told["status"]) == (intent, 1000, "needs_response")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_disputed"
    shop.account.close_dispute(dispute["id"], won=won)
    assert shop.account.event("charge.dispute.closed")["data"]["object"]["status"] == status
    assert len(shop.account.events("charge.dispute.funds_reinstated")) == won


def test_a_pack_has_an_invoice_where_one_was_asked_for(shop: Shop) -> None:
    session = sell(shop, invoice_creation={"enabled": True, "invoice_data": {"metadata": {"pack": "1m"}}})

    invoice = shop.client.v1.invoices.retrieve(str(session.invoice))

    assert (invoice.status, invoice.amount_paid, invoice.parent) == ("paid", 1000, None)
    [payment] = shop.client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": str(session.payment_intent)}}
    ).data
    assert payment.invoice == invoice.id
