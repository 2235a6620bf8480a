"""Money back: refunds of charges, whole or in part."""

from tests.stand_ins.stripe.call import Call, found, merge_metadata
from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.html import money
from tests.stand_ins.stripe.parameters import Params
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page
from tests.stand_ins.stripe.world import World


def create(world: World, call: Call) -> Resource:
    params = call.params
    charge = _charge(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if charge["disputed"]:
        raise Refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if not left:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refused(
            f"Refund amount ({money(amount, charge['currency'])}) is greater than unrefunded amount on charge "
            f"({money(left, charge['currency'])})",
            param="amount",
        )
    params.ignore("currency")
    refund = world.store.add(
        blank(
            "refund",
            id=new_id("re"),
            amount=amount,
            balance_transaction=new_id("txn"),
            charge=charge["id"],
            created=world.now(),
            currency=charge["currency"],
            destination_details={"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
            metadata=params.get("metadata") or {},
            payment_intent=charge["payment_intent"],
            reason=params.get("reason"),
            status="succeeded",
        )
    )
    world.emit("refund.created", refund)
    with world.updating("charge.refunded", charge):
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    return refund


def update(world: World, call: Call) -> Resource:
    refund = found(world.store, "refund", call, "refund")
    with world.updating("refund.updated", refund):
        merge_metadata(refund, call.params.get("metadata"))
    return refund


def list_all(world: World, call: Call) -> Resource:
    return page(call.path, filtered(world.store.all("refund"), call.params, "charge", "payment_intent"), call.params)


def _charge(world: World, params: Params) -> Resource:
    if ("charge" in params) == ("payment_intent" in params):
        raise Refused("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        return _paid(world.store.get("charge", params["charge"], "charge"))
    intent = world.store.get("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        raise Refused(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return world.store.get("charge", intent["latest_charge"])


def _paid(charge: Resource) -> Resource:
    if not charge["paid"]:
        raise Refused(f"Charge {charge['id']} is not a successful charge, so it cannot be refunded.")
    return charge
