"""What was sold on an inhabited server: subscriptions, packs, refunds, and what waits for staff."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from naxios.accounts.services import create_user
from naxios.billing import services as billing
from naxios.billing.models import BillingEvent
from naxios.billing.providers.truth import DisputeState, InvoiceState, SubscriptionState
from naxios.catalogue import costs
from naxios.catalogue.costs import CostEntry
from naxios.plans import services as plans
from tests.unit.billing.sold import MONTH, customer, paid, payment, put, subscription

DAY = timedelta(days=1)
MAX = {
    "display_name": "Max",
    "tokens_per_day": 40_000_000,
    "requests_per_minute": 600,
    "price_minor": 6_000,
    "currency": "usd",
    "trial_days": 7,
    "after_lapse": "refuse",
}
PACK = {"display_name": "A million", "tokens": 1_000_000, "price_minor": 500, "currency": "usd", "expires_days": 365}


def sell(owner: Any) -> None:
    """A shop of two months with a few customers, of which ``owner`` is one."""
    now = timezone.now()
    plans.put(name="max", fields=MAX)
    billing.put_pack(name="million", fields=PACK)
    for model, provider, prices in (
        ("gpt-5-mini", "openai", ("0.25", "0.025", "2")),
        ("claude-sonnet-5", "anthropic", ("3", "0.3", "15")),
    ):
        input, cached, output = prices
        cost = {"input": input, "cached": cached, "output": output, "currency": "usd", "since": (now - 90 * DAY).date()}
        costs.put(model=model, entries=[(provider, CostEntry.model_validate(cost))])
    _own_subscription(owner, now)
    _others(now)
    billing.start_for_pack(user=owner, pack_name="million", provider_name="manual")
    BillingEvent.objects.create(
        provider="stripe",
        reference="evt_that_fails",
        type="invoice.paid",
        customer_reference="cus_9",
        state=BillingEvent.State.FAILED,
        attempts=14,
        error="Stripe cannot be reached or fails (APIConnectionError)",
        happened_at=now - DAY,
    )


def _own_subscription(owner: Any, now: datetime) -> None:
    """Two months of Pro, and tokens of which a part was given back."""
    start = now - 43 * DAY
    bought = subscription(start, period_start=start + MONTH, period_end=start + 2 * MONTH, price_minor=1_500)
    first = subscription(start, reference=bought.reference)
    invoices = [paid(start, 1_500, of=first), paid(start + MONTH, 1_500, of=bought), paid(now - 2 * DAY, 500)]
    money = [payment(one) for one in invoices[:2]]
    pack = payment(invoices[2], reference="ch_pack")
    who = customer(owner)
    put(owner, bought, *invoices, *money, pack, customer_=who)
    put(owner, payment(invoices[2], reference="ch_pack", refunded_minor=200), customer_=who)


def _others(now: datetime) -> None:
    for number in range(1, 8):
        start = now - (4 * number + 1) * DAY
        plan, price = ("max", 6_000) if number % 3 == 0 else ("pro", 1_500)
        buyer = create_user(email=f"customer{number}@example.com")
        fields: dict[str, Any] = {"plan": plan, "price_minor": price}
        if number == 2:
            fields |= {"state": SubscriptionState.TRIALING, "trial_end": start + 14 * DAY}
        if number == 5:
            fields |= {"state": SubscriptionState.CANCELED, "ended_at": now - 3 * DAY}
        if number == 7:
            fields |= {"state": SubscriptionState.PAST_DUE, "past_due_since": now - DAY}
        bought = subscription(start, **fields)
        invoice = paid(start, price, of=bought)
        if number == 7:
            invoice = paid(start, price, of=bought, state=InvoiceState.OPEN, paid_at=None, paid_minor=0)
        said: list[Any] = [bought] if number == 2 else [bought, invoice]
        if number not in (2, 7):
            disputed = {"dispute": DisputeState.OPEN, "disputed_at": now - DAY} if number == 6 else {}
            said.append(payment(invoice, **disputed))
        put(buyer, *said)
