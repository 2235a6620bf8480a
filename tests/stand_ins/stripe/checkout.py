"""Checkout Sessions: what a program may ask for, and what a payment on the hosted page makes of them."""

from typing import Any
from urllib.parse import urlsplit

from tests.stand_ins.stripe.call import Call, found, merge_metadata
from tests.stand_ins.stripe.catalogue import price_of
from tests.stand_ins.stripe.clock import DAY, HOUR
from tests.stand_ins.stripe.errors import Refused, not_modelled
from tests.stand_ins.stripe.parameters import Params
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page, whole
from tests.stand_ins.stripe.world import Checkout, World

_KIND = "checkout.session"
_SOONEST = 30 * 60
_LINE = {"price", "price_data", "quantity", "metadata", "adjustable_quantity"}
_SUBSCRIPTION_DATA = {"description", "metadata", "trial_end", "trial_period_days", "trial_settings", "billing_mode"}
_INTENT_DATA = {"description", "metadata", "receipt_email", "setup_future_usage"}
# Looks of the page, which change nothing that happens.
_LOOKS = (
    "adaptive_pricing",
    "allowed_payment_method_types",
    "branding_settings",
    "custom_text",
    "excluded_payment_method_types",
    "integration_identifier",
    "locale",
    "name_collection",
    "payment_method_options",
    "phone_number_collection",
    "saved_payment_method_options",
    "submit_type",
)


def create(world: World, call: Call) -> Resource:
    params = call.params
    mode = params.get("mode")
    if mode not in ("payment", "subscription"):
        raise not_modelled(f"Checkout with mode={mode}")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_modelled(f"ui_mode={params['ui_mode']}")
    lines = _lines(world, params, mode)
    _check_mode(params, mode)
    customer = _customer(world, params)
    _check_tax(params, customer)
    session = _blank(world, params, mode, lines, customer)
    world.store.add(session)
    world.clock.at(session["expires_at"], lambda: expire_now(world, session))
    return session


def update(world: World, call: Call) -> Resource:
    session = found(world.store, _KIND, call, "session")
    merge_metadata(session, call.params.get("metadata"))
    return session


