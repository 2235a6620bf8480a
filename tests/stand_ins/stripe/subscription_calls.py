"""The API's operations on subscriptions."""

from typing import Any

from tests.stand_ins.stripe import changes, invoices, lines, payment_methods, renewals, subscribing, subscriptions
from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.catalogue import price_of
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.errors import Refused, missing, not_modelled
from tests.stand_ins.stripe.parameters import Params
from tests.stand_ins.stripe.store import Resource, filtered, page
from tests.stand_ins.stripe.world import World

_KIND = "subscription"
_ITEM = {"price", "price_data", "quantity", "metadata"}


def create(world: World, call: Call) -> Resource:
    params = call.params
    customer = world.store.get("customer", params.get("customer") or "", "customer")
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise not_modelled("collection_method=send_invoice")
    method = params.get("default_payment_method")
    if method:
        _own_method(world, customer, method)
    params.ignore("off_session", "payment_settings", "currency", "proration_behavior", "billing_mode")
    subscription = subscribing.start(
        world,
        customer,
        wanted_items(world, params.get("items") or [], "items"),
        trial_end=trial_end(world, params),
        payment_behavior=params.get("payment_behavior", "allow_incomplete"),
        automatic_tax=(params.get("automatic_tax") or {}).get("enabled", False),
        metadata=params.get("metadata") or {},
        description=params.get("description"),
        default_payment_method=method,
        trial_settings=trial_settings(params["trial_settings"]) if "trial_settings" in params else None,
        cancel_at=params.get("cancel_at"),
    )
    renewals.schedule_end(world, subscription)
    if params.get("cancel_at_period_end"):
        _stop_at_period_end(world, subscription, True)
    return subscription


def update(world: World, call: Call) -> Resource:
    params = call.params
    subscription = found(world.store, _KIND, call, "id")
    if subscription["status"] in subscriptions.ENDED and set(params) - {"metadata", "cancellation_details", "expand"}:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.")
    terms = changes.Terms(
        proration=params.get("proration_behavior", "create_prorations"),
        payment=params.get("payment_behavior", "allow_incomplete"),
        at=params.get("proration_date"),
        restart=(params.get("billing_cycle_anchor") or {}).get("type") == "now",
    )
    params.ignore("off_session", "payment_settings", "collection_method", "trial_from_plan")
    if "items" in params or terms.restart:
        targets = changes.read_targets(world, subscription, params.get("items") or [])
        changes.apply(world, subscription, targets, terms)
    if "trial_end" in params:
        _move_trial_end(world, subscription, params["trial_end"])
    with world.updating("customer.subscription.updated", subscription):
        _take_over(world, subscription, params)
    renewals.schedule_end(world, subscription)
    return subscription


def cancel(world: World, call: Call) -> Resource:
    subscription = found(world.store, _KIND, call, "id")
    if subscription["status"] in subscriptions.ENDED:
        raise missing("subscription", call.id, "id")
    if call.params.get("prorate"):
        targets = [changes.Target(item, None) for item in subscription["items"]["data"]]
        for item in changes.adjustments(world, subscription, targets, changes.Terms()):
            world.store.add(item)
            world.emit("invoiceitem.created", item)
    given = call.params.get("cancellation_details") or {}
    subscriptions.end(
        world,
        subscription,
        reason="cancellation_requested",
        comment=given.get("comment"),
        feedback=given.get("feedback"),
    )
    if call.params.get("invoice_now"):
        customer = world.store.get("customer", subscription["customer"])
        if lines.pending(world, customer):
            invoice = changes.draft(world, subscription, customer)
            changes.bill(world, invoice, payment_methods.default_of(world, customer, subscription))
    return subscription


def pause(world: World, call: Call) -> Resource:
    subscription = found(world.store, _KIND, call, "subscription")
    if subscription["status"] not in ("active", "trialing"):
        raise Refused(f"You cannot pause a subscription that is {subscription['status']}.")
    call.params.ignore("type", "invoicing_behavior")
    if call.params.get("bill_for"):
        raise not_modelled("bill_for")
    renewals.pause(world, subscription, "pause_requested")
    return subscription


def resume(world: World, call: Call) -> Resource:
    """A new period begins, and is paid at once."""
    subscription = found(world.store, _KIND, call, "subscription")
    if subscription["status"] != "paused":
        raise Refused("You can only resume a paused subscription.")
    call.params.ignore("proration_behavior", "payment_behavior")
    if (call.params.get("billing_cycle_anchor") or {}).get("type", "now") != "now":
        raise not_modelled("resuming with an unchanged billing cycle")
    subscription.update(status="active", status_details=None)
    _begin_period(world, subscription)
    world.emit("customer.subscription.resumed", subscription)
    return subscription


def list_all(world: World, call: Call) -> Resource:
    listed = filtered(world.store.all(_KIND), call.params, "customer", "collection_method")
    wanted = call.params.get("status")
    if wanted == "ended":
        listed = [one for one in listed if one["status"] in subscriptions.ENDED]
    elif wanted is None:
        listed = [one for one in listed if one["status"] != "canceled"]
    elif wanted != "all":
        listed = [one for one in listed if one["status"] == wanted]
    if price := call.params.get("price"):
        listed = [one for one in listed if price in [item["price"]["id"] for item in one["items"]["data"]]]
    return page(call.path, listed, call.params)


