"""What staff do about an account's plan and bonus, on pages and commands: done, audited and told, or none of it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from naxios.accounts import events, notices
from naxios.accounts.origin import NOWHERE, Origin
from naxios.codes import services as codes
from naxios.domain.entitlements import BonusSource, Source
from naxios.errors import Refused
from naxios.plans import lapse
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.staff import audit

if TYPE_CHECKING:
    from naxios.plans.models import BonusGrant, Entitlement, Plan

MOST_DAYS = 36_500


@transaction.atomic
def grant_plan(
    *,
    actor: AbstractBaseUser | None,
    user: AbstractBaseUser,
    plan: "Plan",
    days: int | None = None,
    note: str = "",
    reference: str = "",
    origin: Origin = NOWHERE,
) -> "Entitlement":
    """Grant ``plan`` from now on, for ``days`` or with an open end. A form (``reference``) sent again grants once.

    Raises
    ------
    Refused
        It is the free plan, or too many days.
    """
    if reference and (granted := plans.by_reference(Source.STAFF, reference)) is not None:
        return granted
    if plan.is_free:
        raise Refused("The free plan is not granted: every account falls back to it. End what it has instead.")
    ends_at = _end(days)
    entitlement = plan_services.grant(user=user, plan=plan, reference=reference, ends_at=ends_at, note=note[:200])
    term = f"{plan}, {_until(ends_at)}"
    audit.record(
        actor=actor,
        act="plan_granted",
        subject=user,
        detail=_with_note(f"{plan.name}, {_until(ends_at)}", note),
        origin=origin,
    )
    events.record(user=user, kind=events.Kind.PLAN_STARTED, detail=f"{term}, granted by staff")
    _tell(user, f"Staff gave you the plan {term}.", note)
    return entitlement


@transaction.atomic
def grant_bonus(
    *,
    actor: AbstractBaseUser | None,
    user: AbstractBaseUser,
    tokens: int,
    days: int | None = None,
    note: str = "",
    reference: str = "",
    origin: Origin = NOWHERE,
) -> "BonusGrant":
    """Give bonus tokens, to be used within ``days`` or whenever. A form (``reference``) sent again gives once.

    Raises
    ------
    Refused
        No tokens, too many of them, or too many days.
    """
    if reference and (given := plans.bonus_by_reference(BonusSource.STAFF, reference)) is not None:
        return given
    ends_at = _end(days)
    bonus = plan_services.grant_bonus(
        user=user, tokens=tokens, source=BonusSource.STAFF, reference=reference, ends_at=ends_at, note=note
    )
    what = f"{tokens:,} bonus tokens, {_until(ends_at)}"
    audit.record(actor=actor, act="bonus_granted", subject=user, detail=_with_note(what, note), origin=origin)
    events.record(user=user, kind=events.Kind.PLAN_CHANGED, detail=f"{what}, given by staff")
    _tell(user, f"Staff gave you {what}. They are used once the tokens of your plan's day are.", note)
    return bonus


@transaction.atomic
def pause(*, actor: AbstractBaseUser, entitlement: "Entitlement", reason: str, origin: Origin = NOWHERE) -> None:
    """Let an entitlement not count until it is resumed.

    Raises
    ------
    Refused
        It has ended, or is paused already.
    """
    if entitlement.paused_at is not None:
        raise Refused("It is paused already. Resume it to let it count again.")
    _check_not_over(entitlement)
    plan_services.pause(entitlement=entitlement, reason=reason)
    audit.record(
        actor=actor,
        act="entitlement_paused",
        subject=entitlement.user,
        detail=_with_note(f"{entitlement.pk}, {entitlement.plan.name}", reason),
        origin=origin,
    )
    events.record(user=entitlement.user, kind=events.Kind.PLAN_CHANGED, detail=f"{entitlement.plan} paused by staff")
    _tell(entitlement.user, f"Staff paused your plan {entitlement.plan}. Its time stands still meanwhile.", reason)


@transaction.atomic
def resume(*, actor: AbstractBaseUser, entitlement: "Entitlement", origin: Origin = NOWHERE) -> None:
    """Let a paused entitlement count again.

    Raises
    ------
    Refused
        It is not paused.
    """
    if entitlement.paused_at is None:
        raise Refused("It is not paused.")
    codes.resume_days(entitlement=entitlement)
    audit.record(
        actor=actor,
        act="entitlement_resumed",
        subject=entitlement.user,
        detail=f"{entitlement.pk}, {entitlement.plan.name}",
        origin=origin,
    )
    events.record(user=entitlement.user, kind=events.Kind.PLAN_CHANGED, detail=f"{entitlement.plan} resumed by staff")
    _tell(entitlement.user, f"Staff resumed your plan {entitlement.plan}. It counts again from now on.", "")


@transaction.atomic
def end(*, actor: AbstractBaseUser, entitlement: "Entitlement", note: str, origin: Origin = NOWHERE) -> None:
    """End an entitlement now, for good.

    Raises
    ------
    Refused
        It has ended.
    """
    _check_not_over(entitlement)
    plan_services.end(entitlement=entitlement)
    entitlement.refresh_from_db()
    audit.record(
        actor=actor,
        act="entitlement_ended",
        subject=entitlement.user,
        detail=_with_note(f"{entitlement.pk}, {entitlement.plan.name}", note),
        origin=origin,
    )
    lapse.tell_ended_by_staff(entitlement=entitlement, note=note)


@transaction.atomic
def take_back(*, actor: AbstractBaseUser, bonus: "BonusGrant", note: str, origin: Origin = NOWHERE) -> None:
    """Take back what is unused of a bonus, for good.

    Raises
    ------
    Refused
        It is over, or used up.
    """
    if not bonus.is_in_force(timezone.now()) or bonus.used >= bonus.tokens:
        raise Refused("Nothing of it is left to take back.")
    plan_services.end_bonus(bonus=bonus)
    bonus.refresh_from_db()
    what = f"{bonus.tokens - bonus.used:,} of {bonus.tokens:,} bonus tokens"
    audit.record(
        actor=actor,
        act="bonus_taken_back",
        subject=bonus.user,
        detail=_with_note(f"{bonus.pk}, {what}", note),
        origin=origin,
    )
    events.record(user=bonus.user, kind=events.Kind.PLAN_CHANGED, detail=f"{what} taken back by staff")
    _tell(bonus.user, f"Staff took back {what}, those that were not used.", note)


def _end(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"A term has 1 to {MOST_DAYS:,} days; leave it out for an open end.")
    return timezone.now() + timedelta(days=days)


def _check_not_over(entitlement: "Entitlement") -> None:
    if entitlement.ends_at is not None and entitlement.ends_at <= timezone.now():
        raise Refused("It has ended already.")


def _until(ends_at: datetime | None) -> str:
    return "with an open end" if ends_at is None else f"until {ends_at:%Y-%m-%d %H:%M} UTC"


def _with_note(what: str, note: str) -> str:
    return f"{what}: {note}" if note else what


def _tell(user: AbstractBaseUser, happened: str, note: str) -> None:
    notices.send(user=user, notice="plan_by_staff", context={"happened": happened, "note": note})
