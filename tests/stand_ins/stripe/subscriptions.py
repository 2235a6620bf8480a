"""Subscriptions as such: their shape, their period, what a payment makes of them, and their end."""

from dataclasses import dataclass, field

from tests.stand_ins.stripe import invoices
from tests.stand_ins.stripe.catalogue import plan_of
from tests.stand_ins.stripe.clock import next_period
from tests.stand_ins.stripe.errors import not_modelled
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, new_id, whole
from tests.stand_ins.stripe.world import World

ENDED = ("canceled", "incomplete_expired")


@dataclass
class Wanted:
    """One price of a subscription that is to start."""

    price: Resource
    quantity: int = 1
    metadata: Resource = field(default_factory=dict)


def new(
    world: World,
    customer: Resource,
    wanted: list[Wanted],
    trial_end: int | None,
    automatic_tax: bool,
    values: Resource,
) -> Resource:
    """A subscription that nobody was told of yet."""
    now = world.now()
    recurring = {(one.price["recurring"]["interval"], one.price["recurring"]["interval_count"]) for one in wanted}
    if len(recurring) != 1:
        raise not_modelled("a subscription whose prices have different intervals")
    [(interval, interval_count)] = recurring
    trial = trial_end is not None and trial_end > now
    anchor = trial_end if trial_end is not None and trial else now
    ends = anchor if trial else next_period(now, now, interval, interval_count)
    subscription = blank(
        "subscription",
        id=new_id("sub"),
        automatic_tax={
            "disabled_reason": None,
            "enabled": automatic_tax,
            "liability": {"type": "self"} if automatic_tax else None,
        },
        billing_cycle_anchor=anchor,
        billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": None},
        billing_schedules=[],
        cancel_at_period_end=False,
        cancellation_details={"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        collection_method="charge_automatically",
        created=now,
        currency=wanted[0].price["currency"],
        customer=customer["id"],
        discounts=[],
        invoice_settings={"account_tax_ids": None, "custom_fields": None, "description": None, "footer": None}
        | {"issuer": {"type": "self"}},
        livemode=False,
        metadata={},
        payment_settings={
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        start_date=now,
        status="trialing" if trial else "incomplete",
        trial_end=trial_end if trial else None,
        trial_settings={"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}},
        trial_start=now if trial else None,
    )
    subscription.update({name: value for name, value in values.items() if value is not None})
    subscription["default_tax_rates"] = []
    items = [new_item(subscription, one, now, ends, now) for one in wanted]
    subscription["items"] = whole(f"/v1/subscription_items?subscription={subscription['id']}", items)
    return subscription


def end(
    world: World, subscription: Resource, *, reason: str, comment: str | None = None, feedback: str | None = None
) -> None:
    """It is over now."""
    subscription.update(status="canceled", ended_at=world.now(), pending_update=None)
    subscription["canceled_at"] = subscription["canceled_at"] or world.now()
    details = subscription["cancellation_details"]
    details["reason"] = details["reason"] or reason
    details["comment"] = comment or details["comment"]
    details["feedback"] = feedback or details["feedback"]
    for invoice in world.store.all("invoice"):
        if invoices.subscription_of(world, invoice) is subscription and invoice["status"] in ("draft", "open"):
            invoice.update(auto_advance=False, next_payment_attempt=None)
    world.emit("customer.subscription.deleted", subscription)


def period(subscription: Resource) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def set_period(subscription: Resource, begins: int, ends: int) -> None:
    for item in subscription["items"]["data"]:
        item.update(current_period_start=begins, current_period_end=ends)


def new_item(subscription: Resource, wanted: Wanted, begins: int, ends: int, created: int) -> Resource:
    return blank(
        "subscription_item",
        id=new_id("si", 14),
        created=created,
        current_period_end=ends,
        current_period_start=begins,
        discounts=[],
        metadata=wanted.metadata,
        plan=plan_of(wanted.price),
        price=wanted.price,
        quantity=wanted.quantity,
        subscription=subscription["id"],
        tax_rates=[],
    )


def cycle(subscription: Resource) -> Resource:
    """The interval that all its prices share."""
    recurring: Resource = subscription["items"]["data"][0]["price"]["recurring"]
    return recurring


def became_paid(world: World, invoice: Resource) -> None:
    """What a payment does to the invoice's subscription."""
    subscription = invoices.subscription_of(world, invoice)
    if change := world.on_update_paid.pop(invoice["id"], None):
        change()
    if subscription is None or subscription["status"] not in ("incomplete", "past_due", "unpaid"):
        return
    behind = [
        other
        for other in world.store.all("invoice", customer=invoice["customer"], status="open")
        if other["attempted"] and invoices.subscription_of(world, other) is subscription
    ]
    if subscription["latest_invoice"] == invoice["id"] or not behind:
        with world.updating("customer.subscription.updated", subscription):
            subscription["status"] = "active"
