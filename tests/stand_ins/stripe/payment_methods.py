"""Cards and bank accounts, true to the behaviour that their maker chose."""

from tests.stand_ins.stripe.call import Call, found, merge_metadata
from tests.stand_ins.stripe.errors import Refused, card_declined, missing, not_modelled
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page
from tests.stand_ins.stripe.world import World

WORKS = "works"
FAILS_LATER = "fails_later"
DECLINED = "declined"
BANK = "bank"

# Stripe's own test payment methods, by their tokens.
TOKENS = {
    "pm_card_visa": WORKS,
    "pm_card_mastercard": WORKS,
    "pm_card_chargeCustomerFail": DECLINED,
}
_LAST4 = {WORKS: "4242", FAILS_LATER: "0341", DECLINED: "0002", BANK: "6789"}


def new_method(world: World, behaviour: str, *, email: str | None = None, name: str | None = None) -> Resource:
    """A payment method that belongs to nobody yet."""
    kind = "us_bank_account" if behaviour == BANK else "card"
    method = blank(
        "payment_method",
        id=new_id("pm"),
        allow_redisplay="unspecified",
        billing_details={"address": _address(), "email": email, "name": name, "phone": None, "tax_id": None},
        created=world.now(),
        livemode=False,
        metadata={},
        type=kind,
    )
    method[kind] = details(behaviour)
    world.cards[method["id"]] = behaviour
    return world.store.add(method)


def details(behaviour: str) -> Resource:
    """What is told of a card or a bank account."""
    if behaviour == BANK:
        return {"account_type": "checking", "bank_name": "STRIPE TEST BANK", "last4": _LAST4[BANK]}
    return {
        "brand": "visa",
        "country": "US",
        "display_brand": "visa",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": new_id("x", 16)[2:],
        "funding": "credit",
        "last4": _LAST4[behaviour],
    }


def charged_details(method: Resource) -> Resource:
    """The same as a charge tells it."""
    known: Resource = {name: value for name, value in method[method["type"]].items() if name != "display_brand"}
    return {**known, "network": known["brand"]} if method["type"] == "card" else known


def attach(world: World, id_: str, customer: Resource) -> Resource:
    """The payment method, now the customer's. A token of Stripe's makes a new one."""
    if id_ == "pm_card_chargeDeclined":
        raise card_declined("generic_decline")
    method = new_method(world, TOKENS[id_]) if id_ in TOKENS else world.store.find(id_)
    if method is None:
        raise missing("PaymentMethod", id_, "payment_method")
    if method["customer"] not in (None, customer["id"]):
        raise Refused("The payment method you provided has already been attached to a customer.")
    if method["customer"] is None:
        method["customer"] = customer["id"]
        world.emit("payment_method.attached", method)
    return method


def attach_method(world: World, call: Call) -> Resource:
    customer = world.store.get("customer", call.params["customer"], "customer")
    return attach(world, call.id, customer)


def detach_method(world: World, call: Call) -> Resource:
    method = found(world.store, "payment_method", call, "payment_method")
    if method["customer"] is None:
        raise Refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    customer = world.store.get("customer", method["customer"])
    before, method["customer"] = method["customer"], None
    world.emit("payment_method.detached", method, {"customer": before})
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        with world.updating("customer.updated", customer):
            customer["invoice_settings"]["default_payment_method"] = None
    for subscription in world.store.all("subscription", default_payment_method=method["id"]):
        with world.updating("customer.subscription.updated", subscription):
            subscription["default_payment_method"] = None
    return method


def update_method(world: World, call: Call) -> Resource:
    method = found(world.store, "payment_method", call, "payment_method")
    if set(call.params) - {"metadata", "expand"}:
        raise not_modelled("changing a payment method's details")
    with world.updating("payment_method.updated", method):
        merge_metadata(method, call.params.get("metadata"))
    return method


def list_methods(world: World, call: Call) -> Resource:
    methods = [method for method in world.store.all("payment_method") if method["customer"]]
    return page(call.path, filtered(methods, call.params, "customer", "type"), call.params)


def default_of(world: World, customer: Resource, subscription: Resource | None = None) -> Resource | None:
    """What an invoice is paid with: the subscription's payment method before the customer's."""
    own = subscription["default_payment_method"] if subscription else None
    return world.store.find(own or customer["invoice_settings"]["default_payment_method"])


def _address() -> Resource:
    return {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
