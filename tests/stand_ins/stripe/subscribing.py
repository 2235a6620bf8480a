"""How a subscription starts: with its first invoice, paid or not."""

from tests.stand_ins.stripe import invoices, lines, payment_methods, payments, renewals, subscriptions
from tests.stand_ins.stripe.errors import Refused, card_declined
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World


def start(
    world: World,
    customer: Resource,
    wanted: list[subscriptions.Wanted],
    *,
    trial_end: int | None = None,
    payment_behavior: str = "allow_incomplete",
    automatic_tax: bool = False,
    extra: list[Resource] | None = None,
    **values: object,
) -> Resource:
    """A new subscription with its first invoice, which is paid now unless a trial makes it nothing."""
    now = world.now()
    subscription = subscriptions.new(world, customer, wanted, trial_end, automatic_tax, values)
    method = payment_methods.default_of(world, customer, subscription)
    free = subscription["status"] == "trialing"
    first = [lines.period_line(world, subscription, item, free=free) for item in subscription["items"]["data"]]
    invoice = invoices.make(
        world,
        customer,
        [*lines.pending(world, customer), *first, *(extra or [])],
        reason="subscription_create",
        currency=subscription["currency"],
        subscription=subscription,
        period=(now, now),
        automatic_tax=automatic_tax,
    )
    if payment_behavior != "default_incomplete" and invoice["amount_due"]:
        _require_method(method, invoice, payment_behavior, payments.would_pay(world, method))
    subscription["latest_invoice"] = invoice["id"]
    world.store.add(subscription)
    world.emit("customer.subscription.created", subscription)
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    if invoice["status"] == "open" and payment_behavior != "default_incomplete":
        invoices.collect(world, invoice, method)
    renewals.schedule(world, subscription)
    return subscription


def _require_method(method: Resource | None, invoice: Resource, behaviour: str, would_pay: bool) -> None:
    if method is None:
        raise Refused(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method. For more information, visit "
            "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
            code="resource_missing",
        )
    if behaviour == "error_if_incomplete" and not would_pay:
        raise card_declined("generic_decline")
