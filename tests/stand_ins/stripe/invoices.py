"""Invoices from draft to paid, and every attempt to collect them."""

from typing import Any

from tests.stand_ins.stripe import lines, payment_methods, payments, sums
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.errors import Refused, card_declined
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, new_id, whole
from tests.stand_ins.stripe.world import World

# A first payment that fails is not tried again: its subscription is incomplete, and expires.
RETRIED = ("subscription_cycle", "subscription_update")


def make(
    world: World,
    customer: Resource,
    about: list[Resource],
    *,
    reason: str,
    currency: str,
    subscription: Resource | None = None,
    period: tuple[int, int] | None = None,
    automatic_tax: bool = False,
    auto_advance: bool = True,
    **values: Any,
) -> Resource:
    """A draft that is neither stored nor announced: a preview is one too."""
    now = world.now()
    start, end = period or (now, now)
    id_ = new_id("in")
    for line in about:
        line["invoice"] = id_
    invoice = blank(
        "invoice",
        id=id_,
        account_country="US",
        account_name="Stand-in",
        amount_overpaid=0,
        amount_paid=0,
        amount_shipping=0,
        attempt_count=0,
        attempted=False,
        auto_advance=auto_advance,
        automatic_tax=sums.automatic_tax(automatic_tax),
        billing_reason=reason,
        collection_method="charge_automatically",
        created=now,
        currency=currency,
        customer=customer["id"],
        customer_address=customer["address"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_phone=customer["phone"],
        customer_tax_exempt=customer["tax_exempt"],
        customer_tax_ids=[],
        default_tax_rates=[],
        discounts=[],
        issuer={"type": "self"},
        lines=whole(f"/v1/invoices/{id_}/lines", about),
        livemode=False,
        metadata={},
        parent=subscription and _parent(subscription),
        payment_settings={"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        period_start=start,
        period_end=end,
        post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0,
        starting_balance=customer["balance"],
        status="draft",
        status_transitions={
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
    )
    invoice.update(values)
    sums.add_up(world, invoice)
    return invoice


def announce(world: World, invoice: Resource) -> Resource:
    """The draft exists, and what waited for it waits no longer."""
    world.store.add(invoice)
    for item_id in lines.items_of(invoice):
        if item := world.store.find(item_id):
            item["invoice"] = invoice["id"]
    world.emit("invoice.created", invoice)
    return invoice


def finalize(world: World, invoice: Resource, *, paid_by: str | None = None) -> None:
    """The draft becomes due: numbered, published, with an intent to pay it. Nothing due is paid at once.

    ``paid_by`` is the intent that brought the money already.
    """
    if invoice["status"] != "draft":
        raise Refused("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    customer = world.store.get("customer", invoice["customer"])
    invoice["starting_balance"] = customer["balance"]
    sums.add_up(world, invoice)
    page = f"{world.url}/i/{invoice['id']}"
    invoice.update(
        automatically_finalizes_at=None,
        effective_at=world.now(),
        ending_balance=invoice["total"] + invoice["starting_balance"] - invoice["amount_due"],
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
        number=f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}",
        status="open",
    )
    invoice["status_transitions"]["finalized_at"] = world.now()
    customer["next_invoice_sequence"] += 1
    world.emit("invoice.finalized", invoice)
    with world.updating("customer.updated", customer):
        customer["balance"] = invoice["ending_balance"]
    if invoice["amount_due"]:
        _open_payment(world, invoice, paid_by)
    else:
        settle(world, invoice)


def collect(world: World, invoice: Resource, method: Resource | None, *, by_hand: bool = False) -> bool:
    """One attempt to charge the payment method: whether the invoice is paid now."""
    payment = payment_of(world, invoice)
    intent = world.store.get("payment_intent", payment["payment"]["payment_intent"])
    if method is None:
        intent["last_payment_error"] = {
            "code": "invoice_payment_intent_requires_action",
            "type": "invalid_request_error",
        }
        fail(world, invoice, by_hand=by_hand)
        return False
    paid = payments.attempt(world, intent, method)
    if intent["status"] == "processing":
        world.on_settled[intent["id"]] = lambda came: settle(world, invoice) if came else fail(world, invoice)
        return False
    if paid:
        settle(world, invoice)
    else:
        fail(world, invoice, by_hand=by_hand)
    return paid


def settle(world: World, invoice: Resource, *, outside: bool = False) -> None:
    """The invoice is paid: by its intent, by the customer's balance or, ``outside``, without Stripe."""
    now = world.now()
    payment = payment_of(world, invoice) if invoice["amount_due"] else None
    with world.updating("invoice.updated", invoice):
        invoice.update(
            attempt_count=invoice["attempt_count"] + (1 if payment and not outside else 0),
            amount_paid=0 if outside else invoice["amount_due"],
            amount_remaining=0,
            attempted=True,
            next_payment_attempt=None,
            status="paid",
        )
        invoice["status_transitions"]["paid_at"] = now
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    if payment is not None and not outside:
        payment.update(amount_paid=invoice["amount_due"], status="paid")
        payment["status_transitions"]["paid_at"] = now
        world.emit("invoice_payment.paid", payment)
    for told in world.on_paid:
        told(invoice)
    mark_delinquent(world, invoice["customer"])


def fail(world: World, invoice: Resource, *, by_hand: bool = False) -> None:
    """The attempt brought nothing; the next one comes as the account's settings say.

    After the first attempt, those that a person makes are not counted and move nothing.
    """
    days = world.settings.retry_after_days
    tries = invoice["attempt_count"]
    with world.updating("invoice.updated", invoice):
        invoice["attempted"] = True
        if not tries or not by_hand:
            invoice["attempt_count"] += 1
            again = invoice["billing_reason"] in RETRIED and tries < len(days)
            invoice["next_payment_attempt"] = world.now() + days[tries] * DAY if again else None
    world.emit("invoice.payment_failed", invoice)
    mark_delinquent(world, invoice["customer"])
    for told in world.on_failed:
        told(invoice)


def void(world: World, invoice: Resource) -> None:
    if invoice["status"] not in ("open", "uncollectible"):
        raise Refused(f"You can only pass in open or uncollectible invoices. This invoice is {invoice['status']}.")
    _close(world, invoice, "void", "voided_at", "void_invoice")
    world.emit("invoice.voided", invoice)
    mark_delinquent(world, invoice["customer"])


def mark_uncollectible(world: World, invoice: Resource) -> None:
    if invoice["status"] != "open":
        raise Refused(f"You can only mark open invoices as uncollectible. This invoice is {invoice['status']}.")
    with world.updating("invoice.updated", invoice):
        invoice.update(auto_advance=False, next_payment_attempt=None, status="uncollectible")
        invoice["status_transitions"]["marked_uncollectible_at"] = world.now()
    world.emit("invoice.marked_uncollectible", invoice)


def pay(world: World, invoice: Resource, method: Resource | None) -> None:
    """A person wants it paid now: what fails is said as an error."""
    if invoice["status"] == "draft":
        finalize(world, invoice)
    if invoice["status"] == "paid":
        raise Refused("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "void":
        raise Refused("You can not pay an invoice that is void.", code="invoice_not_editable")
    if method is None:
        raise Refused(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set a "
            "`default_payment_method`.",
            code="resource_missing",
        )
    if not collect(world, invoice, method, by_hand=True) and world.cards[method["id"]] != payment_methods.BANK:
        raise card_declined("generic_decline")


def payment_of(world: World, invoice: Resource) -> Resource:
    """What ties the invoice to its payment intent."""
    return world.store.all("invoice_payment", invoice=invoice["id"], is_default=True)[0]


def subscription_of(world: World, invoice: Resource) -> Resource | None:
    details = (invoice["parent"] or {}).get("subscription_details")
    return world.store.find(details["subscription"]) if details else None


def mark_delinquent(world: World, customer_id: str) -> None:
    """A customer is behind as long as an invoice that was tried is open."""
    customer = world.store.find(customer_id)
    if customer is None or customer.get("deleted"):
        return
    behind = any(
        invoice["attempted"] and invoice["status"] == "open"
        for invoice in world.store.all("invoice", customer=customer_id)
    )
    with world.updating("customer.updated", customer):
        customer["delinquent"] = behind


def _close(world: World, invoice: Resource, status: str, moment: str, reason: str) -> None:
    with world.updating("invoice.updated", invoice):
        invoice.update(auto_advance=False, next_payment_attempt=None, status=status)
        invoice["status_transitions"][moment] = world.now()
    for payment in world.store.all("invoice_payment", invoice=invoice["id"], status="open"):
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = world.now()
        payments.cancel(world, world.store.get("payment_intent", payment["payment"]["payment_intent"]), reason)


def _open_payment(world: World, invoice: Resource, paid_by: str | None) -> None:
    world.store.add(
        blank(
            "invoice_payment",
            id=new_id("inpay"),
            amount_requested=invoice["amount_due"],
            created=world.now(),
            currency=invoice["currency"],
            invoice=invoice["id"],
            is_default=True,
            livemode=False,
            payment={"type": "payment_intent", "payment_intent": paid_by or _intent(world, invoice)["id"]},
            status="open",
            status_transitions={"canceled_at": None, "paid_at": None},
        )
    )


def _intent(world: World, invoice: Resource) -> Resource:
    first = invoice["billing_reason"] == "subscription_create"
    return payments.open_intent(
        world,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription creation" if first else f"Payment for Invoice {invoice['number']}",
        setup_future_usage="off_session" if invoice["parent"] else None,
    )


def _parent(subscription: Resource) -> Resource:
    return {
        "type": "subscription_details",
        "quote_details": None,
        "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
    }
