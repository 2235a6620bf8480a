"""What has happened to keys, as their owner reads it on the security page, and what they were used for."""

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.accounts.models import SecurityEvent
from naxios.domain import clock
from naxios.domain.journal import UsageEntry
from naxios.keys.models import ApiKey
from tests.unit.entries import used


def events_of(user: AbstractBaseUser) -> list[tuple[str, str]]:
    """Kind and detail of what happened to the keys of ``user``, oldest first."""
    events = SecurityEvent.objects.filter(user_id=user.pk, kind__startswith="key_").order_by("pk")
    return list(events.values_list("kind", "detail"))


def use(key: ApiKey, tokens: int, *, days_ago: int = 0) -> UsageEntry:
    """One request of so many standard tokens."""
    return used(
        request_id=f"req_{key.pk}_{days_ago}",
        account_id=key.user_id,
        key_id=key.pk,
        input_tokens=tokens,
        output_tokens=0,
        standard_tokens=tokens,
        admitted_at=clock.now() - days_ago * clock.DAY,
    )
