"""Every object has the fields that the installed library describes, no others, and all that may not be left out."""

from types import NoneType
from typing import Any, get_args

from tests.stand_ins.stripe.shapes import CLASSES
from tests.unit.stand_ins.stripe.conftest import Shop


def _faults(where: str, described: type[Any], shown: Any) -> list[str]:
    """What an object has that its class does not know, or lacks."""
    if not isinstance(shown, dict):
        return []
    annotations = {name: kind for name, kind in described.__annotations__.items() if name != "_inner_class_types"}
    found = [f"{where} has {name}" for name in shown.keys() - annotations.keys()]
    lacking = [name for name, kind in annotations.items() if name not in shown and NoneType not in get_args(kind)]
    found += [f"{where} lacks {name}" for name in lacking if name != "OBJECT_NAME"]
    inner: dict[str, type[Any]] = getattr(described, "_inner_class_types", {})
    for name, value in shown.items():
        for one in value if isinstance(value, list) else [value]:
            if name in inner:
                found += _faults(f"{where}.{name}", inner[name], one)
            elif isinstance(one, dict) and one.get("object") == "list":
                for listed in one["data"]:
                    found += _faults(f"{where}.{name}", CLASSES[listed["object"]], listed)
            elif isinstance(one, dict) and one.get("object") in CLASSES:
                found += _faults(f"{where}.{name}", CLASSES[one["object"]], one)
    return found


def test_objects_are_of_the_shape_that_the_library_describes(shop: Shop) -> None:
    bought = shop.subscribe(automatic_tax={"enabled": True}, customer_update={"address": "auto"})
    shop.client.v1.customers.tax_ids.create(str(bought.customer), {"type": "eu_vat", "value": "DE123456789"})
    shop.client.v1.subscriptions.update(
        bought.id,
        {"items": [{"id": bought["items"].data[0].id, "price": shop.max}], "proration_behavior": "always_invoice"},
    )
    shop.account.let_cards_fail(str(bought.customer))
    shop.account.advance(days=31, hours=2)
    sold = shop.session(shop.customer(), shop.pack, "payment", invoice_creation={"enabled": True})
    shop.account.pay(sold.url or "")
    paid = str(shop.client.v1.checkout.sessions.retrieve(sold.id).payment_intent)
    shop.client.v1.refunds.create({"payment_intent": paid, "amount": 100})
    shop.account.open_dispute(paid)
    shop.account.webhooks.register("http://127.0.0.1:1/")
    shop.client.v1.billing_portal.sessions.create({"customer": str(bought.customer)})
    shop.client.v1.accounts.retrieve_current()

    world = shop.account.world
    kinds = set()
    found: list[str] = []
    for kind, described in CLASSES.items():
        for resource in world.store.all(kind):
            kinds.add(kind)
            shown = dict(resource)
            if kind == "event":
                inner = shown["data"]["object"]
                found += _faults(f"{shown['type']}", CLASSES[inner["object"]], inner)
            found += _faults(kind, described, shown)

    assert sorted(set(found)) == []
    assert kinds == CLASSES.keys() - {"account", "line_item", "item", "plan", "subscription_item"}
