"""Reads a customer at the provider and stores what it says. The one way by which anything becomes known."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from naxios.billing import putting
from naxios.billing.models import BillingEvent, Checkout, Customer
from naxios.billing.providers import PaymentProvider, ProviderTrouble
from naxios.billing.providers.truth import CheckoutState, DisputeState, SubscriptionState
from naxios.billing.putting import Difference
from naxios.errors import Refused

_PAYMENT_APPEARS = timedelta(days=7)
"""A paid checkout names its payment at once, or soon after."""


class _Undo(Exception):
    pass


def bring_up_to_date(customer: Customer, provider: PaymentProvider, *, dry_run: bool = False) -> list[Difference]:
    """Ask ``provider`` about ``customer`` and store the answer; returns what was different.

    Every event about the customer that waited when this began is done then. No transaction is open while the provider
    is asked. A dry run does everything and takes it back.

    Raises
    ------
    ProviderTrouble
        The provider cannot be asked.
    """
    waiting = list(
        BillingEvent.objects.filter(
            provider=customer.provider, customer_reference=customer.reference, state=BillingEvent.State.WAITING
        ).values_list("pk", flat=True)
    )
    number = putting.begin(customer)
    try:
        found = provider.read(customer.reference, _unsettled_checkouts(customer))
    except Refused as refused:
        raise ProviderTrouble(str(refused)) from refused
    differences: list[Difference] = []
    try:
        with transaction.atomic():
            differences = putting.put(customer, found, reading=number)
            now = timezone.now()
            BillingEvent.objects.filter(pk__in=waiting).update(
                state=BillingEvent.State.DONE, processed_at=now, error=""
            )
            if dry_run:
                raise _Undo
    except _Undo:
        return differences
    _end_what_is_lost(customer, provider)
    return differences


def _unsettled_checkouts(customer: Customer) -> list[str]:
    """The checkouts whose outcome is not known yet."""
    unsettled = Q(state__in=(CheckoutState.OPEN, CheckoutState.CONFIRMING)) | Q(
        state=CheckoutState.PAID, payment=None, plan=None, created_at__gt=timezone.now() - _PAYMENT_APPEARS
    )
    found = Checkout.objects.filter(unsettled, customer=customer).exclude(reference="")
    return list(found.values_list("reference", flat=True))


def _end_what_is_lost(customer: Customer, provider: PaymentProvider) -> None:
    """A subscription whose payment the bank took back for good is not renewed: that would be disputed as well."""
    lost = customer.subscriptions.filter(invoices__payments__dispute=DisputeState.LOST).distinct()
    for subscription in lost.exclude(state__in=(SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE)):
        try:
            provider.cancel(subscription.reference, at_once=True)
        except Refused as refused:
            raise ProviderTrouble(str(refused)) from refused
