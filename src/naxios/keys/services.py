"""What can be done with keys: create, change, rotate, expire, revoke, and open the playground on one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from naxios.accounts import events, notices
from naxios.accounts import services as accounts
from naxios.accounts.origin import NOWHERE, Origin
from naxios.domain import keys
from naxios.domain.entitlements import Source, State
from naxios.domain.limits import Limits
from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.keys.models import ApiKey, KeySecret
from naxios.plans import queries as plans

MOST_KEYS = 100
MOST_FREE_KEYS = 1
"""While an account's plan is its free tier: one person, one key."""
MOST_TAGS = 16
LONGEST_TAG = 64
LONGEST_NAME = 100
LARGEST_LIMIT = 2**53
NO_LIMITS = Limits()
PLAYGROUND_LIFE = timedelta(minutes=30)


class SentBefore(Refused):
    """The form that asks for a secret has been given one already; it could be shown only then."""


class Opened(NamedTuple):
    """A playground's secret, and when it ends."""

    secret: str
    expires_at: datetime


@transaction.atomic
def create(
    *,
    user: AbstractBaseUser,
    name: str,
    limits: Limits = NO_LIMITS,
    allowed_models: Sequence[str] = ("*",),
    tags: Mapping[str, str] | None = None,
    expires_at: datetime | None = None,
    form_token: UUID | None = None,
    origin: Origin = NOWHERE,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not stored and cannot be shown again.

    Raises
    ------
    Refused
        A name, limit, tag or end that cannot be, or too many keys.
    SentBefore
        ``form_token`` has made a secret already.
    """
    _check_room(user)
    name, tags = name.strip(), dict(tags or {})
    _check(name, limits, allowed_models, tags)
    _check_end(expires_at)
    key = ApiKey.objects.create(user_id=user.pk, **_columns(name, limits, allowed_models, tags), expires_at=expires_at)
    secret = _new_secret(key, form_token=form_token)
    prefix = keys.shown_prefix(secret)
    _note(key, events.Kind.KEY_CREATED, origin, prefix)
    notices.send(user=user, notice="key_created", context={"key_name": name, "key_prefix": prefix})
    return key, secret


@transaction.atomic
def change(
    *,
    key: ApiKey,
    name: str,
    limits: Limits,
    allowed_models: Sequence[str],
    tags: Mapping[str, str],
    expires_at: datetime | None,
    origin: Origin = NOWHERE,
) -> None:
    """Give ``key`` another name, limits, models, tags or end. Everything is stated; what is the same stays.

    Raises
    ------
    Refused
        The key has been revoked, or a name, limit, tag or end that cannot be.
    """
    _check_not_revoked(key)
    name, tags = name.strip(), dict(tags)
    _check(name, limits, allowed_models, tags)
    if expires_at != key.expires_at:
        _check_end(expires_at)
    wanted = {**_columns(name, limits, allowed_models, tags), "expires_at": expires_at}
    changed = [field for field, value in wanted.items() if getattr(key, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(key, field, wanted[field])
    key.save(update_fields=changed)
    invalidation.key_changed(key.pk)
    _note(key, events.Kind.KEY_CHANGED, origin, ", ".join(changed).replace("_", " "))


@transaction.atomic
def rotate(
    *,
    key: ApiKey,
    grace: timedelta = timedelta(0),
    form_token: UUID | None = None,
    origin: Origin = NOWHERE,
) -> str:
    """A new secret for ``key``; the ones before it, the playground's too, go on working for ``grace``.

    Raises
    ------
    Refused
        The key has been revoked or has expired, or the grace time is negative.
    SentBefore
        ``form_token`` has made a secret already.
    """
    _check_not_revoked(key)
    now = timezone.now()
    if key.expires_at is not None and key.expires_at <= now:
        raise Refused(f"Key {key.pk} has expired, a new secret would not work either. Give it a later end first.")
    if grace < timedelta(0):
        raise Refused("A grace time cannot be negative.")
    end = now + grace
    KeySecret.every.filter(Q(expires_at=None) | Q(expires_at__gt=end), key=key).update(expires_at=end)
    secret = _new_secret(key, form_token=form_token)
    _note(key, events.Kind.KEY_ROTATED, origin, keys.shown_prefix(secret))
    return secret


@transaction.atomic
def expire(*, key: ApiKey, at: datetime | None = None, origin: Origin = NOWHERE) -> None:
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
    _note(key, events.Kind.KEY_CHANGED, origin, "expires at")


@transaction.atomic
def revoke(*, key: ApiKey, origin: Origin = NOWHERE) -> None:
    """End ``key`` for good; every gateway refuses it within a second."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        invalidation.key_changed(key.pk)
        _note(key, events.Kind.KEY_REVOKED, origin)


@transaction.atomic
def open_playground(*, key: ApiKey) -> Opened:
    """A temporary secret for ``key``, for a script in its owner's browser. The one before it ends.

    Raises
    ------
    Refused
        The key has been revoked or has expired.
    """
    _check_not_revoked(key)
    now = timezone.now()
    if key.expires_at is not None and key.expires_at <= now:
        raise Refused(f"The key {key.name} has expired. Give it a later end, or choose another key.")
    ApiKey.objects.select_for_update().get(pk=key.pk)  # two tabs that open at once come one after the other
    KeySecret.every.filter(key=key, purpose=KeySecret.Purpose.PLAYGROUND).delete()
    end = now + PLAYGROUND_LIFE
    if key.expires_at is not None:
        end = min(end, key.expires_at)
    return Opened(_new_secret(key, purpose=KeySecret.Purpose.PLAYGROUND, expires_at=end), end)


def forget_ended_playgrounds() -> int:
    """Delete the playground's secrets that have ended; returns how many."""
    ended = KeySecret.every.filter(purpose=KeySecret.Purpose.PLAYGROUND, expires_at__lte=timezone.now())
    return ended.delete()[0]


def mark_used(*, moments: Mapping[int, datetime]) -> None:
    """Note when keys were last used, by id. The gateway does not need to know."""
    for key_id, moment in moments.items():
        ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=moment), pk=key_id).update(last_used_at=moment)


