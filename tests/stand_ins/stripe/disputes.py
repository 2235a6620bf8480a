"""Chargebacks: a payer asks the bank for the money, and the bank decides."""

import stripe

from tests.stand_ins.stripe.call import Call, found, merge_metadata
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page
from tests.stand_ins.stripe.world import World

_DAYS_TO_ANSWER = 14
_CLOSED = ("won", "lost")


def open_dispute(world: World, paid: str, *, reason: str = "fraudulent", amount: int | None = None) -> Resource:
    """The payer of a charge, or of the charge of a payment intent, disputes it."""
    named = world.store.find(paid)
    assert named is not None, f"there is no {paid}"
    charge = named if named["object"] == "charge" else world.store.get("charge", named["latest_charge"])
    dispute = world.store.add(
        blank(
            "dispute",
            id=new_id("du"),
            amount=amount or charge["amount"],
            balance_transactions=[],
            charge=charge["id"],
            created=world.now(),
            currency=charge["currency"],
            enhanced_eligibility_types=[],
            evidence=dict.fromkeys(stripe.Dispute.Evidence.__annotations__.keys() - {"_inner_class_types"})
            | {"enhanced_evidence": {}},
            evidence_details={
                "due_by": world.now() + _DAYS_TO_ANSWER * DAY,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            is_charge_refundable=False,
            livemode=False,
            metadata={},
            network_reason_code="10.4",
            payment_intent=charge["payment_intent"],
            payment_method_details={
                "type": "card",
                "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"},
            },
            reason=reason,
            status="needs_response",
        )
    )
    charge["disputed"] = True
    world.emit("charge.dispute.created", dispute)
    world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, dispute: Resource, *, won: bool) -> None:
    """The bank has decided."""
    if dispute["status"] in _CLOSED:
        raise Refused(f"This dispute is already closed: {dispute['status']}")
    dispute["status"] = "won" if won else "lost"
    if won:
        world.emit("charge.dispute.funds_reinstated", dispute)
    world.emit("charge.dispute.closed", dispute)


def update(world: World, call: Call) -> Resource:
    dispute = found(world.store, "dispute", call, "dispute")
    if dispute["status"] in _CLOSED:
        raise Refused("This dispute is already closed")
    submitted = call.params.get("submit", True)
    with world.updating("charge.dispute.updated", dispute):
        merge_metadata(dispute, call.params.get("metadata"))
        if evidence := call.params.get("evidence"):
            dispute["evidence"] |= evidence
            dispute["evidence_details"]["has_evidence"] = True
            if submitted:
                dispute["status"] = "under_review"
                dispute["evidence_details"] |= {"submission_count": 1, "submission_method": "manual"}
    return dispute


def close(world: World, call: Call) -> Resource:
    """Give in."""
    dispute = found(world.store, "dispute", call, "dispute")
    close_dispute(world, dispute, won=False)
    return dispute


def list_all(world: World, call: Call) -> Resource:
    disputes = filtered(world.store.all("dispute"), call.params, "charge", "payment_intent")
    return page(call.path, disputes, call.params)
