"""Stripe's objects in Naxios's words."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import stripe

from naxios.billing.providers import truth
from naxios.billing.providers.stripe.client import is_missing, metadata_of
from naxios.billing.providers.stripe.prices import ITEM_FIELD
from naxios.billing.providers.truth import CheckoutState, DisputeState, InvoiceState, PaymentState, SubscriptionState

PAGE = 100
_SUBSCRIPTIONS = {
    "incomplete": SubscriptionState.INCOMPLETE,
    "incomplete_expired": SubscriptionState.INCOMPLETE,
    "trialing": SubscriptionState.TRIALING,
    "active": SubscriptionState.ACTIVE,
    "past_due": SubscriptionState.PAST_DUE,
    "unpaid": SubscriptionState.UNPAID,
    "paused": SubscriptionState.PAUSED,
    "canceled": SubscriptionState.CANCELED,
}
_BY_SUBSCRIPTION = {"incomplete": CheckoutState.CONFIRMING, "incomplete_expired": CheckoutState.FAILED}
_DISPUTES = {
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "lost": DisputeState.LOST,
    "won": DisputeState.WON,
    "prevented": DisputeState.WON,
}
"""An inquiry (``warning_…``) takes no money back, so it is none yet."""


def read(
    client: stripe.StripeClient, customer: str, checkouts: Iterable[str], plan_of_price: Mapping[str, str]
) -> truth.Truth:
    """Everything about a customer. ``plan_of_price`` names the plans whose prices the operator has made."""
    gone = is_gone(client, customer)
    try:
        invoices = list(_invoices(client, customer))
        charges = list(client.v1.charges.list({"customer": customer, "limit": PAGE}).auto_paging_iter())
        known = list(
            client.v1.subscriptions.list({"customer": customer, "status": "all", "limit": PAGE}).auto_paging_iter()
        )
        return truth.Truth(
            subscriptions=tuple(_subscription(found, invoices, plan_of_price) for found in known),
            invoices=tuple(_invoice(found) for found in invoices),
            payments=tuple(_payments(client, charges, _by_intent(invoices))),
            checkouts=tuple(_checkout(client, reference, charges, known) for reference in checkouts),
            is_gone=gone,
        )
    except stripe.InvalidRequestError as error:
        if gone and is_missing(error):  # of a customer that never was in this account, nothing is left to list
            return truth.Truth(is_gone=True)
        raise


def is_gone(client: stripe.StripeClient, customer: str) -> bool:
    """Whether there is no such customer, any more or at all."""
    try:
        return bool(getattr(client.v1.customers.retrieve(customer), "deleted", False))
    except stripe.InvalidRequestError as error:
        if is_missing(error):
            return True
        raise


def prorated_at(preview: stripe.Invoice) -> datetime | None:
    """As of when the preview of a change counts the rest of the period; by Stripe's clock, which may not be ours."""
    details = preview.parent.subscription_details if preview.parent else None
    return _moment_or_none(details.subscription_proration_date) if details else None


def _subscription(
    found: stripe.Subscription, invoices: list[stripe.Invoice], plan_of_price: Mapping[str, str]
) -> truth.Subscription:
    items = list(found.items.data)
    item = next((one for one in items if _plan_of(one.price, plan_of_price)), items[0])
    cancels_at = found.cancel_at or (item.current_period_end if found.cancel_at_period_end else None)
    state = _SUBSCRIPTIONS[found.status]
    late = [
        invoice.created
        for invoice in invoices
        if _subscription_of(invoice) == found.id and invoice.attempted and invoice.status in ("open", "uncollectible")
    ]
    return truth.Subscription(
        reference=found.id,
        state=state,
        plan=_plan_of(item.price, plan_of_price),
        price_minor=item.price.unit_amount or 0,
        currency=found.currency,
        started_at=_moment(found.start_date),
        period_start=_moment(item.current_period_start),
        period_end=_moment(item.current_period_end),
        trial_end=_moment_or_none(found.trial_end),
        cancels_at=None if state is SubscriptionState.CANCELED else _moment_or_none(cancels_at),
        ended_at=_moment_or_none(found.ended_at),
        past_due_since=_moment_or_none(min(late, default=None)),
    )


def _plan_of(price: stripe.Price, plan_of_price: Mapping[str, str]) -> str:
    return plan_of_price.get(price.id) or metadata_of(price, ITEM_FIELD)


