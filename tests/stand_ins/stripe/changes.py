"""Other prices and quantities for a subscription, and what is given back or charged for the rest of its period."""

from dataclasses import dataclass, field
from typing import Any

from tests.stand_ins.stripe import invoices, lines, payment_methods, payments, renewals, subscriptions
from tests.stand_ins.stripe.catalogue import plan_of, price_of
from tests.stand_ins.stripe.clock import HOUR, next_period
from tests.stand_ins.stripe.errors import Refused, card_declined, missing, not_modelled
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World

_UPDATE_HOURS = 23


@dataclass
class Target:
    """What an item is to become: no item is a new one, no price is none any more."""

    item: Resource | None
    price: Resource | None
    quantity: int = 1
    metadata: Resource | None = None

    @property
    def matters(self) -> bool:
        """Whether it changes what is paid."""
        if self.item is None or self.price is None:
            return True
        return (self.price["id"], self.quantity) != (self.item["price"]["id"], self.item["quantity"])


@dataclass
class Terms:
    """How a change is billed."""

    proration: str = "create_prorations"
    payment: str = "allow_incomplete"
    at: int | None = None
    restart: bool = False
    invoice_values: Resource = field(default_factory=dict)


def read_targets(world: World, subscription: Resource, given: list[Any], where: str = "items") -> list[Target]:
    """The items of a request: those it does not mention stay as they are."""
    own = {item["id"]: item for item in subscription["items"]["data"]}
    targets = []
    for number, wanted in enumerate(given):
        at = f"{where}[{number}]"
        if unknown := set(wanted) - {"id", "price", "price_data", "quantity", "deleted", "metadata", "clear_usage"}:
            raise not_modelled(f"{at}[{min(unknown)}]")
        item = own.get(wanted.get("id", ""))
        if wanted.get("id") and item is None:
            raise missing("subscription item", wanted["id"], f"{at}[id]")
        if wanted.get("deleted"):
            targets.append(Target(item, None))
            continue
        priced = "price" in wanted or "price_data" in wanted
        price = price_of(world, wanted, f"{at}[price]") if priced or item is None else item["price"]
        if price["recurring"] is None:
            raise Refused(
                "The price specified is set to `type=one_time` but this field only accepts prices with "
                "`type=recurring`.",
                param=f"{at}[price]",
            )
        quantity = wanted.get("quantity", item["quantity"] if item else 1)
        targets.append(Target(item, price, quantity, wanted.get("metadata")))
    return targets


def apply(world: World, subscription: Resource, targets: list[Target], terms: Terms) -> None:
    """Change the items; with a proration that is invoiced now, collect it at once."""
    customer = world.store.get("customer", subscription["customer"])
    mattering = [target for target in targets if target.matters]
    restart = terms.restart or _other_interval(subscription, mattering)
    method = payment_methods.default_of(world, customer, subscription)
    pending = adjustments(world, subscription, mattering, terms, restart=restart)
    billed_now = bool(mattering or restart) and (restart or terms.proration == "always_invoice")
    if billed_now and subscription["status"] == "trialing" and not restart:
        billed_now = False
    if billed_now and sum(item["amount"] for item in pending) > 0 and not payments.would_pay(world, method):
        if terms.payment == "error_if_incomplete":
            raise card_declined("generic_decline")
        if terms.payment == "pending_if_incomplete":
            _wait_for_payment(world, subscription, customer, targets, pending, method)
            return
    invoice = None
    for item in pending:
        world.store.add(item)
    with world.updating("customer.subscription.updated", subscription):
        change_items(world, subscription, targets)
        if restart:
            _restart(world, subscription)
        if billed_now:
            invoice = draft(world, subscription, customer, whole_period=restart)
            subscription["latest_invoice"] = invoice["id"]
    for item in pending:
        world.emit("invoiceitem.created", item)
    if restart:
        renewals.schedule(world, subscription)
    if invoice is not None:
        bill(world, invoice, method)


def adjustments(
    world: World, subscription: Resource, targets: list[Target], terms: Terms, *, restart: bool = False
) -> list[Resource]:
    """The pending items that a change makes, not stored yet."""
    if terms.proration == "none" or subscription["status"] in ("trialing", "incomplete"):
        return []
    at = terms.at or world.now()
    begins, ends = subscriptions.period(subscription)
    found: list[Resource] = []
    changed = list(targets)
    if restart:
        mentioned = [target.item["id"] for target in targets if target.item]
        changed += [
            Target(item, item["price"], item["quantity"])
            for item in subscription["items"]["data"]
            if item["id"] not in mentioned
        ]
    for target in changed:
        if target.item is None:
            assert target.price is not None
            wanted = subscriptions.Wanted(target.price, target.quantity)
            added = subscriptions.new_item(subscription, wanted, begins, ends, at)
            found += (
                [] if restart else lines.prorations(world, subscription, added, target.price, target.quantity, at)[1:]
            )
        else:
            price = None if restart else target.price
            found += lines.prorations(world, subscription, target.item, price, target.quantity, at)
    return found


