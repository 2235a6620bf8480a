"""Tax ids of customers."""

from tests.stand_ins.stripe.call import Call, found
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, new_id, page, whole
from tests.stand_ins.stripe.world import World


def create(world: World, call: Call) -> Resource:
    customer = found(world.store, "customer", call, "customer")
    value = call.params["value"]
    tax_id = world.store.add(
        blank(
            "tax_id",
            id=new_id("txi"),
            country=value[:2] if call.params["type"] == "eu_vat" else None,
            created=world.now(),
            customer=customer["id"],
            livemode=False,
            owner={"type": "customer", "customer": customer["id"]},
            type=call.params["type"],
            value=value,
            verification={"status": "pending", "verified_address": None, "verified_name": None},
        )
    )
    world.emit("customer.tax_id.created", tax_id)
    return tax_id


def delete(world: World, call: Call) -> Resource:
    tax_id = world.store.get("tax_id", call.ids[1])
    world.store.remove(tax_id["id"])
    world.emit("customer.tax_id.deleted", tax_id)
    return {"id": tax_id["id"], "object": "tax_id", "deleted": True}


def list_all(world: World, call: Call) -> Resource:
    customer = found(world.store, "customer", call, "customer")
    return page(call.path, world.store.all("tax_id", customer=customer["id"]), call.params)


def include(world: World) -> None:
    """Fields of a customer that are answered only when they are asked for."""
    world.store.included[("customer", "tax_ids")] = lambda customer: whole(
        f"/v1/customers/{customer['id']}/tax_ids", world.store.all("tax_id", customer=customer["id"])
    )