def _invoices(client: stripe.StripeClient, customer: str) -> Iterator[stripe.Invoice]:
    found = client.v1.invoices.list({"customer": customer, "limit": PAGE, "expand": ["data.payments"]})
    # A draft has no number, may still change, and nobody owes it.
    return (invoice for invoice in found.auto_paging_iter() if invoice.status != "draft")


def _invoice(found: stripe.Invoice) -> truth.Invoice:
    periods = [line.period for line in found.lines.data]
    paid_at = found.status_transitions.paid_at
    return truth.Invoice(
        reference=str(found.id),
        state=InvoiceState(str(found.status)),
        number=found.number or "",
        total_minor=found.total,
        tax_minor=sum(tax.amount for tax in found.total_taxes or []),
        paid_minor=found.amount_paid,
        currency=found.currency,
        issued_at=_moment(found.status_transitions.finalized_at or found.created),
        subscription=_subscription_of(found),
        hosted_url=found.hosted_invoice_url or "",
        pdf_url=found.invoice_pdf or "",
        period_start=_moment_or_none(min((period.start for period in periods), default=None)),
        period_end=_moment_or_none(max((period.end for period in periods), default=None)),
        paid_at=_moment_or_none(paid_at),
        attempts=found.attempt_count,
        next_attempt_at=_moment_or_none(found.next_payment_attempt),
    )


def _subscription_of(invoice: stripe.Invoice) -> str:
    details = invoice.parent.subscription_details if invoice.parent else None
    return id_of(details.subscription) if details else ""


def _by_intent(invoices: list[stripe.Invoice]) -> dict[str, str]:
    """Which invoice a payment intent pays."""
    return {
        id_of(paid.payment.payment_intent): str(invoice.id)
        for invoice in invoices
        for paid in (invoice.payments.data if invoice.payments else [])
        if paid.payment.payment_intent
    }


def _payments(
    client: stripe.StripeClient, charges: list[stripe.Charge], invoice_of: Mapping[str, str]
) -> Iterator[truth.Payment]:
    for charge in charges:
        if charge.status == "failed":
            continue  # the invoice or checkout says that it failed; no money moved
        dispute, disputed_at = _dispute(client, charge)
        yield truth.Payment(
            reference=charge.id,
            state=PaymentState(charge.status),
            amount_minor=charge.amount,
            refunded_minor=charge.amount_refunded,
            currency=charge.currency,
            at=_moment(charge.created),
            invoice=invoice_of.get(id_of(charge.payment_intent), ""),
            dispute=dispute,
            disputed_at=disputed_at,
        )


def _dispute(client: stripe.StripeClient, charge: stripe.Charge) -> tuple[DisputeState, datetime | None]:
    if not charge.disputed:
        return DisputeState.NONE, None
    found = list(client.v1.disputes.list({"charge": charge.id, "limit": PAGE}).auto_paging_iter())
    states = [(_DISPUTES.get(dispute.status, DisputeState.NONE), dispute.created) for dispute in found]
    for wanted in (DisputeState.LOST, DisputeState.OPEN, DisputeState.WON):
        created = [at for state, at in states if state is wanted]
        if created:
            return wanted, _moment(min(created))
    return DisputeState.NONE, None


def _checkout(
    client: stripe.StripeClient,
    reference: str,
    charges: list[stripe.Charge],
    subscriptions: list[stripe.Subscription],
) -> truth.Checkout:
    session = client.v1.checkout.sessions.retrieve(reference)
    if session.status != "complete":
        return truth.Checkout(reference, CheckoutState.EXPIRED if session.status == "expired" else CheckoutState.OPEN)
    for subscription in subscriptions:
        if subscription.id == id_of(session.subscription):
            return truth.Checkout(reference, _BY_SUBSCRIPTION.get(subscription.status, CheckoutState.PAID))
    intent = id_of(session.payment_intent)
    mine = [charge for charge in charges if intent and id_of(charge.payment_intent) == intent]
    paid = next((charge.id for charge in mine if charge.status != "failed"), "")
    if session.payment_status != "unpaid":
        return truth.Checkout(reference, CheckoutState.PAID, paid)
    return truth.Checkout(reference, CheckoutState.FAILED if mine and not paid else CheckoutState.CONFIRMING, paid)


def id_of(value: Any) -> str:
    """The id of what Stripe gives by its id, or as a whole."""
    return "" if value is None else value if isinstance(value, str) else str(value.id)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