def expire(world: World, call: Call) -> Resource:
    session = found(world.store, _KIND, call, "session")
    if session["status"] != "open":
        raise Refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`."
        )
    expire_now(world, session)
    return session


def expire_now(world: World, session: Resource) -> None:
    if session["status"] == "open":
        session.update(status="expired", url=None)
        world.emit("checkout.session.expired", session)


def list_all(world: World, call: Call) -> Resource:
    listed = filtered(world.store.all(_KIND), call.params, "customer", "payment_intent", "status", "subscription")
    return page(call.path, listed, call.params)


def list_lines(world: World, call: Call) -> Resource:
    session = found(world.store, _KIND, call, "session")
    return page(call.path, world.checkouts[session["id"]].lines, call.params, newest_first=False)


def include(world: World) -> None:
    """Fields of a session that are answered only when they are asked for."""
    world.store.included[(_KIND, "line_items")] = lambda session: whole(
        f"/v1/checkout/sessions/{session['id']}/line_items", world.checkouts[session["id"]].lines
    )


def _blank(world: World, params: Params, mode: str, lines: list[Resource], customer: Resource | None) -> Resource:
    id_ = new_id("cs_test", 58)
    tax = (params.get("automatic_tax") or {}).get("enabled", False)
    percent = world.settings.tax_percent if tax else 0
    data = params.get("subscription_data") or {}
    free = mode == "subscription" and bool(data.get("trial_period_days") or data.get("trial_end"))
    due = [0 if free and line["price"]["recurring"] else line["amount_subtotal"] for line in lines]
    for line, amount in zip(lines, due, strict=True):
        line["amount_tax"] = (amount * percent + 50) // 100
        line["amount_subtotal"] = amount
        line["amount_total"] = amount + line["amount_tax"]
    amount_tax = sum(line["amount_tax"] for line in lines)
    params.ignore(*_LOOKS)
    world.checkouts[id_] = Checkout(
        lines, data, params.get("payment_intent_data") or {}, params.get("customer_update") or {}
    )
    creation = params.get("invoice_creation") or {}
    return blank(
        _KIND,
        id=id_,
        adaptive_pricing={"enabled": False},
        allow_promotion_codes=params.get("allow_promotion_codes"),
        amount_subtotal=sum(due),
        amount_total=sum(due) + amount_tax,
        automatic_tax={
            "enabled": tax,
            "liability": {"type": "self"} if tax else None,
            "provider": "stripe" if tax else None,
            "status": "requires_location_inputs" if tax else None,
        },
        billing_address_collection=params.get("billing_address_collection"),
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        consent_collection=params.get("consent_collection"),
        created=world.now(),
        currency=lines[0]["currency"],
        custom_fields=[],
        custom_text={"after_submit": None, "shipping_address": None, "submit": None}
        | {"terms_of_service_acceptance": None},
        customer=customer and customer["id"],
        customer_creation=_creation(params, mode) if customer is None else None,
        customer_details=_details(customer["email"] if customer else params.get("customer_email"), customer),
        customer_email=params.get("customer_email"),
        expires_at=_expiry(world, params),
        invoice_creation=None
        if mode == "subscription"
        else {"enabled": creation.get("enabled", False), "invoice_data": creation.get("invoice_data") or {}},
        livemode=False,
        metadata=params.get("metadata") or {},
        mode=mode,
        origin_context=params.get("origin_context"),
        payment_method_collection=params.get("payment_method_collection", "always"),
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=["card", "us_bank_account"],
        payment_status="unpaid",
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        success_url=params["success_url"],
        tax_id_collection={
            "enabled": (params.get("tax_id_collection") or {}).get("enabled", False),
            "required": "never",
        },
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": amount_tax},
        ui_mode="hosted_page",
        url=f"{world.url}/c/pay/{id_}",
    )


def _creation(params: Params, mode: str) -> Any:
    return params.get("customer_creation", "if_required" if mode == "payment" else "always")


def _details(email: str | None, customer: Resource | None) -> Resource | None:
    if email is None:
        return None
    return {
        "address": customer and customer["address"],
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": customer and customer["name"],
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _lines(world: World, params: Params, mode: str) -> list[Resource]:
    given = params.get("line_items")
    if not given:
        raise Refused("Missing required param: line_items.", code="parameter_missing", param="line_items", saved=False)
    lines = []
    for number, line in enumerate(given):
        where = f"line_items[{number}]"
        if unknown := set(line) - _LINE:
            raise not_modelled(f"{where}[{min(unknown)}]")
        price = price_of(world, line, f"{where}[price]")
        if mode == "payment" and price["recurring"]:
            raise Refused(
                "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or "
                "use only one-time prices.",
                param=where,
            )
        if "quantity" not in line:
            raise Refused(f"Missing required param: {where}[quantity].", code="parameter_missing", param=where)
        lines.append(_line(world, price, line["quantity"], line.get("metadata")))
    if mode == "subscription" and not any(line["price"]["recurring"] for line in lines):
        raise Refused("You must provide at least one recurring price in `subscription` mode when using prices.")
    if len({line["currency"] for line in lines}) > 1:
        raise Refused("All prices on a Checkout session must have the same currency.", param="line_items")
    return lines


def _line(world: World, price: Resource, quantity: int, metadata: Resource | None) -> Resource:
    amount = price["unit_amount"] * quantity
    return blank(
        "item",
        id=new_id("li"),
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=0,
        amount_total=amount,
        currency=price["currency"],
        description=world.store.get("product", price["product"])["name"],
        metadata=metadata or {},
        price=price,
        quantity=quantity,
    )


def _check_mode(params: Params, mode: str) -> None:
    foreign = {"payment": ["subscription_data"], "subscription": ["payment_intent_data", "customer_creation"]}[mode]
    if mode == "subscription":
        foreign.append("invoice_creation")
    for name in foreign:
        if name in params:
            raise Refused(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    for name, known in (("subscription_data", _SUBSCRIPTION_DATA), ("payment_intent_data", _INTENT_DATA)):
        if unknown := set(params.get(name) or {}) - known:
            raise not_modelled(f"{name}[{min(unknown)}]")
    data = params.get("subscription_data") or {}
    if data.get("trial_period_days", 1) < 1:
        raise Refused("The minimum number of trial period days is 1.", param="subscription_data[trial_period_days]")
    if data.get("trial_end") and data.get("trial_period_days"):
        raise Refused("You may only specify one of these parameters: trial_end, trial_period_days.")
    for name in ("success_url", "cancel_url"):
        _check_url(params, name)
    if params.get("discounts"):
        raise not_modelled("discounts")


def _check_url(params: Params, name: str) -> None:
    url = params.get(name)
    if url is None:
        if name == "success_url":
            raise Refused(f"Missing required param: {name}.", code="parameter_missing", param=name, saved=False)
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refused("Not a valid URL", code="url_invalid", param=name)


def _customer(world: World, params: Params) -> Resource | None:
    if "customer" in params and "customer_email" in params:
        raise Refused("You may only specify one of these parameters: customer, customer_email.")
    if "customer_update" in params and "customer" not in params:
        raise Refused("`customer_update` can only be used with `customer`.", param="customer_update")
    if "customer" not in params:
        return None
    return world.store.get("customer", params["customer"], "customer")


def _check_tax(params: Params, customer: Resource | None) -> None:
    """With a known customer, the page may only ask for an address or a name that it is allowed to keep."""
    update = params.get("customer_update") or {}
    if customer is None:
        return
    taxed = (params.get("automatic_tax") or {}).get("enabled")
    if taxed and not (customer["address"] or {}).get("country") and update.get("address") != "auto":
        raise Refused(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to "
            "the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' "
            "to save the address entered in Checkout to the Customer.",
            code="customer_tax_location_invalid",
        )
    if (params.get("tax_id_collection") or {}).get("enabled") and update.get("name") != "auto":
        raise Refused(
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an "
            "existing customer, please set `customer_update[name]` to `auto`."
        )


def _expiry(world: World, params: Params) -> Any:
    expires_at = params.get("expires_at")
    if expires_at is None:
        return world.now() + DAY
    ahead = expires_at - world.now()
    if ahead < _SOONEST - 60:
        raise Refused(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if ahead > 24 * HOUR + 60:
        raise Refused(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return expires_at
