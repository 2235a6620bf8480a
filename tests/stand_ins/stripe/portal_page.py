"""The hosted billing portal: change the plan, cancel, take that back, another card, invoices, and the way back."""

from tests.stand_ins.stripe import changes, html, payment_methods, renewals, subscription_calls, subscriptions
from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.hosted import Answer, Redirect, Shown
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.world import World

_TITLE = "Billing portal"


def show(world: World, session: Resource, problem: str | None = None) -> Answer:
    flow = session["flow"]
    parts = _flow_parts(world, session, flow) if flow else _home_parts(world, session)
    return Shown(html.page(_TITLE, html.alert(problem), *parts), status=402 if problem else 200)


def press(world: World, session: Resource, action: str, filled: dict[str, str]) -> Answer:
    """Actions: change:SUBSCRIPTION:PRICE, cancel:SUBSCRIPTION, resume:SUBSCRIPTION, card:works or card:fails_later."""
    verb, *arguments = action.split(":")
    try:
        if verb == "card":
            _new_card(world, session, arguments[0])
        else:
            subscription = _own(world, session, arguments[0])
            _change(world, session, subscription, verb, arguments[1:], filled)
    except Refused as refused:
        return show(world, session, str(refused))
    flow = session["flow"]
    if flow and flow["after_completion"]["type"] == "redirect":
        return Redirect(flow["after_completion"]["redirect"]["return_url"])
    if flow and flow["after_completion"]["type"] == "hosted_confirmation":
        said = (flow["after_completion"]["hosted_confirmation"] or {}).get("custom_message") or "Done."
        return Shown(html.page(_TITLE, html.paragraph(said)))
    session["flow"] = None
    return Redirect(session["url"])


def _change(
    world: World, session: Resource, subscription: Resource, verb: str, arguments: list[str], filled: dict[str, str]
) -> None:
    features = world.store.get("billing_portal.configuration", session["configuration"])["features"]
    match verb:
        case "change":
            _switch(world, subscription, features["subscription_update"], arguments[0])
        case "cancel":
            _cancel(world, subscription, features["subscription_cancel"], filled)
        case "resume":
            with world.updating("customer.subscription.updated", subscription):
                subscription["cancel_at_period_end"] = False
                subscription_calls.stop_at(world, subscription, "")
        case _:
            raise Refused(f"There is no button {verb}.")


def _switch(world: World, subscription: Resource, feature: Resource, price_id: str) -> None:
    """Another plan as the configuration bills it. A payment that fails changes nothing."""
    offered = [price for product in feature["products"] for price in product["prices"]]
    if not feature["enabled"] or price_id not in offered:
        raise Refused("This plan is not offered.")
    item = subscription["items"]["data"][0]
    target = changes.Target(item, world.store.get("price", price_id), item["quantity"])
    if subscription["status"] == "trialing" and feature["trial_update_behavior"] == "end_trial":
        with world.updating("customer.subscription.updated", subscription):
            changes.change_items(world, subscription, [target])
        subscription_calls.end_trial(world, subscription)
        return
    terms = changes.Terms(
        feature["proration_behavior"], payment="error_if_incomplete", restart=feature["billing_cycle_anchor"] == "now"
    )
    changes.apply(world, subscription, [target], terms)


def _cancel(world: World, subscription: Resource, feature: Resource, filled: dict[str, str]) -> None:
    """At the period's end. In the flexible billing mode that is ``cancel_at``, and ``cancel_at_period_end`` stays
    false; only the classic mode sets both."""
    if not feature["enabled"]:
        raise Refused("Canceling is not offered.")
    feedback, comment = filled.get("feedback") or None, filled.get("comment") or None
    if feature["mode"] == "immediately":
        subscriptions.end(world, subscription, reason="cancellation_requested", feedback=feedback, comment=comment)
        return
    with world.updating("customer.subscription.updated", subscription):
        subscription_calls.stop_at(world, subscription, "min_period_end")
        subscription["cancel_at_period_end"] = subscription["billing_mode"]["type"] == "classic"
        subscription["cancellation_details"] |= {"feedback": feedback, "comment": comment}
    renewals.schedule_end(world, subscription)


