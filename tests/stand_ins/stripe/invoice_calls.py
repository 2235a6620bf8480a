"""The API's operations on invoices and the items that wait for one."""

from tests.stand_ins.stripe import changes, invoices, lines, payment_methods, subscriptions
from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.errors import Refused, not_modelled
from tests.stand_ins.stripe.store import Resource, filtered, page, whole
from tests.stand_ins.stripe.world import World


def create(world: World, call: Call) -> Resource:
    """A draft for a customer with what is pending, as a person makes it by hand."""
    params = call.params
    customer = world.store.get("customer", params.get("customer") or "", "customer")
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise not_modelled("collection_method=send_invoice")
    waits = params.get("pending_invoice_items_behavior", "exclude") == "include"
    about = lines.pending(world, customer) if waits else []
    invoice = invoices.make(
        world,
        customer,
        about,
        reason="manual",
        currency=params.get("currency") or (about[0]["currency"] if about else "usd"),
        automatic_tax=(params.get("automatic_tax") or {}).get("enabled", False),
        auto_advance=params.get("auto_advance", False),
        metadata=params.get("metadata") or {},
        description=params.get("description"),
    )
    return invoices.announce(world, invoice)


def update(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    with world.updating("invoice.updated", invoice):
        merge_metadata(invoice, call.params.get("metadata"))
        assign(invoice, call.params, "auto_advance", "description", "footer", "default_payment_method")
    return invoice


def delete(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    if invoice["status"] != "draft":
        raise Refused("You can only delete draft invoices.", code="invoice_not_editable")
    world.store.remove(invoice["id"])
    world.emit("invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def finalize(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    assign(invoice, call.params, "auto_advance")
    invoices.finalize(world, invoice)
    return invoice


def pay(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    call.params.ignore("off_session")
    if call.params.get("paid_out_of_band"):
        if invoice["status"] == "draft":
            invoices.finalize(world, invoice)
        invoices.settle(world, invoice, outside=True)
        return invoice
    if named := call.params.get("payment_method"):
        method = world.store.get("payment_method", named, "payment_method")
    else:
        customer = world.store.get("customer", invoice["customer"])
        subscription = invoices.subscription_of(world, invoice)
        default = payment_methods.default_of(world, customer, subscription)
        method = world.store.find(invoice["default_payment_method"]) or default  # type: ignore[assignment]
    invoices.pay(world, invoice, method)
    return invoice


def void(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    invoices.void(world, invoice)
    return invoice


def mark_uncollectible(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    invoices.mark_uncollectible(world, invoice)
    return invoice


def list_all(world: World, call: Call) -> Resource:
    listed = filtered(world.store.all("invoice"), call.params, "customer", "status", "collection_method")
    if wanted := call.params.get("subscription"):
        listed = [one for one in listed if (invoices.subscription_of(world, one) or {}).get("id") == wanted]
    return page(call.path, listed, call.params)


def list_lines(world: World, call: Call) -> Resource:
    invoice = found(world.store, "invoice", call, "invoice")
    return page(call.path, invoice["lines"]["data"], call.params, newest_first=False)


def list_payments(world: World, call: Call) -> Resource:
    """Which payment paid which invoice: since 2025 neither object names the other."""
    listed = filtered(world.store.all("invoice_payment"), call.params, "invoice", "status")
    if wanted := call.params.get("payment"):
        listed = [one for one in listed if one["payment"]["payment_intent"] == wanted.get("payment_intent")]
    return page(call.path, listed, call.params)


def preview(world: World, call: Call) -> Resource:
    """The invoice that a change of a subscription would make, or the next one without any."""
    params = call.params
    if "subscription" not in params:
        raise not_modelled("a preview without a subscription")
    subscription = world.store.get("subscription", params["subscription"], "subscription")
    customer = world.store.get("customer", subscription["customer"])
    params.ignore("customer", "preview_mode")
    details = params.get("subscription_details") or {}
    if unknown := set(details) - {"items", "proration_behavior", "proration_date", "billing_cycle_anchor"}:
        raise not_modelled(f"subscription_details[{min(unknown)}]")
    terms = changes.Terms(details.get("proration_behavior", "create_prorations"), at=details.get("proration_date"))
    targets = changes.read_targets(world, subscription, details.get("items") or [], "subscription_details[items]")
    mattering = [target for target in targets if target.matters]
    about = lines.pending(world, customer)
    about += [lines.item_line(item) for item in changes.adjustments(world, subscription, mattering, terms)]
    if terms.proration != "always_invoice":
        about += [_next_period_line(world, subscription, item, targets) for item in subscription["items"]["data"]]
    invoice = invoices.make(
        world,
        customer,
        about,
        reason="subscription_update" if terms.proration == "always_invoice" else "upcoming",
        currency=subscription["currency"],
        subscription=subscription,
        period=subscriptions.period(subscription),
        automatic_tax=subscription["automatic_tax"]["enabled"],
    )
    if mattering and terms.proration != "none":
        invoice["parent"]["subscription_details"]["subscription_proration_date"] = terms.at or world.now()
    return {**invoice, "id": f"upcoming_{invoice['id']}"}


def create_item(world: World, call: Call) -> Resource:
    params = call.params
    customer = world.store.get("customer", params.get("customer") or "", "customer")
    if "amount" not in params:
        raise not_modelled("an invoice item without an amount")
    item = lines.invoice_item(
        world,
        customer=customer["id"],
        amount=params["amount"],
        currency=params.get("currency", "usd"),
        description=params.get("description"),
        metadata=params.get("metadata") or {},
    )
    world.store.add(item)
    world.emit("invoiceitem.created", item)
    return item


def list_items(world: World, call: Call) -> Resource:
    listed = filtered(world.store.all("invoiceitem"), call.params, "customer", "invoice")
    if "pending" in call.params:
        listed = [item for item in listed if (item["invoice"] is None) == call.params["pending"]]
    listed = [{**item, "created": item["date"]} for item in listed]
    answer = page(call.path, listed, call.params)
    answer["data"] = [{name: value for name, value in item.items() if name != "created"} for item in answer["data"]]
    return answer


def include(world: World) -> None:
    """Fields of an invoice that are answered only when they are asked for."""
    world.store.included[("invoice", "payments")] = lambda invoice: whole(
        f"/v1/invoice_payments?invoice={invoice['id']}", world.store.all("invoice_payment", invoice=invoice["id"])
    )
    world.store.included[("invoice", "confirmation_secret")] = lambda invoice: _secret(world, invoice)


def _secret(world: World, invoice: Resource) -> Resource | None:
    if not world.store.all("invoice_payment", invoice=invoice["id"]):
        return None
    intent = world.store.get("payment_intent", invoices.payment_of(world, invoice)["payment"]["payment_intent"])
    return {"client_secret": intent["client_secret"], "type": "payment_intent"}


def _next_period_line(world: World, subscription: Resource, item: Resource, targets: list[changes.Target]) -> Resource:
    price, quantity = item["price"], item["quantity"]
    for target in targets:
        if target.item is item and target.price is not None:
            price, quantity = target.price, target.quantity
    begins, ends = item["current_period_end"], 2 * item["current_period_end"] - item["current_period_start"]
    shown = {**item, "price": price, "quantity": quantity, "current_period_start": begins, "current_period_end": ends}
    return lines.period_line(world, subscription, shown)
