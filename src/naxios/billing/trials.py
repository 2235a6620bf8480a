"""Who tries a plan is told before the first payment is taken, once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from naxios import config
from naxios.billing import mails
from naxios.billing.models import Subscription
from naxios.billing.providers.truth import SubscriptionState
from naxios.domain.money import format_money


def tell_what_ends(*, now: datetime | None = None) -> int:
    """Mail those whose trial ends within ``NAXIOS_LAPSE_NOTICE_DAYS`` and is paid from then on; returns how many."""
    now = now or timezone.now()
    found = _ending(now).select_related("customer__user", "plan").order_by("pk")
    # As with other ends: a trial of little longer than the notice is told of once it is half over, not at once.
    return sum(_tell(trial, now) for trial in found if now >= _half_of(trial))


def _ending(now: datetime) -> "QuerySet[Subscription]":
    soon = now + timedelta(days=config.load().lapse_notice_days)
    untold = Q(trial_end_told=None) | ~Q(trial_end_told=F("trial_end"))
    return Subscription.objects.filter(
        untold,
        state=SubscriptionState.TRIALING,
        cancels_at=None,
        trial_end__gt=now,
        trial_end__lte=soon,
        customer__user__isnull=False,
        plan__isnull=False,
    )


@transaction.atomic
def _tell(trial: Subscription, now: datetime) -> bool:
    user = trial.customer.user
    if user is None or not _ending(now).filter(pk=trial.pk, trial_end=trial.trial_end).update(
        trial_end_told=trial.trial_end
    ):
        return False
    context = {
        "plan": trial.plan,
        "ends_at": trial.trial_end,
        "amount": format_money(trial.price_minor, trial.currency),
        "with_tax": config.load().stripe_tax,
    }
    mails.send(user=user, mail="trial_ends", context=context)
    return True


def _half_of(trial: Subscription) -> datetime:
    assert trial.trial_end is not None  # noqa: S101
    return trial.started_at + (trial.trial_end - trial.started_at) / 2
