"""Payment intents and the charges that they make."""

from tests.stand_ins.stripe import payment_methods
from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.errors import DOCS, Refused
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, new_id, page, whole
from tests.stand_ins.stripe.world import World

DECLINE = {"code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."}


def open_intent(
    world: World,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    description: str | None = None,
    metadata: Resource | None = None,
    receipt_email: str | None = None,
    setup_future_usage: str | None = None,
) -> Resource:
    """An intent that waits for a payment method."""
    id_ = new_id("pi")
    intent = world.store.add(
        blank(
            "payment_intent",
            id=id_,
            amount=amount,
            amount_capturable=0,
            amount_details={"tip": {}},
            amount_received=0,
            capture_method="automatic",
            client_secret=f"{id_}_secret_{new_id('x')[2:]}",
            confirmation_method="automatic",
            created=world.now(),
            currency=currency,
            customer=customer,
            description=description,
            livemode=False,
            metadata=metadata or {},
            payment_method_options={"card": {"request_three_d_secure": "automatic"}},
            payment_method_types=["card"],
            receipt_email=receipt_email,
            setup_future_usage=setup_future_usage,
            status="requires_payment_method",
        )
    )
    world.emit("payment_intent.created", intent)
    return intent


def attempt(world: World, intent: Resource, method: Resource) -> bool:
    """Charge the payment method now: whether the money came. A debit from a bank account is under way and did not."""
    behaviour = world.cards[method["id"]]
    if behaviour == payment_methods.BANK:
        _start_debit(world, intent, method)
        return False
    if behaviour == payment_methods.DECLINED:
        decline(world, intent, method)
        return False
    if behaviour == payment_methods.FAILS_LATER:
        world.cards[method["id"]] = payment_methods.DECLINED
    succeed(world, intent, method)
    return True


def would_pay(world: World, method: Resource | None) -> bool:
    return method is not None and world.cards[method["id"]] != payment_methods.DECLINED


def succeed(world: World, intent: Resource, method: Resource) -> None:
    charge = _charge(world, intent, method, paid=True)
    intent.update(
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        payment_method=method["id"],
        status="succeeded",
    )
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def decline(world: World, intent: Resource, method: Resource) -> None:
    charge = _charge(world, intent, method, paid=False)
    intent.update(
        last_payment_error={
            **DECLINE,
            "charge": charge["id"],
            "doc_url": f"{DOCS}/card-declined",
            "payment_method": dict(method),
            "type": "card_error",
        },
        latest_charge=charge["id"],
        payment_method=None,
        status="requires_payment_method",
    )
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)


def cancel(world: World, intent: Resource, reason: str | None) -> None:
    """The intent will not be paid any more."""
    if intent["status"] in ("succeeded", "canceled"):
        raise Refused(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    intent.update(status="canceled", canceled_at=world.now(), cancellation_reason=reason)
    world.emit("payment_intent.canceled", intent)


def update_intent(world: World, call: Call) -> Resource:
    intent = found(world.store, "payment_intent", call, "intent")
    merge_metadata(intent, call.params.get("metadata"))
    assign(intent, call.params, "description", "receipt_email")
    return intent


def cancel_intent(world: World, call: Call) -> Resource:
    intent = found(world.store, "payment_intent", call, "intent")
    cancel(world, intent, call.params.get("cancellation_reason"))
    return intent


def list_intents(world: World, call: Call) -> Resource:
    return page(call.path, filtered(world.store.all("payment_intent"), call.params, "customer"), call.params)


def update_charge(world: World, call: Call) -> Resource:
    charge = found(world.store, "charge", call, "charge")
    with world.updating("charge.updated", charge):
        merge_metadata(charge, call.params.get("metadata"))
        assign(charge, call.params, "description", "receipt_email")
    return charge


def list_charges(world: World, call: Call) -> Resource:
    charges = filtered(world.store.all("charge"), call.params, "customer", "payment_intent")
    return page(call.path, charges, call.params)


def include(world: World) -> None:
    """Fields of a charge that are answered only when they are asked for."""
    world.store.included[("charge", "refunds")] = lambda charge: whole(
        f"/v1/charges/{charge['id']}/refunds", world.store.all("refund", charge=charge["id"])[::-1]
    )


def _start_debit(world: World, intent: Resource, method: Resource) -> None:
    intent.update(payment_method=method["id"], status="processing")
    world.emit("payment_intent.processing", intent)
    world.clock.at(world.now() + world.settings.bank_days * DAY, lambda: _settle_debit(world, intent, method))


def _settle_debit(world: World, intent: Resource, method: Resource) -> None:
    if intent["status"] != "processing":
        return
    paid = world.cards[method["id"]] != payment_methods.DECLINED
    (succeed if paid else decline)(world, intent, method)
    if told := world.on_settled.pop(intent["id"], None):
        told(paid)


def _charge(world: World, intent: Resource, method: Resource, *, paid: bool) -> Resource:
    kind = method["type"]
    return world.store.add(
        blank(
            "charge",
            id=new_id("ch"),
            amount=intent["amount"],
            amount_captured=intent["amount"] if paid else 0,
            amount_refunded=0,
            balance_transaction=new_id("txn") if paid else None,
            billing_details=method["billing_details"],
            captured=paid,
            created=world.now(),
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            disputed=False,
            failure_code=None if paid else DECLINE["code"],
            failure_message=None if paid else DECLINE["message"],
            fraud_details={},
            livemode=False,
            metadata=intent["metadata"],
            outcome=_outcome(paid),
            paid=paid,
            payment_intent=intent["id"],
            payment_method=method["id"],
            payment_method_details={"type": kind, kind: payment_methods.charged_details(method)},
            receipt_email=intent["receipt_email"],
            receipt_url=f"{world.url}/receipts/{new_id('rcpt')}" if paid else None,
            refunded=False,
            status="succeeded" if paid else "failed",
        )
    )


def _outcome(paid: bool) -> Resource:
    return {
        "advice_code": None if paid else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None if paid else "05",
        "network_status": "approved_by_network" if paid else "declined_by_network",
        "reason": None if paid else "generic_decline",
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete." if paid else "The bank did not return any further details.",
        "type": "authorized" if paid else "issuer_declined",
    }
