"""The fields that objects have in the API version of the library that is installed."""

from copy import deepcopy
from functools import cache
from types import NoneType
from typing import Any, get_args

import stripe

API_VERSION = stripe.api_version

CLASSES: dict[str, type[Any]] = {
    "account": stripe.Account,
    "billing_portal.configuration": stripe.billing_portal.Configuration,
    "billing_portal.session": stripe.billing_portal.Session,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "invoiceitem": stripe.InvoiceItem,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "tax_id": stripe.TaxId,
    "webhook_endpoint": stripe.WebhookEndpoint,
}

# Answered only to whoever asks with `expand`, or only at certain moments.
SELDOM: dict[str, set[str]] = {
    "charge": {"refunds", "level3", "source", "presentment_details", "authorization_code"},
    "checkout.session": {"line_items", "presentment_details", "optional_items"},
    "customer": {"cash_balance", "sources", "subscriptions", "tax", "tax_ids", "invoice_credit_balance"},
    "event": {"account", "context"},
    "invoice": {"confirmation_secret", "payments", "amount_paid_off_stripe"},
    "payment_intent": {"presentment_details", "payment_record"},
    "price": {"currency_options", "tiers"},
    "refund": {"presentment_details", "instructions_email", "next_action"},
    "subscription": {"presentment_details"},
    "plan": {"tiers"},
    "webhook_endpoint": {"secret"},
}
_PAYMENT_METHOD = {
    "allow_redisplay",
    "billing_details",
    "created",
    "customer",
    "customer_account",
    "id",
    "livemode",
} | {
    "metadata",
    "object",
    "type",
}


def blank(kind: str, **values: Any) -> dict[str, Any]:
    """An object of this kind: what may be null is, everything else is in ``values``."""
    return {**dict.fromkeys(_nullable(kind)), "object": kind, **deepcopy(values)}


@cache
def _nullable(kind: str) -> tuple[str, ...]:
    annotations: dict[str, Any] = CLASSES[kind].__annotations__
    left_out = {"deleted", "_inner_class_types"} | SELDOM.get(kind, set())
    return tuple(
        name
        for name, annotation in annotations.items()
        if NoneType in get_args(annotation)
        and name not in left_out
        and (kind != "payment_method" or name in _PAYMENT_METHOD)
    )
