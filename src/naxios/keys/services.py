"""What can be done with keys: create, rotate, expire, revoke."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from naxios.domain import keys
from naxios.domain.limits import Limits
from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.keys.models import ApiKey, KeySecret

MOST_TAGS = 16
LONGEST_TAG = 64
LONGEST_NAME = 100
LARGEST_LIMIT = 2**53
NO_LIMITS = Limits()


@transaction.atomic
def create(
    *,
    user: AbstractBaseUser,
    name: str,
    limits: Limits = NO_LIMITS,
    allowed_models: Sequence[str] = ("*",),
    tags: Mapping[str, str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not stored and cannot be shown again.

    Raises
    ------
    Refused
        A name, limit, tag or end that cannot be.
    """
    name, tags = name.strip(), dict(tags or {})
    _check(name, limits, allowed_models, tags, expires_at)
    key = ApiKey.objects.create(
        user_id=user.pk,
        name=name,
        tags=tags,
        expires_at=expires_at,
        allowed_models=list(allowed_models),
        tokens_per_day=limits.tokens_per_day,
        requests_per_minute=limits.requests_per_minute,
        tokens_per_minute=limits.tokens_per_minute,
        concurrency=limits.concurrency,
    )
    return key, _new_secret(key)


@transaction.atomic
def rotate(*, key: ApiKey, grace: timedelta = timedelta(0)) -> str:
    """A new secret for ``key``; the ones before it go on working for ``grace``.

    Raises
    ------
    Refused
        The key has been revoked or has expired, or the grace time is negative.
    """
    _check_not_revoked(key)
    now = timezone.now()
    if key.expires_at is not None and key.expires_at <= now:
        raise Refused(f"Key {key.pk} has expired, a new secret would not work either. Give it a later end first.")
    if grace < timedelta(0):
        raise Refused("A grace time cannot be negative.")
    end = now + grace
    key.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=end)).update(expires_at=end)
    return _new_secret(key)


@transaction.atomic
def expire(*, key: ApiKey, at: datetime | None = None) -> None:
    """Let ``key`` end at ``at``, or now; an end can be moved, also one that is over.

    Raises
    ------
    Refused
        The key has been revoked, or ``at`` is over.
    """
    _check_not_revoked(key)
    now = timezone.now()
    if at is None:
        if key.expires_at is not None and key.expires_at <= now:
            return
        at = now
    elif at <= now:
        raise Refused("A key's end has to lie in the future. Leave it out to end the key now.")
    key.expires_at = at
    key.save(update_fields=["expires_at"])
    invalidation.key_changed(key.pk)


@transaction.atomic
def revoke(*, key: ApiKey) -> None:
    """End ``key`` for good; every gateway refuses it within a second."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        invalidation.key_changed(key.pk)


def mark_used(*, moments: Mapping[int, datetime]) -> None:
    """Note when keys were last used, by id. The gateway does not need to know."""
    for key_id, moment in moments.items():
        ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=moment), pk=key_id).update(last_used_at=moment)


def _new_secret(key: ApiKey) -> str:
    secret = keys.generate()
    KeySecret.objects.create(key=key, digest=keys.digest(secret), prefix=keys.shown_prefix(secret))
    invalidation.key_changed(key.pk)
    return secret


def _check_not_revoked(key: ApiKey) -> None:
    if key.revoked_at is not None:
        raise Refused(f"Key {key.pk} has been revoked. Create another.")


def _check(
    name: str, limits: Limits, allowed_models: Sequence[str], tags: Mapping[str, str], expires_at: datetime | None
) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"A key's name has 1 to {LONGEST_NAME} characters.")
    for limit in (limits.tokens_per_day, limits.requests_per_minute, limits.tokens_per_minute, limits.concurrency):
        if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
            raise Refused("A limit is a whole number of at least 1; leave it out for no limit.")
    if not allowed_models or not all(pattern and len(pattern) <= 200 for pattern in allowed_models):
        raise Refused("Name at least one model that the key may use, or * for all.")
    if len(tags) > MOST_TAGS or any(not key or max(len(key), len(value)) > LONGEST_TAG for key, value in tags.items()):
        raise Refused(
            f"A key has at most {MOST_TAGS} tags, whose names and values have at most {LONGEST_TAG} characters."
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused("A key's end has to lie in the future.")
