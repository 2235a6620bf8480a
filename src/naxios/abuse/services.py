"""What happened, as signs of misuse: each is noted about the account, and its review opened when they weigh enough.

A sign is never a judgement. It is there so that a person looks, and at most holds a free tier until its owner shows
that they are one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from naxios.abuse import disposable, queries, reviews, sightings
from naxios.abuse.models import GuildDeparture, Settings, Signal
from naxios.abuse.policy import Policy
from naxios.accounts import queries as accounts
from naxios.domain.journal import SharedKeyEntry

GROWING = frozenset(Signal.Kind) - {Signal.Kind.DISPOSABLE_MAIL, Signal.Kind.YOUNG_DISCORD}
"""Kinds whose amount means more the larger it is. Twice what staff found harmless is worth another look."""
DEPARTURES_KEPT = timedelta(days=30)
SIGNALS_KEPT = timedelta(days=90)
Kind = Signal.Kind


@transaction.atomic
def signed_up(*, user: AbstractBaseUser, address: str | None) -> None:
    """``user`` has made an account, from ``address``."""
    policy = queries.policy()
    since = timezone.now() - timedelta(minutes=policy.burst_minutes)
    noted = {user.pk}
    seen = sightings.note_network(user=user, address=address, signed_up=True)
    if seen is not None:
        together = sightings.signed_up_at(seen, since)
        if len(together) >= policy.network_burst:
            noted |= together
            for user_id in sorted(together):
                _note(user_id, Kind.NETWORK_BURST, len(together))
    made = accounts.made_since(since)
    if made >= policy.overall_burst:
        _note(user.pk, Kind.OVERALL_BURST, made)
    _note_mail(user)
    _weigh(noted, policy)


@transaction.atomic
def signed_in(*, user: AbstractBaseUser, address: str | None, device: str) -> None:
    """``user`` has signed in from ``address``, with the browser whose cookie is ``device``."""
    policy, noted = queries.policy(), {user.pk}
    sharing = sightings.accounts_at(sightings.note_browser(user=user, device=device))
    if len(sharing) >= policy.shared_browser_accounts:
        noted |= sharing
        for user_id in sorted(sharing):
            _note(user_id, Kind.SHARED_BROWSER, len(sharing))
    seen = sightings.note_network(user=user, address=address)
    if seen is not None:
        # Of this account alone: a network may have hundreds, each of which is told of at its own next sign-in.
        neighbours = len(sightings.accounts_at(seen))
        if neighbours >= policy.shared_network_accounts:
            _note(user.pk, Kind.SHARED_NETWORK, neighbours)
    _note_mail(user)
    _weigh(noted, policy)


@transaction.atomic
def discord_connected(*, user_id: int, made_at: datetime) -> None:
    """An account has connected a Discord account that was made at ``made_at``."""
    policy, age = queries.policy(), timezone.now() - made_at
    if age < timedelta(days=policy.young_discord_days) and _exists(user_id):
        _note(user_id, Kind.YOUNG_DISCORD, max(0, age.days))
        _weigh({user_id}, policy)


@transaction.atomic
def left_guild(*, user_id: int) -> None:
    """An account's Discord account has left the server. Who does so again and again comes back in between."""
    policy, now = queries.policy(), timezone.now()
    if not _exists(user_id):
        return
    GuildDeparture.objects.create(user_id=user_id, at=now)
    departures = GuildDeparture.objects.filter(user_id=user_id, at__gt=now - DEPARTURES_KEPT).count()
    if departures >= policy.departures:
        _note(user_id, Kind.DEPARTURES, departures)
        _weigh({user_id}, policy)


@transaction.atomic
def note_shared_keys(*, entries: Iterable[SharedKeyEntry]) -> None:
    """From how many networks keys were used within an hour, as the gateway tells by its journal."""
    most: dict[tuple[int, int], int] = {}
    for entry in entries:
        key = (entry.account_id, entry.key_id)
        most[key] = max(most.get(key, 0), entry.networks)
    if not most:
        return
    policy, noted = queries.policy(), set()
    for (account_id, key_id), networks in most.items():
        if networks >= policy.shared_key_networks and _exists(account_id):
            _note(account_id, Kind.SHARED_KEY, networks, subject=str(key_id))
            noted.add(account_id)
    _weigh(noted, policy)


@transaction.atomic
def put_policy(*, policy: Policy) -> dict[str, tuple[Any, Any]]:
    """Let ``policy`` hold from now on; returns each changed setting's old and new value. Open reviews stay."""
    before, after = _flat(queries.policy()), _flat(policy)
    changed = {name: (before[name], value) for name, value in after.items() if before[name] != value}
    if changed:
        Settings.objects.update_or_create(pk=1, defaults={"values": policy.model_dump()})
    return changed


def forget_old() -> None:
    """Delete what has run out."""
    now = timezone.now()
    sightings.forget_old()
    GuildDeparture.objects.filter(at__lte=now - DEPARTURES_KEPT).delete()
    Signal.objects.filter(last_at__lte=now - SIGNALS_KEPT).delete()


def _note_mail(user: AbstractBaseUser) -> None:
    domain = disposable.domain_of(user.get_username())
    if domain:
        _note(user.pk, Kind.DISPOSABLE_MAIL, subject=domain)


def _note(user_id: int, kind: Signal.Kind, amount: int = 0, *, subject: str = "") -> None:
    """Keep the strongest that was seen. What staff have cleared stays so, unless it has become twice as strong."""
    now = timezone.now()
    signal, created = Signal.objects.get_or_create(
        user_id=user_id, kind=kind, subject=subject, defaults={"amount": amount, "first_at": now, "last_at": now}
    )
    if created:
        return
    signal.last_at = now
    if kind in GROWING:
        signal.amount = max(signal.amount, amount)
        if signal.settled_amount is not None and amount >= 2 * signal.settled_amount:
            signal.settled_amount = None
    signal.save(update_fields=["last_at", "amount", "settled_amount"])


def _weigh(user_ids: set[int], policy: Policy) -> None:
    for user in get_user_model().objects.filter(pk__in=user_ids).order_by("pk"):
        reviews.weigh(user=user, policy=policy)


def _exists(user_id: int) -> bool:
    return get_user_model().objects.filter(pk=user_id).exists()


def _flat(policy: Policy) -> dict[str, Any]:
    values = policy.model_dump()
    weights = values.pop("weights")
    return {**values, **{f"weights.{kind}": weight for kind, weight in weights.items()}}