def _new_card(world: World, session: Resource, behaviour: str) -> None:
    """The customer and the customer's subscriptions are paid with it from now on."""
    customer = world.store.get("customer", session["customer"])
    method = payment_methods.new_method(world, behaviour, email=customer["email"], name=customer["name"])
    payment_methods.attach(world, method["id"], customer)
    with world.updating("customer.updated", customer):
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    for subscription in _living(world, customer["id"]):
        if subscription["default_payment_method"]:
            with world.updating("customer.subscription.updated", subscription):
                subscription["default_payment_method"] = method["id"]


def _own(world: World, session: Resource, id_: str) -> Resource:
    subscription = world.store.get("subscription", id_)
    if subscription["customer"] != session["customer"] or subscription["status"] in subscriptions.ENDED:
        raise Refused("There is no such subscription.")
    return subscription


def _living(world: World, customer: str) -> list[Resource]:
    bought = world.store.all("subscription", customer=customer)
    return [subscription for subscription in bought if subscription["status"] not in subscriptions.ENDED]


def _home_parts(world: World, session: Resource) -> list[str]:
    features = world.store.get("billing_portal.configuration", session["configuration"])["features"]
    parts = []
    for subscription in _living(world, session["customer"]):
        parts += _subscription_parts(world, subscription, features)
    if features["payment_method_update"]["enabled"]:
        parts.append(_card_form())
    if features["invoice_history"]["enabled"]:
        parts.append(_invoices(world, session["customer"]))
    if session["return_url"]:
        parts.append(html.link(session["return_url"], "Return"))
    return parts


def _flow_parts(world: World, session: Resource, flow: Resource) -> list[str]:
    kind = flow["type"]
    if kind == "payment_method_update":
        return [_card_form()]
    features = world.store.get("billing_portal.configuration", session["configuration"])["features"]
    subscription = world.store.get("subscription", flow[kind]["subscription"])
    if kind == "subscription_cancel":
        return [_cancel_form(subscription)]
    if kind == "subscription_update":
        return [_plans_form(world, subscription, features)]
    price = world.store.get("price", flow[kind]["items"][0]["price"])
    return [html.form(html.button(f"change:{subscription['id']}:{price['id']}", "Confirm"))]


def _subscription_parts(world: World, subscription: Resource, features: Resource) -> list[str]:
    item = subscription["items"]["data"][0]
    parts = [html.paragraph(f"Current plan: {_plan(world, item['price'])}, {subscription['status']}")]
    if features["subscription_update"]["enabled"]:
        parts.append(_plans_form(world, subscription, features))
    if subscription["cancel_at"] is not None:
        parts.append(html.form(html.button(f"resume:{subscription['id']}", "Don't cancel subscription")))
    elif features["subscription_cancel"]["enabled"]:
        parts.append(_cancel_form(subscription))
    return parts


def _plans_form(world: World, subscription: Resource, features: Resource) -> str:
    current = subscription["items"]["data"][0]["price"]["id"]
    offered = [price for product in features["subscription_update"]["products"] for price in product["prices"]]
    return html.form(
        *(
            html.button(
                f"change:{subscription['id']}:{price}", f"Switch to {_plan(world, world.store.get('price', price))}"
            )
            for price in offered
            if price != current
        )
    )


def _cancel_form(subscription: Resource) -> str:
    fields = html.field("feedback", "Reason", "") + html.field("comment", "Comment", "")
    return html.form(html.button(f"cancel:{subscription['id']}", "Cancel subscription"), fields=fields)


def _card_form() -> str:
    return html.form(
        html.button(f"card:{payment_methods.WORKS}", "Update to a working card"),
        html.button(f"card:{payment_methods.FAILS_LATER}", "Update to a card that will fail later"),
        html.button(f"card:{payment_methods.DECLINED}", "Update to a card that is declined"),
    )


def _invoices(world: World, customer: str) -> str:
    rows = [
        [
            html.link(invoice["hosted_invoice_url"], invoice["number"]),
            html.money(invoice["total"], invoice["currency"]),
            html.escape(invoice["status"]),
        ]
        for invoice in reversed(world.store.all("invoice", customer=customer))
        if invoice["hosted_invoice_url"]
    ]
    return html.table(["Invoice", "Amount", "Status"], rows)


def _plan(world: World, price: Resource) -> str:
    product = world.store.get("product", price["product"])
    each = html.money(price["unit_amount"], price["currency"])
    return f"{product['name']} ({each} per {price['recurring']['interval']})"
