"""Called by every service that changes what the gateway knows, inside the same transaction."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.invalidation.models import Change, Revision, Topic

KEEP_FOR = timedelta(hours=1)
"""A gateway that has not asked for this long forgets everything it knows instead."""


def key_changed(key_id: int) -> None:
    """The key's limits, name, models or secrets changed."""
    _record(Topic.KEY, key_id)


def account_changed(account_id: int) -> None:
    """The account's plan or standing changed, so all of its keys are affected."""
    _record(Topic.ACCOUNT, account_id)


def catalogue_changed() -> None:
    """Providers, models, routes or plans changed."""
    _record(Topic.CATALOGUE, 0)


def forget_old() -> int:
    """Delete changes that every gateway has long seen; returns how many."""
    deleted, _ = Change.objects.filter(created_at__lt=timezone.now() - KEEP_FOR).delete()
    return deleted


@transaction.atomic
def _record(topic: Topic, subject: int) -> None:
    if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
        Revision.objects.get_or_create(pk=1)
        Revision.objects.filter(pk=1).update(number=F("number") + 1)
    number = Revision.objects.values_list("number", flat=True).get(pk=1)
    Change.objects.create(number=number, topic=topic, subject=subject)
