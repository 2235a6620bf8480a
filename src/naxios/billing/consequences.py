"""What follows from how a customer stands: entitlements, bonus tokens, security events and mails.

Called in the transaction that has stored how it stands, with the customer locked. What an account is told depends on
what is different from before, so each thing is told once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios import config
from naxios.accounts import events
from naxios.billing import mails
from naxios.billing.cover import Facts, covered_until
from naxios.billing.models import Checkout, Customer, Invoice, Payment, Subscription
from naxios.billing.providers.truth import CheckoutState, DisputeState, PaymentState, SubscriptionState
from naxios.domain.entitlements import BonusSource, Source
from naxios.domain.money import format_money
from naxios.plans import queries as plan_queries
from naxios.plans import services as plans

if TYPE_CHECKING:
    from naxios.plans.models import BonusGrant, Plan

NEWS = timedelta(days=3)
"""What is older than this when it is found, as after a restore from a backup, is not mailed any more."""

_GOING_ON = (SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)
_PERIOD_SLACK = timedelta(minutes=5)
"""A period's invoice is stamped some moments before or after the period itself."""


def settle(customer: Customer) -> None:
    """Bring entitlements and bonus tokens to what is stored of ``customer``."""
    for subscription in customer.subscriptions.select_related("plan").order_by("pk"):
        settle_subscription(subscription)
    for checkout in customer.checkouts.filter(tokens__gt=0, state=CheckoutState.PAID).select_related("payment"):
        _settle_pack(checkout)


def settle_subscription(subscription: Subscription) -> None:
    """Bring the entitlement of ``subscription`` to how it stands, and tell its owner what is new."""
    now = timezone.now()
    facts = Facts(
        state=SubscriptionState(subscription.state),
        started_at=subscription.started_at,
        period_end=subscription.period_end,
        cancels_at=subscription.cancels_at,
        ended_at=subscription.ended_at,
        past_due_since=subscription.past_due_since,
        unwound_at=_unwound_at(subscription),
        covered_until=subscription.covered_until,
    )
    until = covered_until(facts, now=now, grace=grace())
    if until != subscription.covered_until:
        subscription.covered_until = until
        subscription.save(update_fields=["covered_until"])
    _entitle(subscription, until)
    _tell(subscription, now)


def grace() -> timedelta:
    """How long a plan stays after a payment has failed."""
    return timedelta(days=config.load().billing_grace_days)


def reference_of(subscription: Subscription) -> str:
    """By which the entitlement of ``subscription`` is found among those of subscriptions."""
    return f"{subscription.customer.provider}:{subscription.reference}"


def plan_changed(subscription: Subscription, before: "Plan") -> None:
    """Note that ``subscription`` is for another plan now."""
    if (user := subscription.customer.user) is not None:
        events.record(user=user, kind=events.Kind.PLAN_CHANGED, detail=f"from {before} to {subscription.plan}")


def invoice_paid(invoice: Invoice) -> None:
    """Note and mail that ``invoice`` is paid. One over nothing, as for a trial, is not worth a word."""
    user = invoice.customer.user
    if user is None or invoice.paid_minor <= 0:
        return
    amount = format_money(invoice.paid_minor, invoice.currency)
    events.record(user=user, kind=events.Kind.PAYMENT_RECEIVED, detail=f"{amount}, invoice {invoice.number}")
    if _is_news(invoice.paid_at):
        mails.send(user=user, mail="receipt", context={"invoice": invoice, "amount": amount})


def invoice_failed(invoice: Invoice) -> None:
    """Note and mail that ``invoice`` could not be collected, and until when the plan stays."""
    user, subscription = invoice.customer.user, invoice.subscription
    if user is None or subscription is None or subscription.state == SubscriptionState.INCOMPLETE:
        return  # on the provider's page a person sees it themselves
    amount = format_money(invoice.total_minor, invoice.currency)
    events.record(user=user, kind=events.Kind.PAYMENT_FAILED, detail=f"{amount}, invoice {invoice.number}")
    until = (subscription.past_due_since or invoice.issued_at) + grace()
    if _is_news(until):
        context = {"invoice": invoice, "amount": amount, "plan": subscription.plan, "until": until}
        mails.send(user=user, mail="payment_failed", context=context)


def refunded(payment: Payment, amount_minor: int) -> None:
    """Note and mail that ``amount_minor`` more of ``payment`` was given back."""
    if (user := payment.customer.user) is None:
        return
    amount = format_money(amount_minor, payment.currency)
    part = "in full" if payment.is_refunded else "in part"
    events.record(user=user, kind=events.Kind.PAYMENT_REFUNDED, detail=f"{amount}, {part}")
    context = {"payment": payment, "amount": amount, "of": format_money(payment.amount_minor, payment.currency)}
    mails.send(user=user, mail="refund", context=context)


def dispute_changed(payment: Payment) -> None:
    """Note how a dispute over ``payment`` stands."""
    if (user := payment.customer.user) is not None and payment.dispute:
        amount = format_money(payment.amount_minor, payment.currency)
        events.record(user=user, kind=events.Kind.PAYMENT_DISPUTED, detail=f"{amount}, dispute {payment.dispute}")


