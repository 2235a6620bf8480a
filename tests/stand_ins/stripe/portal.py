"""The billing portal: how it is configured, and sessions that lead a customer into it."""

from typing import Any

from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.errors import Refused, not_modelled
from tests.stand_ins.stripe.parameters import Params
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page
from tests.stand_ins.stripe.world import World

_CONFIGURATION = "billing_portal.configuration"
_FLOWS = (
    "payment_method_update",
    "subscription_cancel",
    "subscription_update",
    "subscription_update_confirm",
)
_NO_DEFAULT = (
    "No configuration provided and your test mode default configuration has not been created. Provide a configuration "
    "or create your default by saving your customer portal settings in test mode at "
    "https://dashboard.stripe.com/test/settings/billing/portal."
)


def create_configuration(world: World, call: Call) -> Resource:
    configuration = _configuration(world, call.params)
    world.emit("billing_portal.configuration.created", configuration)
    return configuration


def update_configuration(world: World, call: Call) -> Resource:
    configuration = found(world.store, _CONFIGURATION, call, "configuration")
    with world.updating("billing_portal.configuration.updated", configuration):
        _take(world, configuration, call.params)
        assign(configuration, call.params, "active")
        configuration["updated"] = world.now()
    return configuration


def list_configurations(world: World, call: Call) -> Resource:
    if world.settings.default_portal:
        default_configuration(world)
    listed = filtered(world.store.all(_CONFIGURATION), call.params, "active", "is_default")
    return page(call.path, listed, call.params)


def default_configuration(world: World) -> Resource:
    """The one of the dashboard, where everything is switched on and every recurring price is offered."""
    offered: dict[str, list[str]] = {}
    for price in world.store.all("price", type="recurring", active=True):
        offered.setdefault(price["product"], []).append(price["id"])
    features: Any = {
        "customer_update": {"enabled": True, "allowed_updates": ["email", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True},
        "subscription_update": {
            "enabled": bool(offered),
            "default_allowed_updates": ["price"],
            "products": [{"product": product, "prices": prices} for product, prices in offered.items()],
            "proration_behavior": "create_prorations",
        },
    }
    for configuration in world.store.all(_CONFIGURATION, is_default=True):
        _take(world, configuration, Params({"features": features}))
        return configuration
    configuration = _configuration(world, Params({"features": features}))
    configuration["is_default"] = True
    return configuration


def create_session(world: World, call: Call) -> Resource:
    params = call.params
    if "customer" not in params:
        raise Refused("Missing required param: customer.", code="parameter_missing", param="customer", saved=False)
    customer = world.store.get("customer", params["customer"], "customer")
    if named := params.get("configuration"):
        configuration = world.store.get(_CONFIGURATION, named, "configuration")
        if not configuration["active"]:
            raise Refused("The configuration is not active.", param="configuration")
    elif world.settings.default_portal:
        configuration = default_configuration(world)
    else:
        raise Refused(_NO_DEFAULT)
    params.ignore("locale")
    secret = new_id("test", 40)
    session = blank(
        "billing_portal.session",
        id=new_id("bps"),
        configuration=configuration["id"],
        created=world.now(),
        customer=customer["id"],
        flow=_flow(world, customer, configuration, params.get("flow_data")),
        livemode=False,
        return_url=params.get("return_url") or configuration["default_return_url"],
        url=f"{world.url}/p/session/{secret}",
    )
    world.store.add(session)
    world.portals[secret] = session
    world.emit("billing_portal.session.created", session)
    return session


def _configuration(world: World, params: Params) -> Resource:
    configuration = blank(
        _CONFIGURATION,
        id=new_id("bpc"),
        active=True,
        business_profile={"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        created=world.now(),
        features=_no_features(),
        is_default=False,
        livemode=False,
        login_page={"enabled": False, "url": None},
        metadata={},
        updated=world.now(),
    )
    _take(world, configuration, params)
    return world.store.add(configuration)


def _take(world: World, configuration: Resource, params: Params) -> None:
    merge_metadata(configuration, params.get("metadata"))
    assign(configuration, params, "default_return_url", "name")
    configuration["business_profile"] |= params.get("business_profile") or {}
    configuration["login_page"] |= params.get("login_page") or {}
    for name, given in (params.get("features") or {}).items():
        feature = configuration["features"][name]
        feature |= given
        if name == "subscription_update" and given.get("enabled"):
            _check_products(world, feature)


def _check_products(world: World, feature: Resource) -> None:
    if not feature["products"]:
        raise Refused(
            "When `features[subscription_update][enabled]` is `true`, `features[subscription_update][products]` is "
            "required.",
            param="features[subscription_update][products]",
        )
    if (feature["schedule_at_period_end"] or {}).get("conditions"):
        raise not_modelled("schedule_at_period_end: downgrades that wait for the end of the period")
    for number, product in enumerate(feature["products"]):
        where = f"features[subscription_update][products][{number}]"
        world.store.get("product", product["product"], f"{where}[product]")
        for price in product["prices"]:
            if world.store.get("price", price, f"{where}[prices]")["product"] != product["product"]:
                raise Refused(f"The price {price} does not belong to {product['product']}.", param=f"{where}[prices]")
        product.setdefault("adjustable_quantity", {"enabled": False, "maximum": None, "minimum": 1})


def _no_features() -> Resource:
    return {
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": False},
        "payment_method_update": {"enabled": False, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "feedback_options": None, "options": []},
            "enabled": False,
            "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": [],
            "enabled": False,
            "products": [],
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }


def _flow(world: World, customer: Resource, configuration: Resource, given: Any) -> Resource | None:
    if not given:
        return None
    kind = given["type"]
    if kind not in _FLOWS:
        raise not_modelled(f"flow_data[type]={kind}")
    details = given.get(kind)
    feature = "subscription_update" if kind.startswith("subscription_update") else kind
    if not configuration["features"][feature]["enabled"]:
        raise Refused(
            f"This `flow_data` is unavailable because the `{feature}` feature in the portal configuration is disabled.",
            param="flow_data[type]",
        )
    if kind.startswith("subscription"):
        where = f"flow_data[{kind}][subscription]"
        subscription = world.store.get("subscription", (details or {}).get("subscription", ""), where)
        if subscription["customer"] != customer["id"]:
            raise Refused("The subscription does not belong to the customer.", param=where)
    after = given.get("after_completion") or {"type": "portal_homepage"}
    flow: Resource = {**dict.fromkeys(("customer_update", "subscription_pause", *_FLOWS[1:])), "type": kind}
    flow["after_completion"] = {"hosted_confirmation": None, "redirect": None, **after}
    if details:
        flow[kind] = {"retention": None, **details} if kind == "subscription_cancel" else dict(details)
    if kind == "subscription_update_confirm":
        flow[kind].setdefault("discounts", None)
    return flow
