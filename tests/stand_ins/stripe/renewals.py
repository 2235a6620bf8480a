"""What time brings to subscriptions: renewals, the ends of trials, failures, retries and ends."""

from tests.stand_ins.stripe import invoices, lines, payment_methods, subscriptions
from tests.stand_ins.stripe.clock import DAY, HOUR, next_period
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World

_INCOMPLETE_HOURS = 23
_WARNING_DAYS = 3
_AT_REST = ("canceled", "incomplete_expired", "incomplete", "paused")


def listen(world: World) -> None:
    """Let payments change subscriptions."""
    world.on_paid.append(lambda invoice: subscriptions.became_paid(world, invoice))
    world.on_failed.append(lambda invoice: became_unpaid(world, invoice))


def schedule(world: World, subscription: Resource) -> None:
    """Everything that time will bring to it, as it is now."""
    until = subscriptions.period(subscription)[1]
    world.clock.at(until, lambda: period_ends(world, subscription, until))
    schedule_end(world, subscription)
    if subscription["status"] == "incomplete":
        expiry = subscription["created"] + _INCOMPLETE_HOURS * HOUR
        world.clock.at(expiry, lambda: first_payment_is_overdue(world, subscription))
    if subscription["status"] == "trialing":
        trial_end = subscription["trial_end"]
        warned = max(world.now(), trial_end - _WARNING_DAYS * DAY)
        if warned == world.now():
            trial_will_end(world, subscription, trial_end)
        else:
            world.clock.at(warned, lambda: trial_will_end(world, subscription, trial_end))


def schedule_end(world: World, subscription: Resource) -> None:
    if (cancel_at := subscription["cancel_at"]) is not None:
        world.clock.at(cancel_at, lambda: cancel_is_due(world, subscription, cancel_at))


def period_ends(world: World, subscription: Resource, until: int) -> None:
    """Renew it, or end it where that was wished. Out of date calls find another end of the period."""
    if subscription["status"] in _AT_REST or subscriptions.period(subscription)[1] != until:
        return
    cancel_at = subscription["cancel_at"]
    if subscription["cancel_at_period_end"] or (cancel_at is not None and cancel_at <= until):
        subscriptions.end(world, subscription, reason="cancellation_requested")
        return
    customer = world.store.get("customer", subscription["customer"])
    if subscription["status"] == "trialing":
        method = payment_methods.default_of(world, customer, subscription)
        if method is None and _trial_stops(world, subscription):
            return
    invoice = renew(world, subscription, customer)
    world.clock.at(world.now() + world.settings.draft_seconds, lambda: draft_is_due(world, invoice))


def renew(world: World, subscription: Resource, customer: Resource, *, reason: str = "subscription_cycle") -> Resource:
    """The next period begins now; its invoice is a draft."""
    before = subscriptions.period(subscription)
    begins = before[1] if reason == "subscription_cycle" else world.now()
    recurring = subscriptions.cycle(subscription)
    if reason != "subscription_cycle":
        subscription["billing_cycle_anchor"] = begins
    ends = next_period(subscription["billing_cycle_anchor"], begins, recurring["interval"], recurring["interval_count"])
    silent = subscription["status"] == "unpaid" or _keeps_drafts(subscription)
    with world.updating("customer.subscription.updated", subscription):
        subscriptions.set_period(subscription, begins, ends)
        whole_periods = [lines.period_line(world, subscription, item) for item in subscription["items"]["data"]]
        invoice = invoices.make(
            world,
            customer,
            [*lines.pending(world, customer), *whole_periods],
            reason=reason,
            currency=subscription["currency"],
            subscription=subscription,
            period=before,
            automatic_tax=subscription["automatic_tax"]["enabled"],
            auto_advance=not silent,
            automatically_finalizes_at=None if silent else world.now() + world.settings.draft_seconds,
            next_payment_attempt=None if silent else world.now() + world.settings.draft_seconds,
        )
        subscription["latest_invoice"] = invoice["id"]
        if subscription["status"] == "trialing":
            subscription["status"] = "active"
    invoices.announce(world, invoice)
    schedule(world, subscription)
    return invoice


