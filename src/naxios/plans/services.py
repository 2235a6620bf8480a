"""What can be done with plans: declare, delete, entitle, give bonus tokens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from naxios.accounts import events
from naxios.accounts.origin import NOWHERE, Origin
from naxios.domain.entitlements import PRIORITIES, Source
from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.plans.bonus import draw_bonus, end_bonus, grant_bonus
from naxios.plans.models import Entitlement, Plan

__all__ = [
    "accept_lapse",
    "delete",
    "draw_bonus",
    "end",
    "end_bonus",
    "grant",
    "grant_bonus",
    "pause",
    "put",
    "put_entitlement",
    "resume",
]


@transaction.atomic
def grant(
    *,
    user: AbstractBaseUser,
    plan: Plan,
    source: Source = Source.STAFF,
    reference: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    priority: int | None = None,
    note: str = "",
) -> Entitlement:
    """Entitle ``user`` to ``plan``, from now on unless told otherwise.

    Raises
    ------
    Refused
        It would end before it begins.
    django.db.IntegrityError
        ``reference`` of ``source`` has given one already.
    """
    starts_at = starts_at or timezone.now()
    _check_term(starts_at, ends_at)
    entitlement = Entitlement.objects.create(
        user_id=user.pk,
        plan=plan,
        source=source,
        reference=reference,
        starts_at=starts_at,
        ends_at=ends_at,
        priority=PRIORITIES[source] if priority is None else priority,
        note=note,
    )
    invalidation.account_changed(user.pk)
    return entitlement


@transaction.atomic
def put_entitlement(
    *,
    user: AbstractBaseUser,
    plan: Plan,
    source: Source,
    reference: str,
    starts_at: datetime,
    ends_at: datetime | None,
    renews: bool | None = None,
) -> Entitlement:
    """Make the entitlement that ``reference`` of ``source`` gives be exactly this; the same told again changes nothing.

    Parameters
    ----------
    renews : whether its end will be moved without its owner doing anything, so that they need not be told of it; if
        not stated, that of a subscription will.

    Raises
    ------
    Refused
        It would end before it begins.
    """
    _check_term(starts_at, ends_at)
    wanted = {"user_id": user.pk, "plan": plan, "starts_at": starts_at, "ends_at": ends_at}
    wanted["renews"] = source is Source.SUBSCRIPTION if renews is None else renews
    entitlement, created = Entitlement.objects.select_for_update().get_or_create(
        source=source, reference=reference, defaults={**wanted, "priority": PRIORITIES[source]}
    )
    changed = [name for name, value in wanted.items() if getattr(entitlement, name) != value]
    if changed and not created:
        former_owner = entitlement.user_id
        for name in changed:
            setattr(entitlement, name, wanted[name])
        if "ends_at" in changed:
            entitlement.lapse_told_at = entitlement.end_told_at = entitlement.lapse_accepted_at = None
        entitlement.save()
        if former_owner != user.pk:
            invalidation.account_changed(former_owner)
    if created or changed:
        invalidation.account_changed(user.pk)
    return entitlement


@transaction.atomic
def end(*, entitlement: Entitlement, at: datetime | None = None) -> None:
    """Let ``entitlement`` end at ``at``, or now; one that ends sooner stays as it is.

    Whoever ends it tells its owner; only of an end that lies ahead they are told by mail when it comes.
    """
    now = timezone.now()
    at = at or now
    locked = _locked(entitlement)
    if locked.ends_at is None or locked.ends_at > at:
        locked.ends_at = max(at, locked.starts_at)
        locked.lapse_told_at, locked.end_told_at = None, now if at <= now else None
        locked.save(update_fields=["ends_at", "lapse_told_at", "end_told_at"])
        invalidation.account_changed(locked.user_id)


@transaction.atomic
def pause(*, entitlement: Entitlement, reason: str, at: datetime | None = None) -> None:
    """Let ``entitlement`` not count until it is resumed; its time stands still meanwhile."""
    locked = _locked(entitlement)
    if locked.paused_at is None:
        locked.paused_at, locked.pause_reason = at or timezone.now(), reason[:200]
        locked.save(update_fields=["paused_at", "pause_reason"])
        invalidation.account_changed(locked.user_id)


@transaction.atomic
def resume(*, entitlement: Entitlement, at: datetime | None = None) -> None:
    """Let a paused ``entitlement`` count again. An end that lay ahead is as far away as it was.

    Only time in which it would have counted stood still: what has not begun yet loses nothing by a pause.
    """
    locked, now = _locked(entitlement), at or timezone.now()
    if locked.paused_at is not None:
        stood_still = now - max(locked.paused_at, locked.starts_at)
        if locked.ends_at is not None and locked.ends_at > locked.paused_at and stood_still > timedelta(0):
            locked.ends_at += stood_still
            locked.lapse_told_at = locked.end_told_at = None
        locked.paused_at, locked.pause_reason = None, ""
        locked.save()
        invalidation.account_changed(locked.user_id)


@transaction.atomic
def accept_lapse(*, user: AbstractBaseUser, at: datetime | None = None, origin: Origin = NOWHERE) -> bool:
    """Go on with the free plan after entitlements that refuse once they have ended; returns whether there were any."""
    now = at or timezone.now()
    refusing = Entitlement.objects.filter(user_id=user.pk, ends_at__lte=now, lapse_accepted_at=None)
    refusing = refusing.filter(plan__after_lapse=Plan.AfterLapse.REFUSE)
    if not refusing.update(lapse_accepted_at=now):
        return False
    invalidation.account_changed(user.pk)
    events.record(user=user, kind=events.Kind.PLAN_CHANGED, detail="the free plan, chosen", origin=origin)
    return True


@transaction.atomic
def put(*, name: str, fields: Mapping[str, Any]) -> tuple[bool, dict[str, tuple[Any, Any]]]:
    """Make the plan ``name`` have ``fields``.

    Returns
    -------
    created, changed
        Whether it is new, and each changed field's old and new value.
    """
    plan = Plan.objects.filter(name=name).first()
    created = plan is None
    plan = plan or Plan(name=name)
    changed = {field: (getattr(plan, field), value) for field, value in fields.items() if getattr(plan, field) != value}
    if created or changed:
        for field, value in fields.items():
            setattr(plan, field, value)
        plan.save()
        invalidation.catalogue_changed()
    return created, changed


@transaction.atomic
def delete(*, name: str) -> None:
    """Delete the plan ``name``.

    Raises
    ------
    Refused
        An account has been on it, or a code or subscription leads to it.
    """
    try:
        Plan.objects.filter(name=name).delete()
    except ProtectedError:
        raise Refused(
            f"Plan {name} cannot be deleted: accounts are or were on it, or codes lead to it. Keep it in the file."
        ) from None
    invalidation.catalogue_changed()


def _locked(entitlement: Entitlement) -> Entitlement:
    return Entitlement.objects.select_for_update().get(pk=entitlement.pk)


def _check_term(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at < starts_at:
        raise Refused("An entitlement ends after it begins. Choose a later end.")
