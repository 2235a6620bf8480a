"""What can be done with what people buy. Buying itself is in :mod:`naxios.billing.checkouts`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from naxios.accounts.origin import NOWHERE, Origin
from naxios.billing import items, reading
from naxios.billing.checkouts import abandon, start_for_pack, start_for_plan
from naxios.billing.models import Customer, Payment, Subscription, TokenPack
from naxios.billing.providers import Item, PaymentProvider, Preview, ProviderTrouble, registry
from naxios.billing.providers.manual import services as manual
from naxios.billing.providers.truth import PaymentState, SubscriptionState
from naxios.domain.money import format_money
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.staff import audit

__all__ = [
    "abandon",
    "cancel",
    "change_plan",
    "delete_pack",
    "mark_paid",
    "open_portal",
    "preview_change",
    "put_pack",
    "refresh",
    "refund",
    "resume",
    "start_for_pack",
    "start_for_plan",
    "void",
]

PREVIEW_HOLDS = timedelta(minutes=10)
"""For so long, a change costs what was shown before it."""


def refresh(*, customer: Customer) -> None:
    """Ask the provider how ``customer`` stands.

    Raises
    ------
    Refused
        It cannot be reached.
    """
    _bring(customer, registry.by_name(customer.provider))


def open_portal(*, customer: Customer, return_url: str) -> str:
    """The address of the provider's page where ``customer`` changes how they pay; it is good for minutes.

    Raises
    ------
    Refused
        There is none, or the provider cannot be reached.
    """
    provider = registry.by_name(customer.provider)
    if not provider.has_portal or not customer.reference:
        raise Refused(f"There is nothing to manage at {provider.title} yet.")
    try:
        return provider.portal(customer.reference, return_url)
    except ProviderTrouble:
        raise Refused(_not_now(provider)) from None


def change_plan(*, subscription: Subscription, plan_name: str, as_of: datetime | None = None) -> None:
    """Go over to another plan at once. A dearer one has the difference paid now; a cheaper one is credited.

    Parameters
    ----------
    as_of : what :func:`preview_change` said, so that what was shown is what is charged. Counts for
        :data:`PREVIEW_HOLDS`, and never for a moment to come: the difference would be smaller by then.

    Raises
    ------
    Refused
        It cannot be changed so, or the payment was declined; nothing is changed then.
    """
    item, at_once = _other_plan(subscription, plan_name)
    if as_of is not None and not timedelta(0) <= timezone.now() - as_of <= PREVIEW_HOLDS:
        as_of = None
    _ask(
        subscription, lambda provider: provider.change_plan(subscription.reference, item, at_once=at_once, as_of=as_of)
    )


def preview_change(*, subscription: Subscription, plan_name: str) -> tuple[bool, Preview | None]:
    """Whether :func:`change_plan` would have something paid at once, and how much, as far as that can be told.

    Raises
    ------
    Refused
        It cannot be changed so.
    """
    item, at_once = _other_plan(subscription, plan_name)
    try:
        provider = registry.by_name(subscription.customer.provider)
        return at_once, provider.preview(subscription.reference, item, at_once=at_once)
    except ProviderTrouble:
        return at_once, None


def cancel(*, subscription: Subscription, at_once: bool = False) -> None:
    """Let ``subscription`` end with its period, or at once.

    Raises
    ------
    Refused
        The provider cannot be reached.
    """
    _ask(subscription, lambda provider: provider.cancel(subscription.reference, at_once=at_once))


def resume(*, subscription: Subscription) -> None:
    """Take a cancellation back before it takes effect.

    Raises
    ------
    Refused
        It has ended already, or the provider cannot be reached.
    """
    if subscription.state != SubscriptionState.CANCELED and subscription.cancels_at is None:
        return
    _ask(subscription, lambda provider: provider.resume(subscription.reference))


def refund(
    *,
    payment: Payment,
    amount_minor: int | None = None,
    actor: AbstractBaseUser | None,
    why: str = "",
    origin: Origin = NOWHERE,
) -> None:
    """Give back ``amount_minor`` of ``payment``, or what is left of it. Giving back all ends what it paid for.

    Raises
    ------
    Refused
        So much is not left, or the provider cannot be reached or refuses.
    """
    provider = registry.by_name(payment.customer.provider)
    _bring(payment.customer, provider)
    payment.refresh_from_db()
    left = payment.amount_minor - payment.refunded_minor
    amount = left if amount_minor is None else amount_minor
    if payment.state != PaymentState.SUCCEEDED or not 0 < amount <= left:
        raise Refused(f"Of this payment, {format_money(left, payment.currency)} is left to be given back.")
    # The key holds what went back before: sent twice it is one refund, and a second one is another.
    key = f"{payment.customer.key}-{payment.reference}-{payment.refunded_minor}-{amount}"
    try:
        provider.refund(payment.reference, amount, key=key)
    except ProviderTrouble:
        raise Refused(_not_now(provider)) from None
    detail = f"{format_money(amount, payment.currency)} of payment {payment.reference}. {why}".strip()
    audit.record(actor=actor, act="payment_refunded", subject=payment.customer.user, detail=detail, origin=origin)
    _bring(payment.customer, provider)
    _end_if_refunded(payment, provider)


def mark_paid(*, number: str, actor: AbstractBaseUser | None, note: str = "", origin: Origin = NOWHERE) -> None:
    """The money for the manual invoice ``number`` is there: what it is for begins.

    Raises
    ------
    Refused
        There is no such invoice, or it is void.
    """
    with transaction.atomic():
        invoice = manual.mark_paid(number=number, note=note)
        _settle_manual(invoice.customer, act="invoice_paid", number=number, actor=actor, note=note, origin=origin)


def void(*, number: str, actor: AbstractBaseUser | None, note: str = "", origin: Origin = NOWHERE) -> None:
    """Nobody has to pay the manual invoice ``number`` any more.

    Raises
    ------
    Refused
        There is no such invoice, or it is paid.
    """
    with transaction.atomic():
        invoice = manual.void(number=number)
        _settle_manual(invoice.customer, act="invoice_voided", number=number, actor=actor, note=note, origin=origin)


@transaction.atomic
def put_pack(*, name: str, fields: dict[str, Any]) -> tuple[bool, dict[str, tuple[Any, Any]]]:
    """Make the token pack ``name`` have ``fields``; returns whether it is new, and what changed from what to what."""
    pack = TokenPack.objects.filter(name=name).first()
    created = pack is None
    pack = pack or TokenPack(name=name)
    changed = {field: (getattr(pack, field), value) for field, value in fields.items() if getattr(pack, field) != value}
    if created or changed:
        for field, value in fields.items():
            setattr(pack, field, value)
        pack.save()
    return created, changed


@transaction.atomic
def delete_pack(*, name: str) -> None:
    """Sell the token pack ``name`` no more. Tokens that were bought stay."""
    TokenPack.objects.filter(name=name).delete()


def _other_plan(subscription: Subscription, plan_name: str) -> tuple[Item, bool]:
    """What the subscription would be for, and whether the difference is paid at once; refused if it cannot be."""
    plan = plans.by_name(plan_name)
    item = items.plan_item(plan)
    if not subscription.is_live or subscription.cancels_at is not None:
        raise Refused("This subscription ends. Resume it first, or begin a new one once it has ended.")
    if subscription.state not in (SubscriptionState.ACTIVE, SubscriptionState.TRIALING):
        raise Refused("The last payment has failed. Change how you pay first, then the plan.")
    if subscription.plan_id == plan.pk:
        raise Refused(f"This subscription is for {plan} already.")
    if subscription.currency != item.currency:
        raise Refused(
            f"{plan} is priced in {item.currency.upper()} and your subscription in {subscription.currency.upper()}. "
            "Let it end, then begin a new one."
        )
    return item, item.price_minor > subscription.price_minor and subscription.state == SubscriptionState.ACTIVE


def _settle_manual(
    reference: str, *, act: str, number: str, actor: AbstractBaseUser | None, note: str, origin: Origin
) -> None:
    """Store what a manual invoice has become. Part of its transaction: nobody far away is asked."""
    from naxios.billing.providers.manual.provider import ManualProvider

    customer = Customer.objects.get(provider=ManualProvider.name, reference=reference)
    audit.record(actor=actor, act=act, subject=customer.user, detail=f"invoice {number}. {note}".strip(), origin=origin)
    reading.bring_up_to_date(customer, ManualProvider())


def _end_if_refunded(payment: Payment, provider: PaymentProvider) -> None:
    """What was given back in full is not renewed, either."""
    payment.refresh_from_db()
    subscription = payment.invoice.subscription if payment.invoice else None
    if subscription is None or not payment.is_refunded or not subscription.is_live:
        return
    until, refunded_at = subscription.covered_until, payment.refunded_at
    if until is not None and refunded_at is not None and until <= refunded_at:
        _ask(subscription, lambda asked: asked.cancel(subscription.reference, at_once=True))


def _ask(subscription: Subscription, act: Callable[[PaymentProvider], None]) -> None:
    """Have the provider do ``act``, and store what came of it."""
    provider = registry.by_name(subscription.customer.provider)
    try:
        act(provider)
        reading.bring_up_to_date(subscription.customer, provider)
    except ProviderTrouble:
        raise Refused(_not_now(provider)) from None
    subscription.refresh_from_db()


def _bring(customer: Customer, provider: PaymentProvider) -> None:
    try:
        reading.bring_up_to_date(customer, provider)
    except ProviderTrouble:
        raise Refused(_not_now(provider)) from None


def _not_now(provider: PaymentProvider) -> str:
    return f"{provider.title} cannot be reached now. Look again in a few minutes before you repeat it."
