"""Customers and how they pay."""

from tests.stand_ins.stripe import payment_methods, subscriptions
from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page, whole
from tests.stand_ins.stripe.world import World

_FIELDS = (
    "address",
    "business_name",
    "description",
    "email",
    "individual_name",
    "name",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)


def create_customer(world: World, call: Call) -> Resource:
    params = call.params
    customer = new_customer(world, metadata=params.get("metadata") or {})
    assign(customer, params, "balance", "invoice_prefix", "next_invoice_sequence", *_FIELDS)
    if method := params.get("payment_method"):
        attached = payment_methods.attach(world, method, customer)
        customer["invoice_settings"]["default_payment_method"] = attached["id"]
    _take_invoice_settings(customer, params.get("invoice_settings"))
    params.ignore("tax")
    world.emit("customer.created", customer)
    return customer


def new_customer(world: World, **values: object) -> Resource:
    """A customer that nobody was told of yet."""
    given: Resource = {"metadata": {}, **values}
    return world.store.add(
        blank(
            "customer",
            id=new_id("cus", 14),
            balance=0,
            created=world.now(),
            delinquent=False,
            invoice_prefix=new_id("x", 8)[2:].upper(),
            invoice_settings={
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            livemode=False,
            next_invoice_sequence=1,
            preferred_locales=[],
            tax_exempt="none",
            **given,
        )
    )


def retrieve_customer(world: World, call: Call) -> Resource:
    customer = world.store.find(call.id)
    if customer is not None and customer.get("deleted"):
        return {"id": customer["id"], "object": "customer", "deleted": True}
    return found(world.store, "customer", call)


def update_customer(world: World, call: Call) -> Resource:
    customer = found(world.store, "customer", call)
    with world.updating("customer.updated", customer):
        merge_metadata(customer, call.params.get("metadata"))
        assign(customer, call.params, "balance", "invoice_prefix", "next_invoice_sequence", *_FIELDS)
        _take_invoice_settings(customer, call.params.get("invoice_settings"))
        call.params.ignore("tax")
    return customer


def delete_customer(world: World, call: Call) -> Resource:
    customer = found(world.store, "customer", call)
    for subscription in world.store.all("subscription", customer=customer["id"]):
        if subscription["status"] not in subscriptions.ENDED:
            subscriptions.end(world, subscription, reason="cancellation_requested")
    world.emit("customer.deleted", customer)
    customer["deleted"] = True
    return {"id": customer["id"], "object": "customer", "deleted": True}


def list_customers(world: World, call: Call) -> Resource:
    alive = [customer for customer in world.store.all("customer") if not customer.get("deleted")]
    return page(call.path, filtered(alive, call.params, "email"), call.params)


def list_payment_methods(world: World, call: Call) -> Resource:
    customer = found(world.store, "customer", call, "customer")
    call.params.ignore("allow_redisplay")
    methods = filtered(world.store.all("payment_method", customer=customer["id"]), call.params, "type")
    return page(call.path, methods, call.params)


def include(world: World) -> None:
    """Fields of a customer that are answered only when they are asked for."""
    world.store.included[("customer", "subscriptions")] = lambda customer: whole(
        f"/v1/customers/{customer['id']}/subscriptions",
        [
            subscription
            for subscription in reversed(world.store.all("subscription", customer=customer["id"]))
            if subscription["status"] not in subscriptions.ENDED
        ],
    )


def _take_invoice_settings(customer: Resource, given: Resource | None) -> None:
    for name, value in (given or {}).items():
        customer["invoice_settings"][name] = value or None
