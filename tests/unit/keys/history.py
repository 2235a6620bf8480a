"""What has happened to keys, as their owner reads it on the security page, and what they were used for."""

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.accounts.models import SecurityEvent
from naxios.domain import clock
from naxios.domain.journal import UsageEntry
from naxios.domain.usage import UsageSource
from naxios.keys.models import ApiKey


def events_of(user: AbstractBaseUser) -> list[tuple[str, str]]:
    """Kind and detail of what happened to the keys of ``user``, oldest first."""
    events = SecurityEvent.objects.filter(user_id=user.pk, kind__startswith="key_").order_by("pk")
    return list(events.values_list("kind", "detail"))


def use(key: ApiKey, tokens: int, *, days_ago: int = 0) -> UsageEntry:
    """One request of so many standard tokens."""
    return UsageEntry(
        request_id=f"req_{key.pk}_{days_ago}",
        account_id=key.user_id,
        key_id=key.pk,
        model="naxios/echo",
        provider="echo",
        endpoint="chat.completions",
        status=200,
        error="",
        streamed=False,
        input_tokens=tokens,
        output_tokens=0,
        cached_tokens=0,
        reasoning_tokens=0,
        standard_tokens=tokens,
        usage_source=UsageSource.REPORTED,
        admitted_at=clock.now() - days_ago * clock.DAY,
        duration=1,
        first_byte=1,
        attempts=1,
    )
