"""What a payment provider knows of a customer, in Naxios's words: read anew each time, and never told by a webhook."""

from datetime import datetime
from enum import StrEnum

import msgspec


class SubscriptionState(StrEnum):
    """How a subscription stands."""

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


class InvoiceState(StrEnum):
    """How an invoice stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


class PaymentState(StrEnum):
    """How a payment stands. A bank transfer is pending for days."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """Whether the payer has had their bank take a payment back."""

    NONE = ""
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class CheckoutState(StrEnum):
    """How far a checkout is. ``confirming``: finished by the person, but the money is still under way."""

    OPEN = "open"
    CONFIRMING = "confirming"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"


class Subscription(msgspec.Struct, frozen=True):
    """One subscription.

    Attributes
    ----------
    plan : the name of the plan that its price stands for; empty if the price is none of ours.
    cancels_at : when it ends if nothing is done; ``None`` if it renews.
    past_due_since : since when its oldest failed invoice has waited.
    """

    reference: str
    state: SubscriptionState
    plan: str
    price_minor: int
    currency: str
    started_at: datetime
    period_start: datetime
    period_end: datetime
    trial_end: datetime | None = None
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    past_due_since: datetime | None = None


class Invoice(msgspec.Struct, frozen=True):
    """One invoice. ``attempts`` counts how often collecting it was tried."""

    reference: str
    state: InvoiceState
    number: str
    total_minor: int
    tax_minor: int
    paid_minor: int
    currency: str
    issued_at: datetime
    subscription: str = ""
    hosted_url: str = ""
    pdf_url: str = ""
    period_start: datetime | None = None
    period_end: datetime | None = None
    paid_at: datetime | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None


class Payment(msgspec.Struct, frozen=True):
    """One payment, with what was given back of it."""

    reference: str
    state: PaymentState
    amount_minor: int
    refunded_minor: int
    currency: str
    at: datetime
    invoice: str = ""
    dispute: DisputeState = DisputeState.NONE
    disputed_at: datetime | None = None


class Checkout(msgspec.Struct, frozen=True):
    """One checkout, and the payment that it led to."""

    reference: str
    state: CheckoutState
    payment: str = ""


class Truth(msgspec.Struct, frozen=True):
    """Everything about one customer, as of now. ``is_gone``: the provider has no such customer any more."""

    subscriptions: tuple[Subscription, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    payments: tuple[Payment, ...] = ()
    checkouts: tuple[Checkout, ...] = ()
    is_gone: bool = False
