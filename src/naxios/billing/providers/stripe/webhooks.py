"""Stripe's webhooks: is it really Stripe's, and whom is it about? Foreign bytes until the signature is checked."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import stripe

from naxios.billing.providers import Hint, NotGenuine

TOLERANCE_SECONDS = 300

# Only these are of interest; Stripe takes at most twenty when events are listed by type.
TYPES = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.failed",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.updated",
    "invoice.voided",
    "refund.updated",
)


class _Object(msgspec.Struct):
    id: str = ""
    customer: Any = None
    charge: Any = None


class _Data(msgspec.Struct):
    object: _Object


class _Event(msgspec.Struct):
    id: str
    type: str
    created: int
    livemode: bool
    data: _Data


def verified(body: bytes, signature: str, secrets: Iterable[str], *, live: bool) -> Hint | None:
    """What a webhook says; ``None`` if its type is of no interest.

    ``secrets`` are several while they are changed. All of them are tried, so the time does not tell which is right.

    Raises
    ------
    NotGenuine
        None of ``secrets`` signed it, or longer than five minutes ago, or it is of the other mode (test or live).
    """
    if not sum(_is_signed(body, signature, secret) for secret in secrets):
        raise NotGenuine("the signature is not Stripe's, or old")
    try:
        event = msgspec.json.decode(body, type=_Event)
        found = hint(event.id, event.type, event.created, event.data.object)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError, OSError):
        raise NotGenuine("it is signed, but not an event") from None
    if event.livemode is not live:
        raise NotGenuine(f"it is of {'live' if event.livemode else 'test'} mode, and the key is not")
    return found


def from_listed(event: stripe.Event) -> Hint | None:
    """The same for an event that was asked for."""
    found: dict[str, Any] = event.data.object if isinstance(event.data.object, dict) else event.data.object.to_dict()
    about = _Object(str(found.get("id", "")), found.get("customer"), found.get("charge"))
    return hint(event.id, event.type, event.created, about)


def hint(reference: str, type_: str, created: int, about: _Object) -> Hint | None:
    """An event in our words. A dispute or refund names no customer, but the charge by which one is found."""
    if type_ not in TYPES or not 0 < len(reference) <= 100:
        return None
    customer = about.id if type_ == "customer.deleted" else _reference(about.customer)
    subject = about.id if customer else _reference(about.charge) or about.id
    return Hint(reference, type_, subject[:100], customer[:100], datetime.fromtimestamp(created, UTC))


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS))
    except (stripe.SignatureVerificationError, ValueError, OverflowError):
        return False


def _reference(value: object) -> str:
    """The id of an object that stands there by its id or as a whole."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else ""
