"""What can be asked of Discord identities and of the free tier."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone

from naxios.discord import claims, rules, verification, words
from naxios.discord.models import FreeTierClaim, Identity
from naxios.discord.verification import Reason
from naxios.discord.words import Told
from naxios.domain.entitlements import FREE, Source, State
from naxios.plans import queries as plans


class FreeTier(StrEnum):
    """How an account stands to the free tier."""

    OPEN = "open"
    MISSING = "missing"
    ACTIVE = "active"
    LATER = "later"
    TAKEN = "taken"


class FreeTierState(NamedTuple):
    """``told`` says what is the matter where it is not active, and what to do."""

    state: FreeTier
    told: Told | None = None
    starts_at: datetime | None = None


def of_user(user_id: int) -> Identity | None:
    """The Discord account that an account has connected."""
    return Identity.objects.filter(user_id=user_id).first()


def by_discord_id(discord_id: str) -> Identity | None:
    """The identity of a Discord account, with its owner at hand."""
    return Identity.objects.filter(discord_id=discord_id).select_related("user").first()


def names(user_ids: Iterable[int]) -> dict[int, str]:
    """The usernames on Discord of those accounts that have one."""
    return dict(Identity.objects.filter(user_id__in=list(user_ids)).values_list("user_id", "username"))


def owners(who: str) -> list[int]:
    """Ids of the accounts with this Discord id or username, as last seen; an ``@`` before it is no part of it."""
    who = who.removeprefix("@").lower()
    if who.isascii() and who.isdigit():
        by_id = list(Identity.objects.filter(discord_id=who).values_list("user_id", flat=True))
        if by_id:
            return by_id
    return list(Identity.objects.filter(username__iexact=who).values_list("user_id", flat=True)) if who else []


def reason_of(identity: Identity) -> Told | None:
    """Why ``identity`` is not verified, and what to do; ``None`` if it is."""
    return None if identity.is_verified else words.of_reason(Reason(identity.reason), old_enough_at(identity))


def old_enough_at(identity: Identity) -> datetime:
    """From when its Discord account is old enough."""
    return verification.made_at(identity.discord_id) + timedelta(days=rules.configured().min_account_days)


def free_tier_of(user_id: int) -> FreeTierState:
    """How an account stands to the free tier, whatever other plan it has."""
    if plans.is_open(plans.by_name(FREE)):
        return FreeTierState(FreeTier.OPEN)
    identity = of_user(user_id)
    if identity is None:
        return FreeTierState(FreeTier.MISSING, words.NOT_CONNECTED)
    claim = FreeTierClaim.objects.filter(digest=claims.digest(identity.discord_id)).first()
    if claim is not None and claim.user_id != user_id:
        return FreeTierState(FreeTier.TAKEN, words.TAKEN)
    if claim is None or not identity.is_verified:
        return FreeTierState(FreeTier.MISSING, reason_of(identity) or words.of_reason(Reason.UNKNOWN))
    entitlement = plans.by_reference(Source.FREE_TIER, claim.reference)
    if entitlement is not None and entitlement.starts_at > timezone.now():
        return FreeTierState(FreeTier.LATER, words.begins(entitlement.starts_at), entitlement.starts_at)
    return FreeTierState(FreeTier.ACTIVE)


def verification_step(user_id: int) -> bool | None:
    """Whether a newcomer has been verified as far as they need it; ``None`` if their plan does not ask for it."""
    decision = plans.entitled(user_id).decision
    if decision.state is State.ENTITLED or plans.is_open(plans.by_name(FREE)):
        return None
    return decision.is_usable


def told_unverified(user_id: int) -> Told | None:
    """Why somebody's keys do not work because they are not verified, and what to do; ``None`` if that is not so."""
    return free_tier_of(user_id).told if plans.entitled(user_id).decision.state is State.UNVERIFIED else None


def why_unverified(user_id: int) -> str:
    """What somebody is told whose keys do not work because they are not verified."""
    told = free_tier_of(user_id).told
    return str(told) if told else ""
