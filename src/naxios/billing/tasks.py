"""What the server does about money in the background: all of it may wait, fail and be done again."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from naxios.billing import consequences, customers, events, reading, trials
from naxios.billing.models import Checkout, Customer, Subscription
from naxios.billing.providers import ProviderTrouble, registry
from naxios.billing.providers.truth import CheckoutState
from naxios.billing.reconcile import overdue, reconcile
from naxios.errors import Refused

log = structlog.get_logger(__name__)

LOOKED_FOR_EVERY = timedelta(hours=1)


def process_events(*, stopping: Callable[[], bool] = lambda: False) -> int:
    """Process the webhooks that wait; returns how many."""
    return events.process_due(stopping=stopping)


def tell_ended() -> None:
    """Tell the owners of subscriptions that have ended by time alone, such as when a grace is over."""
    over = Subscription.objects.filter(told=Subscription.Told.STARTED, covered_until__lte=timezone.now())
    for subscription in over.select_related("customer", "plan"):
        with transaction.atomic():
            customers.locked(subscription.customer_id)
            subscription.refresh_from_db()
            consequences.settle_subscription(subscription)


def tell_trials() -> None:
    """Tell those whose trial ends soon what is charged then."""
    trials.tell_what_ends()


def look_for_overdue(*, stopping: Callable[[], bool] = lambda: False) -> None:
    """Ask about what should have happened and was not heard of: renewals, checkouts. Each customer at most hourly."""
    now = timezone.now()
    providers = {provider.name: provider for provider in registry.configured()}
    for customer in overdue(now):
        provider = providers.get(customer.provider)
        if stopping():
            return
        if provider is None or (customer.read_at is not None and now - customer.read_at < LOOKED_FOR_EVERY):
            continue
        try:
            reading.bring_up_to_date(customer, provider)
        except ProviderTrouble as trouble:
            log.warning("a payment provider could not be asked", provider=customer.provider, reason=str(trouble))
            return


def close_deserted(*, stopping: Callable[[], bool] = lambda: False) -> None:
    """End the subscriptions of accounts that have been deleted, and have the provider forget who it was."""
    providers = {provider.name: provider for provider in registry.configured()}
    for customer in Customer.objects.filter(user=None, gone_at=None).exclude(reference=""):
        provider = providers.get(customer.provider)
        if stopping():
            return
        if provider is None:
            continue
        try:
            provider.forget(customer.reference)
            reading.bring_up_to_date(customer, provider)
        except (ProviderTrouble, Refused) as trouble:
            log.warning("a payment provider could not be asked", provider=customer.provider, reason=str(trouble))
            return
        Customer.objects.filter(pk=customer.pk, gone_at=None).update(gone_at=timezone.now())


def reconcile_nightly(*, stopping: Callable[[], bool] = lambda: False) -> None:
    """Compare everything with the providers. Webhooks that come meanwhile do not wait for its end."""

    def between() -> bool:
        process_events(stopping=stopping)
        return not stopping()

    for found in reconcile(between=between):
        if found.trouble:
            log.warning("a payment provider could not be asked", provider=found.provider, reason=found.trouble)
        if found.differences or found.missed:
            log.warning(
                "payments were not as their provider says; put right",
                provider=found.provider,
                count=len(found.differences),
            )


def tidy() -> None:
    """Forget what is over, and checkouts whose process ended before they had a page."""
    events.forget_old()
    now = timezone.now()
    pageless = Checkout.objects.filter(state=CheckoutState.OPEN, url="", expires_at__lt=now)
    pageless.update(state=CheckoutState.FAILED, settled_at=now)
