"""What a payment provider says of customers, stored as it always is: for pages and sums about money."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from naxios.billing import putting
from naxios.billing.models import Customer
from naxios.billing.providers.truth import (
    Invoice,
    InvoiceState,
    Payment,
    PaymentState,
    Subscription,
    SubscriptionState,
    Truth,
)

MONTH = timedelta(days=30)
_numbers = count(1)


def customer(user: Any) -> Customer:
    return Customer.objects.create(user=user, provider="stripe", reference=f"cus_{next(_numbers)}")


def subscription(start: datetime, **fields: Any) -> Subscription:
    """Active, paid by the month."""
    usual: dict[str, Any] = {
        "reference": f"sub_{next(_numbers)}",
        "state": SubscriptionState.ACTIVE,
        "plan": "pro",
        "price_minor": 3_000,
        "currency": "usd",
        "started_at": start,
        "period_start": start,
        "period_end": start + MONTH,
    }
    return Subscription(**{**usual, **fields})


def paid(at: datetime, amount: int, *, of: Subscription | None = None, **fields: Any) -> Invoice:
    """An invoice that was paid at once: of a subscription's period, or of something that is bought once."""
    number = next(_numbers)
    period = {"subscription": of.reference, "period_start": of.period_start, "period_end": of.period_end} if of else {}
    usual: dict[str, Any] = {
        "reference": f"in_{number}",
        "number": f"N-{number}",
        "state": InvoiceState.PAID,
        "total_minor": amount,
        "tax_minor": 0,
        "paid_minor": amount,
        "currency": "usd",
        "issued_at": at,
        "paid_at": at,
        "attempts": 1,
    }
    return Invoice(**{**usual, **period, **fields})


def payment(of: Invoice, **fields: Any) -> Payment:
    """What ``of`` was paid with."""
    usual: dict[str, Any] = {
        "reference": f"ch_{next(_numbers)}",
        "state": PaymentState.SUCCEEDED,
        "amount_minor": of.total_minor,
        "refunded_minor": 0,
        "currency": of.currency,
        "at": of.paid_at,
        "invoice": of.reference,
    }
    return Payment(**{**usual, **fields})


def put(user: Any, *said: Any, customer_: Customer | None = None) -> Customer:
    """Store that the provider says this of ``user``."""
    who = customer_ or customer(user)
    found = Truth(
        subscriptions=tuple(one for one in said if isinstance(one, Subscription)),
        invoices=tuple(one for one in said if isinstance(one, Invoice)),
        payments=tuple(one for one in said if isinstance(one, Payment)),
    )
    putting.put(who, found, reading=putting.begin(who))
    return who