def _check_room(user: AbstractBaseUser) -> None:
    """Locks the account until the transaction ends, so that two requests at once are counted one after the other."""
    accounts.lock(user=user)
    held = ApiKey.objects.filter(user_id=user.pk, revoked_at=None).count()
    decision = plans.entitled(user.pk).decision
    if decision.state is State.UNVERIFIED:
        raise Refused("The free plan is for verified members of the Discord server. Connect Discord first.")
    if decision.grant is not None and decision.grant.source is Source.FREE_TIER and held >= MOST_FREE_KEYS:
        raise Refused("The free tier has one key. Rotate it for a new secret, or revoke it first.")
    if held >= MOST_KEYS:
        raise Refused(f"An account has at most {MOST_KEYS} keys. Revoke one that is not used any more.")


def _new_secret(key: ApiKey, **fields: Any) -> str:
    secret = keys.generate()
    try:
        with transaction.atomic():
            KeySecret.every.create(key=key, digest=keys.digest(secret), prefix=keys.shown_prefix(secret), **fields)
    except IntegrityError:
        # The form's token is there already. Asking first would let two clicks at once through.
        raise SentBefore("This form has been sent already. Its secret was shown then, and only then.") from None
    invalidation.key_changed(key.pk)
    return secret


def _note(key: ApiKey, kind: events.Kind, origin: Origin, more: str = "") -> None:
    events.record(user=key.user, kind=kind, detail=f"{key.name} ({more})" if more else key.name, origin=origin)


def _columns(name: str, limits: Limits, allowed_models: Sequence[str], tags: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "tags": tags, "allowed_models": list(allowed_models), **msgspec.structs.asdict(limits)}


def _check_not_revoked(key: ApiKey) -> None:
    if key.revoked_at is not None:
        raise Refused(f"Key {key.pk} has been revoked. Create another.")


def _check_end(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused("A key's end has to lie in the future.")


def _check(name: str, limits: Limits, allowed_models: Sequence[str], tags: Mapping[str, str]) -> None:
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
