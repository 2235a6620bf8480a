"""What pressing a button on the hosted payment page does."""

from dataclasses import dataclass

from tests.stand_ins.stripe import (
    customers,
    invoices,
    lines,
    payment_methods,
    payments,
    subscribing,
    subscription_calls,
    subscriptions,
)
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World

ADDRESS = {"city": "Springfield", "country": "US", "line1": "1 Main St", "line2": None} | {
    "postal_code": "62701",
    "state": "IL",
}


@dataclass
class Payer:
    """What a person types into the page."""

    card: str = payment_methods.WORKS
    email: str = "payer@example.com"
    name: str = "Test Payer"


def complete(world: World, session: Resource, payer: Payer) -> bool:
    """Pay: whether the session is complete now. A card that is declined leaves it open."""
    if session["amount_total"] and payer.card == payment_methods.DECLINED:
        _decline(world, session, payer)
        return False
    session["customer_details"] = _details(session, payer)
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
    customer = _customer(world, session, payer)
    if session["mode"] == "subscription":
        assert customer is not None
        _subscribe(world, session, customer, payer)
    else:
        _sell(world, session, customer, payer)
    session.update(status="complete", url=None)
    world.emit("checkout.session.completed", session)
    return True


def _subscribe(world: World, session: Resource, customer: Resource, payer: Payer) -> None:
    asked = world.checkouts[session["id"]]
    data = asked.subscription_data
    method = None
    if session["amount_total"] or session["payment_method_collection"] == "always":
        method = payment_methods.new_method(world, payer.card, email=payer.email, name=payer.name)
        payment_methods.attach(world, method["id"], customer)
    recurring = [line for line in asked.lines if line["price"]["recurring"]]
    once = [line for line in asked.lines if not line["price"]["recurring"]]
    trial_settings = data.get("trial_settings")
    subscription = subscribing.start(
        world,
        customer,
        [subscriptions.Wanted(line["price"], line["quantity"], line["metadata"]) for line in recurring],
        trial_end=subscription_calls.trial_end(world, data),
        automatic_tax=session["automatic_tax"]["enabled"],
        extra=[lines.sale_line(world, line["price"], line["quantity"]) for line in once],
        default_payment_method=method and method["id"],
        description=data.get("description"),
        metadata=data.get("metadata") or {},
        trial_settings=subscription_calls.trial_settings(trial_settings) if trial_settings else None,
    )
    paid = world.store.get("invoice", subscription["latest_invoice"])["status"] == "paid"
    session.update(
        invoice=subscription["latest_invoice"],
        payment_status=("paid" if session["amount_total"] else "no_payment_required") if paid else "unpaid",
        subscription=subscription["id"],
    )


def _sell(world: World, session: Resource, customer: Resource | None, payer: Payer) -> None:
    asked = world.checkouts[session["id"]]
    if not session["amount_total"]:
        session["payment_status"] = "no_payment_required"
        return
    data = asked.payment_intent_data
    method = payment_methods.new_method(world, payer.card, email=payer.email, name=payer.name)
    if customer is not None and data.get("setup_future_usage"):
        payment_methods.attach(world, method["id"], customer)
    intent = payments.open_intent(
        world,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer["id"] if customer else None,
        description=data.get("description"),
        metadata=data.get("metadata") or {},
        receipt_email=data.get("receipt_email"),
        setup_future_usage=data.get("setup_future_usage"),
    )
    session["payment_intent"] = intent["id"]
    if payments.attempt(world, intent, method):
        _paid(world, session, customer)
    else:
        world.on_settled[intent["id"]] = lambda came: _settled(world, session, customer, came)


def _paid(world: World, session: Resource, customer: Resource | None) -> None:
    session["payment_status"] = "paid"
    if customer is None or not session["invoice_creation"]["enabled"]:
        return
    asked = world.checkouts[session["id"]]
    data = session["invoice_creation"]["invoice_data"]
    invoice = invoices.make(
        world,
        customer,
        [lines.sale_line(world, line["price"], line["quantity"]) for line in asked.lines],
        reason="manual",
        currency=session["currency"],
        automatic_tax=session["automatic_tax"]["enabled"],
        auto_advance=False,
        description=data.get("description"),
        footer=data.get("footer"),
        metadata=data.get("metadata") or {},
    )
    session["invoice"] = invoice["id"]
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice, paid_by=session["payment_intent"])
    invoices.settle(world, invoice)


def _settled(world: World, session: Resource, customer: Resource | None, came: bool) -> None:
    """A debit that was under way when the session completed has come, or has not."""
    if came:
        _paid(world, session, customer)
        world.emit("checkout.session.async_payment_succeeded", session)
    else:
        world.emit("checkout.session.async_payment_failed", session)


def _decline(world: World, session: Resource, payer: Payer) -> None:
    method = payment_methods.new_method(world, payer.card, email=payer.email)
    intent = payments.open_intent(
        world, amount=session["amount_total"], currency=session["currency"], customer=session["customer"]
    )
    payments.decline(world, intent, method)


def _customer(world: World, session: Resource, payer: Payer) -> Resource | None:
    if session["customer"]:
        customer = world.store.get("customer", session["customer"])
        update = world.checkouts[session["id"]].customer_update
        with world.updating("customer.updated", customer):
            if update.get("address") == "auto":
                customer["address"] = dict(ADDRESS)
            if update.get("name") == "auto":
                customer["name"] = payer.name
        return customer
    if session["mode"] == "payment" and session["customer_creation"] != "always":
        return None
    details = session["customer_details"]
    customer = customers.new_customer(world, email=details["email"], name=details["name"], address=details["address"])
    world.emit("customer.created", customer)
    session["customer"] = customer["id"]
    return customer


def _details(session: Resource, payer: Payer) -> Resource:
    known = session["customer_details"] or {}
    return {
        "address": dict(ADDRESS),
        "business_name": None,
        "email": known.get("email") or payer.email,
        "individual_name": None,
        "name": payer.name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