def _unwound_at(subscription: Subscription) -> datetime | None:
    """Since when what was paid for the present period has gone back in full, or any payment is disputed or lost."""
    payments = list(
        Payment.objects.filter(invoice__subscription=subscription, state=PaymentState.SUCCEEDED).select_related(
            "invoice"
        )
    )
    disputed = [
        payment.disputed_at
        for payment in payments
        if payment.dispute in (DisputeState.OPEN, DisputeState.LOST) and payment.disputed_at
    ]
    if disputed:
        return min(disputed)
    since = subscription.period_start - _PERIOD_SLACK
    present = [payment for payment in payments if payment.invoice and payment.invoice.issued_at >= since]
    if present and all(payment.is_refunded for payment in present):
        return max(_moments(payment.refunded_at for payment in present), default=None)
    return None


def _entitle(subscription: Subscription, until: datetime | None) -> None:
    user, reference = subscription.customer.user, reference_of(subscription)
    if user is None:
        return  # the entitlements went with the account
    if until is None or subscription.plan is None:
        entitlement = plan_queries.by_reference(Source.SUBSCRIPTION, reference)
        if entitlement is not None:
            plans.end(entitlement=entitlement)
        return
    plans.put_entitlement(
        user=user,
        plan=subscription.plan,
        source=Source.SUBSCRIPTION,
        reference=reference,
        starts_at=subscription.started_at,
        ends_at=until,
        renews=subscription.cancels_at is None and subscription.state in _GOING_ON,
    )


def _tell(subscription: Subscription, now: datetime) -> None:
    user, plan = subscription.customer.user, subscription.plan
    if user is None or plan is None:
        return
    is_covering = subscription.is_covering(now) and subscription.started_at <= now
    if is_covering and subscription.told != Subscription.Told.STARTED:
        _note_told(subscription, Subscription.Told.STARTED)
        events.record(user=user, kind=events.Kind.PLAN_STARTED, detail=f"{plan}, {_term(subscription)}")
    elif not is_covering and subscription.told == Subscription.Told.STARTED:
        _note_told(subscription, Subscription.Told.ENDED)
        why = _why_ended(subscription)
        events.record(user=user, kind=events.Kind.PLAN_ENDED, detail=f"{plan}, {why}")
        mails.send(user=user, mail="subscription_ended", context={"plan": plan, "why": why})


def _note_told(subscription: Subscription, told: Subscription.Told) -> None:
    subscription.told = told
    subscription.save(update_fields=["told"])


def _term(subscription: Subscription) -> str:
    if subscription.state == SubscriptionState.TRIALING:
        return "on trial"
    return "subscription" if subscription.cancels_at is None else "until its period ends"


def _why_ended(subscription: Subscription) -> str:
    payments = Payment.objects.filter(invoice__subscription=subscription)
    if payments.filter(dispute__in=(DisputeState.OPEN, DisputeState.LOST)).exists():
        return "a payment is disputed"
    if _unwound_at(subscription) is not None:
        return "its payment was refunded"
    if subscription.past_due_since is not None or subscription.state == SubscriptionState.UNPAID:
        return "it could not be paid"
    return "canceled" if subscription.state == SubscriptionState.CANCELED else "its period has ended"


def _settle_pack(checkout: Checkout) -> None:
    user, payment = checkout.customer.user, checkout.payment
    if user is None or (payment is not None and payment.state != PaymentState.SUCCEEDED):
        return
    is_unwound = payment is not None and payment.unwound_at is not None
    if not checkout.bonus_reference:
        if is_unwound:
            return
        _name_bonus(checkout, f"{checkout.customer.provider}:{checkout.reference}", checkout.tokens)
    bonus = _bonus_of(checkout, user)
    if is_unwound:
        plans.end_bonus(bonus=bonus)
    elif bonus.ended_at is not None and bonus.used < bonus.tokens:
        # A dispute was won: what was left then is given again, under a name of its own.
        _name_bonus(checkout, f"{checkout.bonus_reference}+", bonus.tokens - bonus.used)
        _bonus_of(checkout, user)


def _name_bonus(checkout: Checkout, reference: str, tokens: int) -> None:
    checkout.bonus_reference, checkout.bonus_tokens = reference[:100], tokens
    checkout.save(update_fields=["bonus_reference", "bonus_tokens"])


def _bonus_of(checkout: Checkout, user: AbstractBaseUser) -> "BonusGrant":
    bought_at = checkout.payment.at if checkout.payment is not None else checkout.created_at
    return plans.grant_bonus(
        user=user,
        tokens=checkout.bonus_tokens,
        source=BonusSource.PURCHASE,
        reference=checkout.bonus_reference,
        ends_at=bought_at + timedelta(days=checkout.expires_days) if checkout.expires_days else None,
        note=checkout.title,
        at=bought_at,
    )


def _is_news(at: datetime | None) -> bool:
    return at is not None and at > timezone.now() - NEWS


def _moments(found: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in found if moment is not None]
