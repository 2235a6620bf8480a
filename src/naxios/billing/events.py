"""Webhooks after they have been checked: each is stored once, processed until it succeeds, and can be replayed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.billing import customers, reading
from naxios.billing.models import BillingEvent
from naxios.billing.providers import Hint, PaymentProvider, ProviderTrouble, registry
from naxios.errors import Refused
from naxios.staff import audit

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 14
"""With the pauses between them, the provider may be away for a day."""
LONGEST_PAUSE = timedelta(hours=4)
KEPT = timedelta(days=30)
EVENTS_AT_ONCE = 50


@transaction.atomic
def store(provider: str, hint: Hint) -> tuple[BillingEvent, bool]:
    """Keep that ``hint`` came; returns the event and whether it is new."""
    return BillingEvent.objects.get_or_create(
        provider=provider,
        reference=hint.reference,
        defaults={
            "type": hint.type[:100],
            "about": hint.about,
            "customer_reference": hint.customer,
            "happened_at": hint.at,
        },
    )


def process_due(*, most: int = EVENTS_AT_ONCE, stopping: Callable[[], bool] = lambda: False) -> int:
    """Process the events that are due; ``stopping`` is asked in between. Returns how many were looked at."""
    looked_at = 0
    for event in _claimed(most):
        process(event)
        looked_at += 1
        if stopping():
            break
    return looked_at


def process(event: BillingEvent) -> bool:
    """Bring the customer that ``event`` is about up to date; whether that succeeded.

    Reading one customer settles all events about it, so most of a burst find that they are done already.
    """
    event.refresh_from_db()
    if event.state != BillingEvent.State.WAITING:
        return True
    try:
        _process(event, registry.by_name(event.provider))
    except (ProviderTrouble, Refused) as trouble:
        _note_failure(event, str(trouble))
        return False
    except Exception as error:  # one event that cannot be understood must not hold up those behind it
        log.error("an event of a payment provider could not be processed", event_type=event.type, exc_info=error)
        _note_failure(event, type(error).__name__)
        return False
    return True


def replay(events: Iterable[BillingEvent]) -> Iterator[tuple[BillingEvent, bool]]:
    """Process ``events`` once more, whatever became of them; yields each with whether that succeeded."""
    for event in events:
        BillingEvent.objects.filter(pk=event.pk).update(
            state=BillingEvent.State.WAITING, attempts=0, next_attempt_at=timezone.now(), error=""
        )
        done = process(event)
        event.refresh_from_db()
        yield event, done


def since(moment: datetime | None) -> list[BillingEvent]:
    """The stored events that came since ``moment``, oldest first."""
    found = BillingEvent.objects.order_by("happened_at", "pk")
    return list(found if moment is None else found.filter(received_at__gte=moment))


def by_reference(reference: str) -> BillingEvent:
    """The event that a provider calls ``reference``, stored now if it never came.

    Raises
    ------
    Refused
        No provider knows it.
    """
    known = BillingEvent.objects.filter(reference=reference).first()
    if known is not None:
        return known
    for provider in registry.configured():
        try:
            hint = provider.hint_by_reference(reference)
        except ProviderTrouble as trouble:
            raise Refused(f"{provider.title} cannot be asked for it: {trouble}. Try again later.") from None
        if hint is not None:
            return store(provider.name, hint)[0]
    raise Refused(f"There is no event {reference!r} here, and no payment provider knows one of interest by that name.")


def failed() -> list[BillingEvent]:
    """The events that were given up, and those that have failed so far, newest first; for staff."""
    return list(BillingEvent.objects.exclude(error="").exclude(state=BillingEvent.State.DONE).order_by("-pk"))


def failed_by_number(number: int) -> BillingEvent | None:
    """One of them."""
    return next((event for event in failed() if event.pk == number), None)


def retry(*, event: BillingEvent, actor: AbstractBaseUser) -> bool:
    """Process ``event`` once more because ``actor`` wants it; whether that succeeded."""
    audit.record(actor=actor, act="billing_event_retried", detail=f"{event.provider} {event.type} {event.reference}")
    return all(done for _, done in replay([event]))


@transaction.atomic
def forget_old() -> int:
    """Delete events of more than 30 days ago; returns how many. The provider does not know them any longer, either."""
    return BillingEvent.objects.filter(received_at__lt=timezone.now() - KEPT).delete()[0]


def _claimed(most: int) -> Iterator[BillingEvent]:
    """The events that are due, each taken for this process alone; a claim says when the next attempt would be."""
    due = BillingEvent.objects.filter(state=BillingEvent.State.WAITING, next_attempt_at__lte=timezone.now())
    for event in due.order_by("next_attempt_at", "pk")[:most]:
        pause = min(timedelta(minutes=2**event.attempts), LONGEST_PAUSE)
        mine = BillingEvent.objects.filter(pk=event.pk, state=BillingEvent.State.WAITING, attempts=event.attempts)
        if mine.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + pause):
            yield event


def _process(event: BillingEvent, provider: PaymentProvider) -> None:
    hint = Hint(event.reference, event.type, event.about, event.customer_reference, event.happened_at)
    reference = provider.customer_of(hint)
    customer = customers.known_or_adopted(provider, reference) if reference else None
    if customer is None:
        _finish(event, BillingEvent.State.IGNORED)
        return
    if event.customer_reference != reference:
        event.customer_reference = reference
        event.save(update_fields=["customer_reference"])
    reading.bring_up_to_date(customer, provider)
    _finish(event, BillingEvent.State.DONE)


def _finish(event: BillingEvent, state: BillingEvent.State) -> None:
    event.state, event.processed_at, event.error = state, timezone.now(), ""
    event.save(update_fields=["state", "processed_at", "error"])


def _note_failure(event: BillingEvent, why: str) -> None:
    event.refresh_from_db()
    if event.state == BillingEvent.State.DONE:
        return
    event.error = why[:200]
    if event.attempts >= MOST_ATTEMPTS:
        event.state = BillingEvent.State.FAILED
    event.save(update_fields=["error", "state"])
    log.warning("an event of a payment provider waits", event_type=event.type, attempts=event.attempts)
