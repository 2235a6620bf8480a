"""Products and prices."""

from typing import Any

from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page
from tests.stand_ins.stripe.world import World


def create_product(world: World, call: Call) -> Resource:
    params = call.params
    id_ = params.get("id") or new_id("prod", 14)
    if world.store.find(id_):
        raise Refused(f"Product already exists: {id_}", code="resource_already_exists", param="id")
    product = _product(world, id_, params["name"], params.get("metadata"))
    product["active"] = params.get("active", True)
    assign(product, params, *_PRODUCT_FIELDS)
    world.emit("product.created", product)
    if data := params.get("default_price_data"):
        price = _price(world, {"product": id_, **data})
        world.emit("price.created", price)
        product["default_price"] = price["id"]
    return product


def update_product(world: World, call: Call) -> Resource:
    product = found(world.store, "product", call)
    with world.updating("product.updated", product):
        merge_metadata(product, call.params.get("metadata"))
        assign(product, call.params, "active", "default_price", "name", *_PRODUCT_FIELDS)
        product["updated"] = world.now()
    return product


def delete_product(world: World, call: Call) -> Resource:
    product = found(world.store, "product", call)
    if world.store.all("price", product=product["id"]):
        raise Refused("This product cannot be deleted because it has one or more user-created prices.")
    world.store.remove(product["id"])
    world.emit("product.deleted", product)
    return {"id": product["id"], "object": "product", "deleted": True}


def list_products(world: World, call: Call) -> Resource:
    products = filtered(world.store.all("product"), call.params, "active")
    if ids := call.params.get("ids"):
        products = [product for product in products if product["id"] in ids]
    return page(call.path, products, call.params)


def create_price(world: World, call: Call) -> Resource:
    params = call.params
    if ("product" in params) == ("product_data" in params):
        raise Refused("You must specify either `product` or `product_data` when creating a price.", param="product")
    if key := params.get("lookup_key"):
        _claim_lookup_key(world, key, params.get("transfer_lookup_key", False))
    price = _price(world, params)
    assign(price, params, "active", "nickname", "lookup_key", "tax_behavior")
    world.emit("price.created", price)
    return price


def update_price(world: World, call: Call) -> Resource:
    price = found(world.store, "price", call)
    if key := call.params.get("lookup_key"):
        _claim_lookup_key(world, key, call.params.get("transfer_lookup_key", False), price["id"])
    with world.updating("price.updated", price):
        merge_metadata(price, call.params.get("metadata"))
        assign(price, call.params, "active", "nickname", "lookup_key", "tax_behavior")
    return price


def list_prices(world: World, call: Call) -> Resource:
    prices = filtered(world.store.all("price"), call.params, "active", "currency", "product", "type")
    if keys := call.params.get("lookup_keys"):
        prices = [price for price in prices if price["lookup_key"] in keys]
    return page(call.path, prices, call.params)


def price_of(world: World, line: Any, param: str) -> Resource:
    """The price that a line names, or the one that it describes in ``price_data``."""
    if data := line.get("price_data"):
        return _price(world, data, active=False)
    if not line.get("price"):
        raise Refused("You must specify either `price` or `price_data`.", param=param)
    price = world.store.get("price", line["price"], param)
    if not price["active"]:
        raise Refused(
            f"The price specified is inactive. This field only accepts active prices. ({price['id']})", param=param
        )
    return price


def plan_of(price: Resource) -> Resource:
    """The older view of a recurring price, which subscription items still carry."""
    recurring = price["recurring"]
    return blank(
        "plan",
        id=price["id"],
        active=price["active"],
        amount=price["unit_amount"],
        amount_decimal=price["unit_amount_decimal"],
        billing_scheme="per_unit",
        created=price["created"],
        currency=price["currency"],
        interval=recurring["interval"],
        interval_count=recurring["interval_count"],
        livemode=False,
        metadata=price["metadata"],
        nickname=price["nickname"],
        product=price["product"],
        usage_type="licensed",
    )


_PRODUCT_FIELDS = (
    "description",
    "images",
    "marketing_features",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
)


def _product(world: World, id_: str, name: str, metadata: Resource | None) -> Resource:
    return world.store.add(
        blank(
            "product",
            id=id_,
            active=True,
            created=world.now(),
            images=[],
            livemode=False,
            marketing_features=[],
            metadata=metadata or {},
            name=name,
            type="service",
            updated=world.now(),
        )
    )


def _price(world: World, data: Any, *, active: bool = True) -> Resource:
    recurring = data.get("recurring")
    if data.get("unit_amount") is None:
        raise Refused(
            "You must specify `unit_amount`: the stand-in prices per unit, in whole minor units.", param="unit_amount"
        )
    if data["unit_amount"] < 0:
        raise Refused("This value must be greater than or equal to 0.", param="unit_amount")
    return world.store.add(
        blank(
            "price",
            id=new_id("price"),
            active=active,
            billing_scheme="per_unit",
            created=world.now(),
            currency=data["currency"].lower(),
            livemode=False,
            metadata=data.get("metadata") or {},
            product=_product_for(world, data),
            recurring=recurring
            and {
                "interval": recurring["interval"],
                "interval_count": recurring.get("interval_count", 1),
                "meter": None,
                "trial_period_days": recurring.get("trial_period_days"),
                "usage_type": "licensed",
            },
            tax_behavior="unspecified",
            type="recurring" if recurring else "one_time",
            unit_amount=data["unit_amount"],
            unit_amount_decimal=str(data["unit_amount"]),
        )
    )


def _product_for(world: World, data: Any) -> str:
    if described := data.get("product_data"):
        product = _product(
            world, described.get("id") or new_id("prod", 14), described["name"], described.get("metadata")
        )
        product["active"] = described.get("active", True)
        assign(product, described, "statement_descriptor", "tax_code", "unit_label")
        world.emit("product.created", product)
        return str(product["id"])
    return str(world.store.get("product", data["product"], "product")["id"])


def _claim_lookup_key(world: World, key: str, transfer: bool, own: str = "") -> None:
    for price in world.store.all("price", lookup_key=key):
        if price["id"] == own:
            continue
        if not transfer:
            raise Refused(
                f"A price (`{price['id']}`) already uses that lookup key.",
                code="resource_already_exists",
                param="lookup_key",
            )
        with world.updating("price.updated", price):
            price["lookup_key"] = None
