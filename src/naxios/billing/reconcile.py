"""Compares what is stored with what the payment providers say, and puts right what differs: webhooks get lost."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db.models import Max, Q
from django.utils import timezone

from naxios.billing import customers, events, reading
from naxios.billing.models import BillingEvent, Customer
from naxios.billing.providers import PaymentProvider, ProviderTrouble, registry
from naxios.billing.providers.truth import CheckoutState, InvoiceState, SubscriptionState
from naxios.billing.putting import Difference

log = structlog.get_logger(__name__)

OVERLAP = timedelta(hours=1)
"""Looked at again before the last event that was seen: they do not come in order."""
FARTHEST = timedelta(days=30)
"""Stripe remembers events for so long."""


class Reconciled(NamedTuple):
    """What one provider said.

    Attributes
    ----------
    differences : what was not as it says, each with its customer.
    missed : events of interest that never came.
    trouble : why it could not be asked, or not about everybody; empty if all went well.
    """

    provider: str
    looked_at: int
    differences: list[tuple[Customer, Difference]]
    missed: int
    trouble: str


def reconcile(*, dry_run: bool = False, between: Callable[[], bool] = lambda: True) -> list[Reconciled]:
    """Reconcile with every configured provider. One that cannot be reached does not keep another from it.

    ``between`` is called after each customer, since there may be thousands; it says whether to go on.
    """
    return [_reconcile(provider, dry_run, between) for provider in registry.configured()]


def _reconcile(provider: PaymentProvider, dry_run: bool, between: Callable[[], bool]) -> Reconciled:
    differences: list[tuple[Customer, Difference]] = []
    missed, looked_at, trouble = 0, 0, ""
    try:
        references, missed = _changed(provider, dry_run)
        references |= set(provider.live_customers())
    except ProviderTrouble as found:
        return Reconciled(provider.name, 0, [], 0, str(found))
    for customer in _concerned(provider, references, dry_run):
        try:
            found_here = reading.bring_up_to_date(customer, provider, dry_run=dry_run)
        except ProviderTrouble as found:
            trouble = str(found)
            continue
        looked_at += 1
        differences.extend((customer, difference) for difference in found_here)
        if not between():
            break
    return Reconciled(provider.name, looked_at, differences, missed, trouble)


def _changed(provider: PaymentProvider, dry_run: bool) -> tuple[set[str], int]:
    """The customers that events are about which happened since the last one that came, and how many never came."""
    now = timezone.now()
    latest = BillingEvent.objects.filter(provider=provider.name).aggregate(latest=Max("happened_at"))["latest"]
    since = max(latest - OVERLAP, now - FARTHEST) if latest else now - FARTHEST
    references, missed = set(), 0
    for hint in provider.hints_since(since):
        known = BillingEvent.objects.filter(provider=provider.name, reference=hint.reference).exists()
        if known:
            continue
        missed += 1
        if not dry_run:
            events.store(provider.name, hint)
        if reference := provider.customer_of(hint):
            references.add(reference)
    return references, missed


def _concerned(provider: PaymentProvider, references: set[str], dry_run: bool) -> Iterable[Customer]:
    """The customers to look at: those named, and those of whom something is unsettled here."""
    known = Customer.objects.filter(provider=provider.name).exclude(reference="")
    ended = (SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE)
    unsettled = (
        Q(subscriptions__isnull=False) & ~Q(subscriptions__state__in=ended)
        | Q(checkouts__state__in=(CheckoutState.OPEN, CheckoutState.CONFIRMING))
        | Q(invoices__state=InvoiceState.OPEN)
    )
    yield from known.filter(Q(reference__in=references) | unsettled & Q(gone_at=None)).distinct().order_by("pk")
    if dry_run:
        return
    strangers = references - set(known.filter(reference__in=references).values_list("reference", flat=True))
    for reference in sorted(strangers):
        try:
            adopted = customers.known_or_adopted(provider, reference)
        except ProviderTrouble:
            continue
        if adopted is not None:
            yield adopted


def overdue(now: datetime) -> "list[Customer]":
    """Customers with a period that has ended, or a checkout that has expired, of which nothing was heard since."""
    ended = (SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE)
    late = Q(subscriptions__period_end__lt=now) & ~Q(subscriptions__state__in=ended)
    late |= Q(checkouts__state=CheckoutState.OPEN, checkouts__expires_at__lt=now) & ~Q(checkouts__reference="")
    late |= Q(checkouts__state=CheckoutState.CONFIRMING)
    found = Customer.objects.filter(late, gone_at=None).exclude(reference="").distinct().order_by("read_at")
    return list(found)