def change_items(world: World, subscription: Resource, targets: list[Target]) -> None:
    items = subscription["items"]["data"]
    begins, ends = subscriptions.period(subscription)
    for target in targets:
        if target.item is None:
            assert target.price is not None
            wanted = subscriptions.Wanted(target.price, target.quantity, target.metadata or {})
            items.append(subscriptions.new_item(subscription, wanted, begins, ends, world.now()))
        elif target.price is None:
            items.remove(target.item)
        else:
            target.item.update(price=target.price, plan=plan_of(target.price), quantity=target.quantity)
            if target.metadata is not None:
                target.item["metadata"] = {**target.item["metadata"], **target.metadata}
    if not items:
        raise Refused("A subscription must have at least one active plan.", param="items")
    subscription["items"]["total_count"] = len(items)


def draft(world: World, subscription: Resource, customer: Resource, *, whole_period: bool = False) -> Resource:
    """The invoice for what is pending, and for a period that begins now."""
    about = lines.pending(world, customer)
    if whole_period:
        about += [lines.period_line(world, subscription, item) for item in subscription["items"]["data"]]
    return invoices.make(
        world,
        customer,
        about,
        reason="subscription_update",
        currency=subscription["currency"],
        subscription=subscription,
        period=subscriptions.period(subscription),
        automatic_tax=subscription["automatic_tax"]["enabled"],
    )


def bill(world: World, invoice: Resource, method: Resource | None) -> None:
    """Announce, finalize and collect a draft now."""
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    if invoice["status"] == "open":
        invoices.collect(world, invoice, method)


def _wait_for_payment(
    world: World,
    subscription: Resource,
    customer: Resource,
    targets: list[Target],
    pending: list[Resource],
    method: Resource | None,
) -> None:
    """The change waits in ``pending_update`` until its invoice is paid, or is dropped with it."""
    for item in pending:
        world.store.add(item)
    invoice = draft(world, subscription, customer)
    expires_at = world.now() + _UPDATE_HOURS * HOUR
    with world.updating("customer.subscription.updated", subscription):
        subscription["latest_invoice"] = invoice["id"]
        subscription["pending_update"] = {
            "billing_cycle_anchor": None,
            "expires_at": expires_at,
            "subscription_items": [_as_item(subscription, target) for target in targets],
            "trial_end": None,
            "trial_from_plan": None,
        }
    world.on_update_paid[invoice["id"]] = lambda: _take_effect(world, subscription, targets)
    world.clock.at(expires_at, lambda: _expire(world, subscription, invoice))
    bill(world, invoice, method)


def _take_effect(world: World, subscription: Resource, targets: list[Target]) -> None:
    with world.updating("customer.subscription.updated", subscription):
        change_items(world, subscription, targets)
        subscription["pending_update"] = None
    world.emit("customer.subscription.pending_update_applied", subscription)


def _expire(world: World, subscription: Resource, invoice: Resource) -> None:
    if world.on_update_paid.pop(invoice["id"], None) is None:
        return
    subscription["pending_update"] = None
    if invoice["status"] == "open":
        invoices.void(world, invoice)
    world.emit("customer.subscription.pending_update_expired", subscription)


def _as_item(subscription: Resource, target: Target) -> Resource:
    shown = target.item or blank("subscription_item", subscription=subscription["id"])
    return {**shown, "price": target.price, "plan": target.price and plan_of(target.price), "quantity": target.quantity}


def _restart(world: World, subscription: Resource) -> None:
    now = world.now()
    recurring = subscriptions.cycle(subscription)
    subscription["billing_cycle_anchor"] = now
    ends = next_period(now, now, recurring["interval"], recurring["interval_count"])
    subscriptions.set_period(subscription, now, ends)


def _other_interval(subscription: Resource, targets: list[Target]) -> bool:
    before = subscriptions.cycle(subscription)
    after = [target.price["recurring"] for target in targets if target.price]
    same = [(one["interval"], one["interval_count"]) == (before["interval"], before["interval_count"]) for one in after]
    if any(same) and not all(same):
        raise not_modelled("a subscription whose prices have different intervals")
    return bool(same) and not any(same)
