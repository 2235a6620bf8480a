"""What can be done with Discord identities: connect, disconnect, and note what Discord tells about them.

The ``note_…`` functions are for whoever hears it first, the bot or the sweep. What is told twice changes nothing.
"""

from collections.abc import Iterable

import msgspec
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts import events, notices
from naxios.accounts import queries as account_queries
from naxios.accounts import services as accounts
from naxios.accounts.origin import NOWHERE, Origin
from naxios.discord import free_tier, rules, signals, standing, tokens, verification
from naxios.discord.models import Identity, Membership, Problem
from naxios.discord.rest_shapes import Profile, TokenPair
from naxios.discord.verification import Presence, Reason, Seen, Verdict
from naxios.errors import Refused

PROVIDER = "discord"
_PRESENT = (Presence.MEMBER, Presence.PENDING)


class BelongsToAnother(Refused):
    """The Discord account is connected to another account here."""


class HasAnother(Refused):
    """The account here has another Discord account."""


class LastWayIn(Refused):
    """Without Discord nobody could sign in to the account any more."""


class Granted(msgspec.Struct, frozen=True):
    """What a sign-in with Discord has brought: who it is, what we may ask, and what was seen in guilds, if asked."""

    profile: Profile
    scopes: str = ""
    seen: tuple[Seen, ...] | None = None
    tokens: TokenPair | None = None


@transaction.atomic
def connect(*, user: AbstractBaseUser, granted: Granted, signs_up: bool = False, origin: Origin = NOWHERE) -> Identity:
    """Connect a Discord account to ``user``, or bring what is known about it up to date.

    Parameters
    ----------
    signs_up : the account was made with it just now, which needs no notice.

    Raises
    ------
    BelongsToAnother, HasAnother
        One Discord account has one account here, and the other way round.
    """
    accounts.lock(user=user)
    profile = granted.profile
    identity = Identity.objects.select_for_update().filter(discord_id=profile.id).first()
    if identity is not None and identity.user_id != user.pk:
        raise _belongs_to_another(profile)
    present = Identity.objects.filter(user_id=user.pk).first()
    if present is not None and present.discord_id != profile.id:
        raise HasAnother(
            f"Your account is connected to {present.username} on Discord already. "
            f"Disconnect that first, if you want to use {profile.username}."
        )
    is_new = identity is None
    try:
        with transaction.atomic():
            SocialAccount.objects.get_or_create(provider=PROVIDER, uid=profile.id, defaults={"user_id": user.pk})
            identity = identity or Identity.objects.create(
                user_id=user.pk, discord_id=profile.id, username=profile.username
            )
    except IntegrityError:  # two browsers at once
        raise _belongs_to_another(profile) from None
    if SocialAccount.objects.filter(provider=PROVIDER, uid=profile.id).exclude(user_id=user.pk).exists():
        raise _belongs_to_another(profile)
    identity.username, identity.global_name = profile.username, profile.global_name or ""
    identity.avatar, identity.scopes = profile.avatar or "", granted.scopes
    identity.save()
    tokens.keep(identity=identity, pair=granted.tokens)
    if is_new:
        events.record(user=user, kind=events.Kind.DISCORD_CONNECTED, detail=profile.username, origin=origin)
        if not signs_up:
            notices.send(user=user, notice="discord_connected", context={"discord": profile.username, "origin": origin})
        facts = {"user_id": user.pk, "discord_id": profile.id}
        signals.tell(signals.connected, **facts, made_at=identity.made_at)
    if granted.seen is not None:
        note_seen(discord_id=profile.id, seen=granted.seen, origin=origin)
        identity.refresh_from_db()
    return identity


def disconnect(*, user: AbstractBaseUser, origin: Origin = NOWHERE) -> None:
    """Forget the Discord account of ``user``. Its free tier stops and stays theirs; plans and codes go on.

    Tokens that are stored end at Discord too, if it answers; here they are gone in any case.

    Raises
    ------
    Refused
        None is connected.
    LastWayIn
        The account has no password and no passkey.
    """
    with transaction.atomic():
        accounts.lock(user=user)
        identity = Identity.objects.select_for_update().filter(user_id=user.pk).first()
        if identity is None:
            raise Refused("Discord is not connected.")
        if not has_another_way_in(user):
            raise LastWayIn(
                "Discord is your only way to sign in. Set a password first, then disconnect it: under Security."
            )
        pair = tokens.stored(identity=identity)
        free_tier.release(identity=identity)
        username, discord_id = identity.username, identity.discord_id
        identity.delete()
        SocialAccount.objects.filter(user_id=user.pk, provider=PROVIDER).delete()
        events.record(user=user, kind=events.Kind.DISCORD_DISCONNECTED, detail=username, origin=origin)
        notices.send(user=user, notice="discord_disconnected", context={"discord": username, "origin": origin})
        signals.tell(signals.disconnected, user_id=user.pk, discord_id=discord_id)
    if pair is not None:
        tokens.revoke(pair=pair)


