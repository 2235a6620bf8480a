"""What can be asked of keys."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from naxios.abuse import queries as abuse
from naxios.discord import queries as discord
from naxios.domain import clock
from naxios.domain.entitlements import Decision, State
from naxios.domain.moments import microseconds
from naxios.domain.principal import Principal, Standing
from naxios.errors import Refused
from naxios.keys.models import ApiKey, KeySecret
from naxios.plans import queries as plans
from naxios.plans.words import why_refused


class UsableKey(NamedTuple):
    """A key as lists to choose from show it; ``prefix`` is its newest secret's."""

    id: int
    name: str
    prefix: str


def principal(digest: bytes, *, now: int | None = None) -> Principal | None:
    """Who a request with the secret behind ``digest`` acts for at ``now`` (microseconds since the epoch; the present
    moment if left out); ``None`` if there is no such secret."""
    now = clock.now() if now is None else now
    secret = KeySecret.every.select_related("key", "key__user").filter(digest=digest).first()
    if secret is None:
        return None
    key = secret.key
    plan, decision = plans.entitled(key.user_id, now=now)
    bonus = plans.bonus_of(key.user_id, now)
    standing, why = _standing(key, decision)
    ends = [microseconds(end) for end in (key.expires_at, secret.expires_at) if end is not None]
    return Principal(
        key_id=key.pk,
        account_id=key.user_id,
        key_name=key.name,
        key_prefix=secret.prefix,
        standing=standing,
        plan=plan.name,
        plan_limits=plan.limits,
        key_limits=key.limits,
        plan_models=tuple(plan.allowed_models),
        key_models=tuple(key.allowed_models),
        expires_at=min(ends, default=None),
        bonus_tokens=bonus.total,
        why=why,
        changes_at=min((at for at in (decision.changes_at, bonus.changes_at) if at is not None), default=None),
    )


def of_user(user_id: int) -> list[ApiKey]:
    """Keys of an account, newest first, with their secrets' prefixes at hand."""
    return list(ApiKey.objects.filter(user_id=user_id).prefetch_related("secrets").order_by("-pk"))


def names_of_user(user_id: int) -> dict[int, str]:
    """Names of all keys that an account has had, by id, newest first."""
    return dict(ApiKey.objects.filter(user_id=user_id).order_by("-pk").values_list("pk", "name"))


def last_used(user_id: int, count: int) -> list[ApiKey]:
    """The ``count`` keys of an account that were used last, of those that have not been revoked; unused ones last."""
    keys = ApiKey.objects.filter(user_id=user_id, revoked_at=None)
    return list(keys.order_by(F("last_used_at").desc(nulls_last=True), "-pk")[:count])


def usable_of_user(user_id: int) -> list[UsableKey]:
    """Keys of an account that requests can be made with now, newest first."""
    now = timezone.now()
    secrets = (
        KeySecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), key__user_id=user_id, key__revoked_at=None)
        .exclude(key__expires_at__lte=now)
        .order_by("-key_id", "pk")
        .values_list("key_id", "key__name", "prefix")
    )
    return list({key_id: UsableKey(key_id, name, prefix) for key_id, name, prefix in secrets}.values())


def names(ids: Iterable[int]) -> dict[int, str]:
    """The names of those keys of ``ids`` that there are."""
    return {id: key.name for id, key in ApiKey.objects.only("name").in_bulk(list(ids)).items()}


def by_id(key_id: int) -> ApiKey:
    """One key.

    Raises
    ------
    Refused
        There is none with this id.
    """
    key = ApiKey.objects.filter(pk=key_id).first()
    if key is None:
        raise Refused(f"There is no key {key_id}. `naxios key list --user WHO` shows ids.")
    return key


def owners_by_prefix(prefix: str) -> list[int]:
    """Ids of the accounts with a key whose secret begins with ``prefix`` (of which the shown part is compared)."""
    shown = prefix[:11]
    return list(KeySecret.objects.filter(prefix__startswith=shown).values_list("key__user_id", flat=True).distinct())


def count() -> int:
    """Keys that have not been revoked."""
    return ApiKey.objects.filter(revoked_at=None).count()


def _standing(key: ApiKey, decision: Decision) -> tuple[Standing, str]:
    """Whether ``key`` may be used, and what a person is told besides. A hold stops the free plan, and nothing else."""
    if key.revoked_at is not None:
        return Standing.REVOKED, ""
    if key.user.is_suspended or not key.user.is_active:
        return Standing.SUSPENDED, ""
    match decision.state:
        case State.LAPSED:
            return Standing.LAPSED, why_refused(decision)
        case State.UNVERIFIED:
            return Standing.UNVERIFIED, discord.why_unverified(key.user_id)
        case State.FREE:
            why_held = abuse.why_held(key.user_id)
            return (Standing.HELD, why_held) if why_held else (Standing.ACTIVE, "")
        case State.ENTITLED:
            return Standing.ACTIVE, ""
