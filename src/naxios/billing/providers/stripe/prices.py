"""Products and prices at Stripe: found by a key that holds everything that matters, or made.

A new price of a plan has another key, so it becomes another price there; who subscribed before keeps theirs.
"""

import hashlib

import stripe

from naxios.billing.providers import Item

ITEM_FIELD = "naxios_plan"
PACK_FIELD = "naxios_pack"


def price_of(client: stripe.StripeClient, item: Item) -> str:
    """The id of the price that stands for ``item``: the operator's own, or ours."""
    if item.price_reference:
        return item.price_reference
    key = lookup_key(item)
    found = client.v1.prices.list({"lookup_keys": [key], "active": True, "limit": 1}).data
    return found[0].id if found else _make(client, item, key)


def lookup_key(item: Item) -> str:
    """By which the price of ``item`` is found again."""
    kind = "plan" if item.is_plan else f"pack-{item.tokens}"
    return f"naxios:{kind}:{item.name}:{item.price_minor}:{item.currency}"


def _make(client: stripe.StripeClient, item: Item, key: str) -> str:
    product = _product(client, item)
    params: stripe.params.PriceCreateParams = {
        "product": product,
        "unit_amount": item.price_minor,
        "currency": item.currency,
        "lookup_key": key,
        "transfer_lookup_key": True,  # from one that was archived by hand
        "metadata": {ITEM_FIELD if item.is_plan else PACK_FIELD: item.name},
    }
    if item.is_plan:
        params["recurring"] = {"interval": "month"}
    return client.v1.prices.create(params, {"idempotency_key": f"{product}:{key}"}).id


def _product(client: stripe.StripeClient, item: Item) -> str:
    id = f"naxios-{'plan' if item.is_plan else 'pack'}-{item.name}"
    once = hashlib.sha256(f"{id} {item.title}".encode()).hexdigest()[:32]
    try:
        return client.v1.products.create({"id": id, "name": item.title}, {"idempotency_key": f"product-{once}"}).id
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise
        return id
