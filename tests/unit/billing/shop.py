"""What tests of billing do again and again: buy, deliver, look."""

from datetime import datetime
from functools import cache
from threading import get_ident
from typing import Any

from django.test import Client

from naxios.accounts.models import SecurityEvent, User
from naxios.billing import services, tasks
from naxios.billing.models import BillingEvent, Checkout, Customer, Invoice, Payment, Subscription
from naxios.domain.moments import microseconds
from naxios.mail.models import OutboxMail
from naxios.plans import queries as plans
from naxios.plans.models import BonusGrant, Entitlement
from tests.stand_ins.stripe import StandInStripe

SECRET = "whsec_of_the_tests"


def receive(body: bytes, headers: dict[str, str]) -> int:
    """The webhook's page, as a server would be asked for it."""
    answer = _sender().post(
        "/billing/stripe/webhook",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": headers["Stripe-Signature"]},
    )
    return answer.status_code


@cache
def _sender_of(thread: int) -> Client:
    return Client()


def _sender() -> Client:
    """Making one loads every middleware, so a thread keeps its own."""
    return _sender_of(get_ident())


def buy(stripe: StandInStripe, user: User, plan: str = "pro", card: str = "pay") -> Subscription:
    """Buy a plan on the hosted page, and have Naxios learn of it by webhooks."""
    checkout = services.start_for_plan(user=user, plan_name=plan, provider_name="stripe")
    stripe.pay(checkout.url, card)
    hear(stripe)
    return subscription(user)


def buy_pack(stripe: StandInStripe, user: User, card: str = "pay") -> Checkout:
    """Buy the pack of tokens."""
    checkout = services.start_for_pack(user=user, pack_name="million", provider_name="stripe")
    stripe.pay(checkout.url, card)
    hear(stripe)
    checkout.refresh_from_db()
    return checkout


def hear(stripe: StandInStripe, **how: Any) -> None:
    """Deliver what has happened at Stripe, and let the background do what follows."""
    for delivery in stripe.webhooks.deliver(**how):
        assert delivery.accepted, (delivery.status, delivery.event["type"])
    settle()


def settle() -> None:
    """What the background does."""
    while tasks.process_events():
        pass


def subscription(user: User) -> Subscription:
    return Subscription.objects.filter(customer__user=user).select_related("customer", "plan").latest("pk")


def plan_of(user: User, at: datetime | None = None) -> str:
    """The plan that ``user`` has now, or had or will have ``at``."""
    return plans.entitled(user.pk, now=None if at is None else microseconds(at)).plan.name


def happened(user: User) -> list[str]:
    """The kinds of the account's events about money, oldest first."""
    kinds = SecurityEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
    return [kind for kind in kinds if kind.startswith(("plan_", "payment_"))]


def mails() -> list[str]:
    """Subjects of the mails that were written, oldest first."""
    return list(OutboxMail.objects.order_by("pk").values_list("subject", flat=True))


def state() -> dict[str, list[dict[str, Any]]]:
    """Everything that billing stores and what follows from it, without what tells one run from another."""
    return {
        "customers": _rows(Customer, "provider", "reference", "gone_at"),
        "subscriptions": _rows(
            Subscription, "reference", "plan__name", "state", "price_minor", "period_end", "cancels_at", "told"
        ),
        "invoices": _rows(Invoice, "reference", "number", "state", "total_minor", "paid_minor", "attempts"),
        "payments": _rows(Payment, "reference", "state", "amount_minor", "refunded_minor", "dispute"),
        "checkouts": _rows(Checkout, "reference", "state", "payment__reference", "bonus_reference", "bonus_tokens"),
        "entitlements": _rows(Entitlement, "reference", "plan__name", "starts_at", "renews"),
        "bonuses": _rows(BonusGrant, "reference", "tokens", "ends_at"),
    }


def events() -> list[BillingEvent]:
    return list(BillingEvent.objects.order_by("pk"))


def _rows(model: Any, *fields: str) -> list[dict[str, Any]]:
    return list(model.objects.order_by(fields[0]).values(*fields))