def list_items(world: World, call: Call) -> Resource:
    subscription = world.store.get(_KIND, call.params["subscription"], "subscription")
    return page(call.path, subscription["items"]["data"], call.params, newest_first=False)


def wanted_items(world: World, given: list[Any], where: str) -> list[subscriptions.Wanted]:
    """The recurring prices of a request."""
    if not given:
        raise Refused("Missing required param: items.", code="parameter_missing", param=where)
    wanted = []
    for number, item in enumerate(given):
        if unknown := set(item) - _ITEM:
            raise not_modelled(f"{where}[{number}][{min(unknown)}]")
        price = price_of(world, item, f"{where}[{number}][price]")
        if price["recurring"] is None:
            raise Refused(
                "The price specified is set to `type=one_time` but this field only accepts prices with "
                "`type=recurring`.",
                param=f"{where}[{number}][price]",
            )
        wanted.append(subscriptions.Wanted(price, item.get("quantity", 1), item.get("metadata") or {}))
    return wanted


def trial_end(world: World, params: Params | Resource) -> int | None:
    days = params.get("trial_period_days")
    end = params.get("trial_end")
    if days is not None and end is not None:
        raise Refused("You may only specify one of these parameters: trial_end, trial_period_days.")
    if end == "now":
        return None
    return world.now() + days * DAY if days else end


def end_trial(world: World, subscription: Resource) -> None:
    """The first paid period begins now."""
    subscription["trial_end"] = world.now()
    _begin_period(world, subscription)


def _begin_period(world: World, subscription: Resource) -> None:
    customer = world.store.get("customer", subscription["customer"])
    invoice = renewals.renew(world, subscription, customer, reason="subscription_update")
    invoices.finalize(world, invoice)
    if invoice["status"] == "open":
        renewals.collect(world, invoice)


def _take_over(world: World, subscription: Resource, params: Params) -> None:
    merge_metadata(subscription, params.get("metadata"))
    assign(subscription, params, "description", "pause_collection")
    if pausing := subscription["pause_collection"]:
        pausing.setdefault("resumes_at", None)
    if method := params.get("default_payment_method"):
        customer = world.store.get("customer", subscription["customer"])
        subscription["default_payment_method"] = _own_method(world, customer, method)["id"]
    if given := params.get("cancellation_details"):
        subscription["cancellation_details"] |= {name: value or None for name, value in given.items()}
    if "cancel_at_period_end" in params:
        _stop_at_period_end(world, subscription, params["cancel_at_period_end"])
    if "cancel_at" in params:
        stop_at(world, subscription, params["cancel_at"])
    if given := params.get("automatic_tax"):
        subscription["automatic_tax"] |= {
            "enabled": given["enabled"],
            "liability": {"type": "self"} if given["enabled"] else None,
        }
    if given := params.get("trial_settings"):
        subscription["trial_settings"] = trial_settings(given)


def stop_at(world: World, subscription: Resource, when: Any) -> None:
    """End it at this time; an empty text takes that back."""
    if when == "":
        subscription.update(cancel_at=None, canceled_at=None)
        subscription["cancellation_details"]["reason"] = None
        return
    if when in ("min_period_end", "max_period_end", "max_billed_until"):
        when = subscriptions.period(subscription)[1]
    if when <= world.now():
        raise Refused("cancel_at must be in the future.", param="cancel_at")
    subscription.update(cancel_at=when, canceled_at=world.now())
    subscription["cancellation_details"]["reason"] = "cancellation_requested"


def _stop_at_period_end(world: World, subscription: Resource, wished: bool) -> None:
    subscription["cancel_at_period_end"] = wished
    subscription["cancel_at"] = subscriptions.period(subscription)[1] if wished else None
    subscription["canceled_at"] = world.now() if wished else None
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if wished else None


def _move_trial_end(world: World, subscription: Resource, when: Any) -> None:
    if when == "now":
        if subscription["status"] != "trialing":
            return
        end_trial(world, subscription)
        return
    if subscription["status"] != "trialing":
        raise not_modelled("a trial for a subscription that is paid already")
    with world.updating("customer.subscription.updated", subscription):
        subscription.update(trial_end=when, billing_cycle_anchor=when)
        subscriptions.set_period(subscription, subscriptions.period(subscription)[0], when)
    renewals.schedule(world, subscription)


def trial_settings(given: Resource) -> Resource:
    behaviour = given["end_behavior"]
    return {
        "end_behavior": {
            "billing_cycle_anchor": behaviour.get("billing_cycle_anchor"),
            "missing_payment_method": behaviour.get("missing_payment_method", "create_invoice"),
        }
    }


def _own_method(world: World, customer: Resource, id_: str) -> Resource:
    method = world.store.find(id_)
    if method is None or method["customer"] != customer["id"]:
        raise Refused(
            f"The customer does not have a payment method with the ID {id_}. The payment method must be attached to "
            "the customer.",
            code="resource_missing",
            param="default_payment_method",
        )
    return method