def has_another_way_in(user: AbstractBaseUser) -> bool:
    """Whether ``user`` could sign in without Discord: with a password, or a passkey where those work."""
    return user.has_usable_password() or (settings.PASSKEYS_WORK and account_queries.has_passkey(user.pk))


def note_member(*, discord_id: str, guild_id: str, roles: Iterable[str] = (), pending: bool = False) -> None:
    """``discord_id`` is in ``guild_id``, with these roles, and may not have passed its screening yet."""
    presence = Presence.PENDING if pending else Presence.MEMBER
    _note_one(discord_id, Seen(guild_id, presence, tuple(roles)))


def note_left(*, discord_id: str, guild_id: str) -> None:
    """``discord_id`` is not in ``guild_id``, or not any more."""
    _note_one(discord_id, Seen(guild_id, Presence.LEFT))


@transaction.atomic
def note_seen(*, discord_id: str, seen: Iterable[Seen], origin: Origin = NOWHERE) -> None:
    """Discord was asked about every guild; those that it did not tell about are ``UNKNOWN`` and stay as they were."""
    identity = _locked(discord_id)
    if identity is None:
        return
    seen = list(seen)
    for one in seen:
        _keep(identity, one)
    verdict = verification.decide(discord_id, seen, rules.configured(), timezone.now())
    standing.apply(identity=identity, verdict=verdict, origin=origin)


@transaction.atomic
def note_identity_gone(*, discord_id: str) -> None:
    """Discord knows no such account any more."""
    identity = _locked(discord_id)
    if identity is not None:
        for guild_id in rules.configured().guild_ids:
            _keep(identity, Seen(guild_id, Presence.LEFT))
        standing.apply(identity=identity, verdict=Verdict(False, Reason.IDENTITY_GONE))


@transaction.atomic
def note_not_told(*, discord_id: str) -> None:
    """Discord did not answer about ``discord_id``, or not usably. The time of grace begins, if it has not."""
    identity = _locked(discord_id)
    if identity is not None:
        standing.apply(identity=identity, verdict=Verdict(None, Reason.UNKNOWN))


@transaction.atomic
def note_profile(*, discord_id: str, username: str, global_name: str | None = None, avatar: str | None = None) -> None:
    """Discord shows this account under these names now."""
    Identity.objects.filter(discord_id=discord_id).update(
        username=username[:100], global_name=(global_name or "")[:100], avatar=(avatar or "")[:64]
    )


@transaction.atomic
def note_problem(*, kind: str, guild_id: str = "") -> None:
    """The operator's setup keeps Discord from telling; staff see it. Nobody's verification depends on it."""
    problem, created = Problem.objects.get_or_create(kind=kind, guild_id=guild_id)
    if not created:
        Problem.objects.filter(pk=problem.pk).update(seen_at=timezone.now())


def note_guild_gone(*, guild_id: str) -> None:
    """There is no such guild any more, or the bot was removed from it: nobody is told to have left."""
    note_problem(kind=Problem.Kind.BOT_OUTSIDE, guild_id=guild_id)


@transaction.atomic
def note_guild_there(*, guild_id: str) -> None:
    """The guild answers (again): its problems, and those of the bot's token, are over."""
    Problem.objects.filter(guild_id__in=(guild_id, "")).delete()


def _note_one(discord_id: str, seen: Seen) -> None:
    """One guild's news; what is known of the others counts as it was."""
    configured = rules.configured()
    if seen.guild_id not in configured.guild_ids:
        return
    with transaction.atomic():
        identity = _locked(discord_id)
        if identity is None:
            return
        _keep(identity, seen)
        known = [
            Seen(membership.guild_id, Presence(membership.presence), tuple(membership.roles))
            for membership in Membership.objects.filter(identity=identity)
        ]
        verdict = verification.decide(discord_id, known, configured, timezone.now())
        standing.apply(identity=identity, verdict=verdict)


def _keep(identity: Identity, seen: Seen) -> None:
    membership, created = Membership.objects.get_or_create(identity=identity, guild_id=seen.guild_id)
    if seen.presence is Presence.UNKNOWN:
        return
    before = membership.presence
    asked_for = rules.configured().role_id
    membership.presence, membership.roles = seen.presence, [role for role in seen.roles if role == asked_for]
    if created or before != membership.presence:
        membership.changed_at = timezone.now()
    membership.save()
    facts = {"user_id": identity.user_id, "discord_id": identity.discord_id, "guild_id": seen.guild_id}
    if before not in _PRESENT and seen.presence in _PRESENT:
        signals.tell(signals.member_joined, **facts)
    elif before in _PRESENT and seen.presence not in _PRESENT:
        signals.tell(signals.member_left, **facts)


def _locked(discord_id: str) -> Identity | None:
    return Identity.objects.select_for_update().filter(discord_id=discord_id).first()


def _belongs_to_another(profile: Profile) -> BelongsToAnother:
    return BelongsToAnother(
        f"{profile.username} on Discord is connected to another account here. "
        "Sign in to that account, or disconnect Discord there first."
    )
