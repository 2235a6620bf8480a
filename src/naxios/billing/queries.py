"""What can be asked of what people buy."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from naxios.billing import checkouts, items
from naxios.billing.models import Checkout, Customer, Invoice, Payment, Subscription, TokenPack
from naxios.billing.providers import PaymentProvider, registry
from naxios.billing.providers.manual.models import ManualInvoice
from naxios.billing.providers.truth import CheckoutState, InvoiceState, PaymentState, SubscriptionState
from naxios.errors import Refused

STRIPE_SETTINGS = "NAXIOS_STRIPE_SECRET_KEY=sk_…\nNAXIOS_STRIPE_WEBHOOK_SECRET=whsec_…"
"""The two lines that have plans paid by card."""
MANUAL_SETTINGS = "NAXIOS_MANUAL_INVOICES=true\nNAXIOS_INVOICE_INSTRUCTIONS=Pay to …, and name the invoice."
"""The two lines that have them paid by invoice."""


class Overview(NamedTuple):
    """What an account has bought, and is about to.

    Attributes
    ----------
    subscription : the one that is in force, or may come back into force; else the last one that ended.
    open_checkout : one for a plan that waits to be paid.
    fix : the invoice that could not be collected, where it can be paid now.
    """

    subscription: Subscription | None
    open_checkout: Checkout | None
    fix: Invoice | None
    customers: list[Customer]
    has_trial: bool


def overview(user: AbstractBaseUser) -> Overview:
    """What ``user`` has bought."""
    subscriptions = list(of_user(user))
    live = [found for found in subscriptions if found.is_live]
    best = max(live, key=lambda found: (found.is_covering(timezone.now()), found.price_minor, found.pk), default=None)
    return Overview(
        subscription=best or (subscriptions[0] if subscriptions else None),
        open_checkout=open_plan_checkout(user),
        fix=_fix(user),
        customers=list(Customer.objects.filter(user_id=user.pk, gone_at=None).exclude(reference="")),
        has_trial=not checkouts.has_subscribed_before(user),
    )


def _fix(user: AbstractBaseUser) -> Invoice | None:
    """The invoice that could not be collected and is still worth paying: not for what has ended since."""
    failed = invoices_of(user).filter(state=InvoiceState.OPEN, attempts__gt=0).exclude(hosted_url="")
    return failed.exclude(subscription__state=SubscriptionState.CANCELED).first()


def of_user(user: AbstractBaseUser) -> "QuerySet[Subscription]":
    """The subscriptions of ``user``, newest first, without those that never began."""
    found = Subscription.objects.filter(customer__user_id=user.pk).exclude(state=SubscriptionState.INCOMPLETE)
    return found.select_related("customer", "plan").order_by("-started_at", "-pk")


def has_renewing(user: AbstractBaseUser) -> bool:
    """Whether ``user`` has a subscription that goes on by itself: its plan is changed, and no second one bought."""
    renewing = {provider.name for provider in registry.configured() if provider.renews}
    return any(found.is_live and found.customer.provider in renewing for found in of_user(user))


def subscription_of(user: AbstractBaseUser, number: int) -> Subscription | None:
    """One of them."""
    return of_user(user).filter(pk=number).first()


def invoices_of(user: AbstractBaseUser) -> "QuerySet[Invoice]":
    """The invoices of ``user``, newest first."""
    found = Invoice.objects.filter(customer__user_id=user.pk).exclude(state=InvoiceState.DRAFT)
    return (
        found.select_related("customer", "subscription__plan")
        .prefetch_related("payments")
        .order_by("-issued_at", "-pk")
    )


def spent_since(user_id: int, moment: datetime) -> list[tuple[str, int]]:
    """What an account has paid since ``moment``, less what of it was given back, by currency."""
    paid = Payment.objects.filter(customer__user_id=user_id, state=PaymentState.SUCCEEDED, at__gte=moment)
    left = Sum(F("amount_minor") - F("refunded_minor"))
    return list(paid.values_list("currency").annotate(left=left).order_by("currency"))


def open_plan_checkout(user: AbstractBaseUser) -> Checkout | None:
    """The checkout of a plan that ``user`` has not finished, if there is one with a page."""
    found = Checkout.objects.filter(
        customer__user_id=user.pk, plan__isnull=False, state=CheckoutState.OPEN, expires_at__gt=timezone.now()
    )
    return found.exclude(url="").select_related("customer").order_by("-created_at").first()


def open_checkout(user: AbstractBaseUser, key: UUID) -> Checkout | None:
    """The checkout ``key`` of ``user`` if it can still be paid."""
    checkout = checkout_of(user, key)
    return checkout if checkout is not None and checkout.url and checkout.is_open(timezone.now()) else None


def checkout_of(user: AbstractBaseUser, key: UUID) -> Checkout | None:
    """One of the checkouts of ``user``."""
    return Checkout.objects.filter(customer__user_id=user.pk, pk=key).select_related("customer", "plan", "pack").first()


def customer_of(user: AbstractBaseUser, provider_name: str) -> Customer | None:
    """``user`` as a provider knows them."""
    return Customer.objects.filter(user_id=user.pk, provider=provider_name, gone_at=None).exclude(reference="").first()


def manual_invoice_of(user: AbstractBaseUser, number: str) -> ManualInvoice | None:
    """The manual invoice ``number`` if it is for ``user``."""
    mine = Customer.objects.filter(user_id=user.pk, provider="manual").values_list("reference", flat=True)
    return ManualInvoice.objects.filter(number=number, customer__in=list(mine)).first()


def manual_invoices(*, state: str = "") -> "QuerySet[ManualInvoice]":
    """Every manual invoice, newest first; for staff."""
    found = ManualInvoice.objects.order_by("-pk")
    return found.filter(state=state) if state else found


def providers() -> list[PaymentProvider]:
    """The providers that people can pay through."""
    return registry.configured()


def packs() -> list[TokenPack]:
    """The token packs for sale, cheapest first."""
    return items.packs()


def payment_by_reference(reference: str) -> Payment:
    """The payment that its provider calls ``reference``.

    Raises
    ------
    Refused
        There is none.
    """
    payment = Payment.objects.filter(reference=reference).select_related("customer__user", "invoice").first()
    if payment is None:
        raise Refused(f"There is no payment {reference!r}.")
    return payment


def payments(*, since: datetime | None = None) -> "QuerySet[Payment]":
    """Every payment, newest first, for staff: with its customer, invoice and what it was for at hand."""
    found = Payment.objects.select_related("customer__user", "invoice__subscription__plan").order_by("-at", "-pk")
    return found if since is None else found.filter(at__gte=since)


def live_subscriptions() -> "QuerySet[Subscription]":
    """Every subscription that has not ended, for staff."""
    ended = (SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE)
    return Subscription.objects.exclude(state__in=ended).select_related("customer__user", "plan").order_by("-pk")