def draft_is_due(world: World, invoice: Resource) -> None:
    """Finalize a renewal's invoice and collect it."""
    if invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    subscription = invoices.subscription_of(world, invoice)
    invoices.finalize(world, invoice)
    pausing = (subscription or {}).get("pause_collection") or {}
    if invoice["status"] == "open" and pausing.get("behavior") == "void":
        invoices.void(world, invoice)
    elif invoice["status"] == "open" and pausing.get("behavior") == "mark_uncollectible":
        invoices.mark_uncollectible(world, invoice)
    elif invoice["status"] == "open":
        collect(world, invoice)


def collect(world: World, invoice: Resource) -> None:
    """Charge what the subscription is paid with by now."""
    customer = world.store.get("customer", invoice["customer"])
    subscription = invoices.subscription_of(world, invoice)
    invoices.collect(world, invoice, payment_methods.default_of(world, customer, subscription))


def became_unpaid(world: World, invoice: Resource) -> None:
    """An attempt failed: the subscription is behind, until the last one decides over it."""
    subscription = invoices.subscription_of(world, invoice)
    if subscription is None or subscription["status"] in (*_AT_REST, "unpaid") or subscription["pending_update"]:
        return
    again = invoice["next_payment_attempt"]
    if again is None and invoice["attempt_count"] > len(world.settings.retry_after_days):
        give_up(world, subscription)
        return
    with world.updating("customer.subscription.updated", subscription):
        subscription["status"] = "past_due"
    if again is not None:
        world.clock.at(again, lambda: retry(world, invoice, again))


def retry(world: World, invoice: Resource, when: int) -> None:
    if invoice["status"] == "open" and invoice["next_payment_attempt"] == when:
        collect(world, invoice)


def give_up(world: World, subscription: Resource) -> None:
    """All retries failed: what follows is the account's choice."""
    match world.settings.after_retries:
        case "cancel":
            subscriptions.end(world, subscription, reason="payment_failed")
        case "unpaid":
            with world.updating("customer.subscription.updated", subscription):
                subscription["status"] = "unpaid"
        case "past_due":
            pass
        case other:
            raise AssertionError(f"after_retries is cancel, unpaid or past_due, not {other}")


def cancel_is_due(world: World, subscription: Resource, when: int) -> None:
    if subscription["status"] not in subscriptions.ENDED and subscription["cancel_at"] == when:
        subscriptions.end(world, subscription, reason="cancellation_requested")


def first_payment_is_overdue(world: World, subscription: Resource) -> None:
    if subscription["status"] != "incomplete":
        return
    with world.updating("customer.subscription.updated", subscription):
        subscription.update(status="incomplete_expired", ended_at=world.now())
    invoice = world.store.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        invoices.void(world, invoice)


def trial_will_end(world: World, subscription: Resource, trial_end: int) -> None:
    if subscription["status"] == "trialing" and subscription["trial_end"] == trial_end:
        world.emit("customer.subscription.trial_will_end", subscription)


def pause(world: World, subscription: Resource, why: str) -> None:
    """Nothing is due and nothing is given until it resumes."""
    with world.updating("customer.subscription.updated", subscription):
        subscription["status"] = "paused"
        subscription["status_details"] = {
            "paused": {"subscription": {"type": why}, "transitioned_at": world.now(), "type": "subscription"}
        }
    world.emit("customer.subscription.paused", subscription)


def _trial_stops(world: World, subscription: Resource) -> bool:
    """Whether a trial without a payment method ends otherwise than with an invoice."""
    match subscription["trial_settings"]["end_behavior"]["missing_payment_method"]:
        case "cancel":
            subscriptions.end(world, subscription, reason="cancellation_requested")
            return True
        case "pause":
            pause(world, subscription, "trial_end_without_payment_method")
            return True
    return False


def _keeps_drafts(subscription: Resource) -> bool:
    return (subscription["pause_collection"] or {}).get("behavior") == "keep_as_draft"
