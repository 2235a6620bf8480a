"""The free tier of verified members: one for each Discord account, for ever.

The claim is kept by a keyed hash of the Discord id, which outlives the account. That there is one only is a constraint
of the database; everything else follows from who made the row.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts.origin import NOWHERE, Origin
from naxios.discord.claims import digest
from naxios.discord.models import FreeTierClaim, Identity
from naxios.domain.entitlements import FREE, Source
from naxios.errors import Refused
from naxios.keys import services as keys
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.staff import audit

if TYPE_CHECKING:
    from naxios.keys.models import ApiKey

KEY_NAME = "free key"


@transaction.atomic
def settle(*, identity: Identity) -> None:
    """Let the free tier of ``identity`` count exactly while it is verified; the first time makes the claim.

    Called whenever something was decided about ``identity``, whose row the caller has locked. Where ``free`` is for
    everybody nothing is claimed: there is nothing to run out of.
    """
    if not identity.is_verified:
        _pause(identity, f"verification: {identity.reason or identity.verification}")
    elif not plans.is_open(plans.by_name(FREE)):
        claim = _claim(identity)
        if claim.user_id == identity.user_id:
            _grant(claim, identity.user)


@transaction.atomic
def release(*, identity: Identity) -> None:
    """Stop the free tier of an ``identity`` that is about to be disconnected. The claim stays."""
    _pause(identity, "Discord is not connected")


@transaction.atomic
def make_key(
    *, user: AbstractBaseUser, form_token: UUID | None = None, origin: Origin = NOWHERE
) -> "tuple[ApiKey, str]":
    """The one key of ``user``'s free tier, and its secret, which is shown once.

    Raises
    ------
    Refused
        The account is not verified, or has its key already.
    SentBefore
        ``form_token`` has made a secret already.
    """
    return keys.create(user=user, name=KEY_NAME, form_token=form_token, origin=origin)


@transaction.atomic
def move(
    *, claim: FreeTierClaim, to: AbstractBaseUser, actor: AbstractBaseUser | None, why: str, origin: Origin = NOWHERE
) -> datetime:
    """Give the free tier of ``claim`` to another account, from the next UTC day on; returns that moment.

    The account that had it loses it at once, so that there are no two allowances on one day.

    Raises
    ------
    Refused
        The account has it already, or no reason is given.
    """
    locked = FreeTierClaim.objects.select_for_update().get(pk=claim.pk)
    why = " ".join(why.split())
    if not why:
        raise Refused("Say why the free tier is moved; it stands in the audit.")
    if locked.user_id == to.pk:
        raise Refused("This account has it already.")
    former = locked.user_id
    locked.user_id, locked.effective_from = to.pk, _next_day()
    locked.save(update_fields=["user", "effective_from"])
    entitlement = plan_services.put_entitlement(
        user=to,
        plan=plans.by_name(FREE),
        source=Source.FREE_TIER,
        reference=locked.reference,
        starts_at=locked.effective_from,
        ends_at=None,
    )
    identity = Identity.objects.filter(user_id=to.pk).first()
    if identity is not None and identity.is_verified and digest(identity.discord_id) == bytes(locked.digest):
        plan_services.resume(entitlement=entitlement)
    else:
        plan_services.pause(entitlement=entitlement, reason="not verified with this Discord account")
    audit.record(
        actor=actor,
        act="free_tier_moved",
        subject=to,
        detail=f"claim {locked.pk} from {f'account {former}' if former else 'a deleted account'}: {why}",
        origin=origin,
    )
    return locked.effective_from


def _claim(identity: Identity) -> FreeTierClaim:
    """The claim of a Discord account, made for its owner if there is none."""
    wanted = digest(identity.discord_id)
    claim = FreeTierClaim.objects.select_for_update().filter(digest=wanted).first()
    if claim is not None:
        return claim
    try:
        with transaction.atomic():
            return FreeTierClaim.objects.create(digest=wanted, user_id=identity.user_id)
    except IntegrityError:  # somebody was faster
        return FreeTierClaim.objects.select_for_update().get(digest=wanted)


def _grant(claim: FreeTierClaim, user: AbstractBaseUser) -> None:
    entitlement = plans.by_reference(Source.FREE_TIER, claim.reference)
    if entitlement is None:
        plan_services.put_entitlement(
            user=user,
            plan=plans.by_name(FREE),
            source=Source.FREE_TIER,
            reference=claim.reference,
            starts_at=claim.effective_from,
            ends_at=None,
        )
    elif entitlement.paused_at is not None:
        plan_services.resume(entitlement=entitlement)


def _pause(identity: Identity, reason: str) -> None:
    claim = FreeTierClaim.objects.filter(digest=digest(identity.discord_id), user_id=identity.user_id).first()
    entitlement = plans.by_reference(Source.FREE_TIER, claim.reference) if claim else None
    if entitlement is not None:
        plan_services.pause(entitlement=entitlement, reason=reason)


def _next_day() -> datetime:
    now = timezone.now()
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
