"""What an invoice is about: periods of a subscription, prorations and single items."""

from datetime import UTC, datetime
from typing import Any

from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, new_id
from tests.stand_ins.stripe.world import World


def period_line(world: World, subscription: Resource, item: Resource, *, free: bool = False) -> Resource:
    """A whole period of a subscription's item; nothing is due for it in a trial."""
    price, quantity = item["price"], item["quantity"]
    name = _name(world, price)
    each = f"{_money(price['unit_amount'], price['currency'])} / {price['recurring']['interval']}"
    return _line(
        amount=0 if free else price["unit_amount"] * quantity,
        price=price,
        quantity=quantity,
        description=f"Trial period for {name}" if free else f"{quantity} × {name} (at {each})",
        period={"start": item["current_period_start"], "end": item["current_period_end"]},
        metadata=subscription["metadata"],
        parent=_of_subscription(subscription["id"], item["id"]),
        subscription=subscription["id"],
    )


def item_line(item: Resource) -> Resource:
    """A pending item, now on an invoice."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    if item["proration"]:
        parent = _of_subscription(details["subscription"], details["subscription_item"])
        parent["subscription_item_details"] |= {
            "invoice_item": item["id"],
            "proration": True,
            "proration_details": {"credited_items": _credited(item)},
        }
    else:
        parent = {
            "type": "invoice_item_details",
            "subscription_item_details": None,
            "invoice_item_details": {
                "invoice_item": item["id"],
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": details.get("subscription"),
            },
        }
    line = _line(
        amount=item["amount"],
        price=None,
        quantity=item["quantity"],
        description=item["description"],
        period=item["period"],
        metadata=item["metadata"],
        parent=parent,
        subscription=details.get("subscription"),
    )
    line["pricing"] = item["pricing"]
    line["currency"] = item["currency"]
    line["discountable"] = item["discountable"]
    return line


def pending(world: World, customer: Resource) -> list[Resource]:
    """Lines for what waits for the customer's next invoice."""
    return [item_line(item) for item in world.store.all("invoiceitem", customer=customer["id"], invoice=None)]


def items_of(invoice: Resource) -> list[str]:
    """The items that became lines of this invoice."""
    details = [
        (line["parent"] or {}).get(kind) or {}
        for line in invoice["lines"]["data"]
        for kind in ("invoice_item_details", "subscription_item_details")
    ]
    return [found["invoice_item"] for found in details if found.get("invoice_item")]


def sale_line(world: World, price: Resource, quantity: int) -> Resource:
    """Something that is sold once."""
    now = world.now()
    return _line(
        amount=price["unit_amount"] * quantity,
        price=price,
        quantity=quantity,
        description=_name(world, price),
        period={"start": now, "end": now},
        metadata={},
        parent=None,
        subscription=None,
    )


def invoice_item(
    world: World,
    *,
    customer: str,
    amount: int,
    currency: str,
    description: str | None,
    period: Resource | None = None,
    pricing: Resource | None = None,
    proration: bool = False,
    quantity: int = 1,
    subscription: str | None = None,
    subscription_item: str | None = None,
    credited: Resource | None = None,
    metadata: Resource | None = None,
) -> Resource:
    """An amount that waits for the customer's next invoice. Not stored: a preview has some too."""
    return blank(
        "invoiceitem",
        id=new_id("ii"),
        amount=amount,
        currency=currency,
        customer=customer,
        date=world.now(),
        description=description,
        discountable=not proration,
        discounts=[],
        livemode=False,
        metadata=metadata or {},
        net_amount=amount,
        parent=subscription
        and {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription, "subscription_item": subscription_item},
        },
        period=period or {"start": world.now(), "end": world.now()},
        pricing=pricing,
        proration=proration,
        proration_details={"credited_items": credited, "discount_amounts": []} if proration else None,
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=[],
    )


def prorations(
    world: World, subscription: Resource, item: Resource, price: Resource | None, quantity: int, at: int
) -> list[Resource]:
    """What a change of an item gives back for the rest of its period, and what the rest costs with the new price."""
    start, end = item["current_period_start"], item["current_period_end"]
    day = datetime.fromtimestamp(at, UTC).strftime("%-d %b %Y")
    rest = {"start": at, "end": end}

    def part(of_price: Resource, number: int) -> int:
        return _divided(of_price["unit_amount"] * number * (end - at), end - start)

    def made(amount: int, of_price: Resource, number: int, words: str, credited: Resource | None = None) -> Resource:
        times = f"{number} × " if number > 1 else ""
        return invoice_item(
            world,
            customer=subscription["customer"],
            amount=amount,
            currency=of_price["currency"],
            description=f"{words} time on {times}{_name(world, of_price)} after {day}",
            period=rest,
            pricing=_pricing(of_price),
            proration=True,
            quantity=number,
            subscription=subscription["id"],
            subscription_item=item["id"],
            credited=credited,
        )

    old = item["price"]
    credited = _billed_before(world, item)
    changes = [made(-part(old, item["quantity"]), old, item["quantity"], "Unused", credited)]
    if price is not None:
        changes.append(made(part(price, quantity), price, quantity, "Remaining"))
    return changes


def _billed_before(world: World, item: Resource) -> Resource | None:
    for invoice in reversed(world.store.all("invoice")):
        for line in invoice["lines"]["data"]:
            parent = (line["parent"] or {}).get("subscription_item_details") or {}
            if parent.get("subscription_item") == item["id"] and line["amount"] > 0:
                return {
                    "invoice_item": None,
                    "invoice_line_item_details": {"invoice": invoice["id"], "invoice_line_items": [line["id"]]},
                    "type": "invoice_line_items",
                }
    return None


def _credited(item: Resource) -> Resource | None:
    credited: Resource | None = item["proration_details"]["credited_items"]
    return credited["invoice_line_item_details"] if credited else None


def _divided(amount: int, by: int) -> int:
    """Rounded half away from nought, as money is."""
    return (2 * amount + by) // (2 * by) if by else 0


def _of_subscription(subscription: str, item: str) -> Resource:
    return {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": subscription,
            "subscription_item": item,
        },
    }


def _line(*, amount: int, price: Resource | None, quantity: int, **values: Any) -> Resource:
    return blank(
        "line_item",
        id=new_id("il"),
        amount=amount,
        currency=price["currency"] if price else "",
        discount_amounts=[],
        discountable=True,
        discounts=[],
        livemode=False,
        pretax_credit_amounts=[],
        pricing=price and _pricing(price),
        quantity=quantity,
        quantity_decimal=str(quantity),
        subtotal=amount,
        taxes=[],
        **values,
    )


def _pricing(price: Resource) -> Resource:
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _name(world: World, price: Resource) -> str:
    return str(world.store.get("product", price["product"])["name"])


def _money(amount: int, currency: str) -> str:
    sign = {"usd": "$", "eur": "€", "gbp": "£"}.get(currency, f"{currency.upper()} ")
    return f"{sign}{amount // 100}.{amount % 100:02d}"
