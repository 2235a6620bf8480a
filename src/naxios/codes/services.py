"""What can be done with codes: make a batch, redeem, void, undo, resume. What staff do is audited."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.accounts import events
from naxios.accounts import services as accounts
from naxios.accounts.origin import NOWHERE, Origin
from naxios.codes import queue
from naxios.codes.attempts import TooManyAttempts
from naxios.codes.batches import SentBefore, create_batch
from naxios.codes.models import Batch, Code, Redemption
from naxios.codes.redeeming import Redeemed, redeem
from naxios.domain.entitlements import BonusSource, Source
from naxios.errors import Refused
from naxios.mail import services as mail
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.staff import audit

if TYPE_CHECKING:
    from naxios.plans.models import Entitlement

__all__ = [
    "Redeemed",
    "SentBefore",
    "TooManyAttempts",
    "create_batch",
    "redeem",
    "redeem_for",
    "resume_days",
    "undo_redemption",
    "void_batch",
    "void_code",
]

LONGEST_WHY = 200
_AT_ONCE = 500


def redeem_for(
    *, user: AbstractBaseUser, code: str, actor: AbstractBaseUser | None, origin: Origin = NOWHERE
) -> Redeemed:
    """Redeem ``code`` for ``user``, as staff or on the command line.

    Raises
    ------
    Refused
        As :func:`redeem`.
    """
    with transaction.atomic():
        redeemed = redeem(user=user, code=code)
        audit.record(actor=actor, act="code_redeemed", subject=user, detail=redeemed.gives, origin=origin)
    return redeemed


@transaction.atomic
def void_code(*, code: Code, actor: AbstractBaseUser | None, why: str = "", origin: Origin = NOWHERE) -> None:
    """Let ``code`` be redeemed no more. What it has given stays."""
    if Code.objects.filter(pk=code.pk, voided_at=None).update(voided_at=timezone.now()):
        detail = _detail(f"…{code.end} of {code.batch}", why)
        audit.record(actor=actor, act="code_voided", detail=detail, origin=origin)


def void_batch(
    *, batch: Batch, actor: AbstractBaseUser | None, take_back: bool, why: str = "", origin: Origin = NOWHERE
) -> int:
    """Let no code of ``batch`` be redeemed any more; returns how many redemptions were undone.

    Parameters
    ----------
    take_back : undo its redemptions as well. Each is a transaction of its own, since there may be thousands: if
        something comes between, voiding the batch once more undoes the rest.

    Raises
    ------
    Refused
        Something is to be taken back, and there is no reason for it.
    """
    if take_back:
        _check_why(why)
    with transaction.atomic():
        now = timezone.now()
        if Batch.objects.filter(pk=batch.pk, voided_at=None).update(voided_at=now):
            # Code by code: a redemption takes its use from its code, and waits for this or comes before it.
            Code.objects.filter(batch=batch, voided_at=None).update(voided_at=now)
            audit.record(actor=actor, act="code_batch_voided", detail=_detail(str(batch), why), origin=origin)
    undone = 0
    if take_back:
        for redemption in _not_undone(batch):
            undone += undo_redemption(redemption=redemption, actor=actor, why=why, origin=origin)
    return undone


@transaction.atomic
def undo_redemption(
    *,
    redemption: Redemption,
    actor: AbstractBaseUser | None,
    why: str,
    give_back: bool = False,
    origin: Origin = NOWHERE,
) -> bool:
    """End what ``redemption`` gave, and tell its owner; returns whether it was not undone before.

    Bonus tokens that are used stay used. Days of the same plan from other codes that were to begin later move up.

    Parameters
    ----------
    why : told to the owner.
    give_back : the code has the use back, and the same account may redeem it again.

    Raises
    ------
    Refused
        There is no reason.
    """
    why = _check_why(why)
    code = Code.objects.select_for_update().get(pk=redemption.code_id)
    now = timezone.now()
    undone = Redemption.objects.filter(pk=redemption.pk, undone_at=None)
    if not undone.update(
        undone_at=now, undone_by_id=None if actor is None else actor.pk, undone_why=why, returned=give_back
    ):
        return False
    if give_back:
        Code.objects.filter(pk=code.pk, uses__gt=0).update(uses=F("uses") - 1)
    batch, user = redemption.batch, redemption.user
    if user is not None:
        accounts.lock(user=user)
        _take_back(redemption, user, now)
        detail = f"{batch.gives} (code …{code.end})"
        events.record(user=user, kind=events.Kind.CODE_UNDONE, detail=detail)
        context = {"gives": batch.gives, "end": code.end, "why": why}
        mail.send(to=user.get_username(), template="codes/mail/undone.txt", context=context)
    detail = _detail(f"…{code.end} of {batch}", why)
    audit.record(actor=actor, act="code_redemption_undone", subject=user, detail=detail, origin=origin)
    return True


@transaction.atomic
def resume_days(*, entitlement: "Entitlement", at: datetime | None = None) -> None:
    """Let a paused ``entitlement`` count again; if it came from a code, the days of later codes begin after it."""
    user, now = entitlement.user, at or timezone.now()
    accounts.lock(user=user)
    plan_services.resume(entitlement=entitlement, at=now)
    if entitlement.source == Source.CODE:
        queue.make_room(user_id=user.pk, plan_id=entitlement.plan_id, resumed=entitlement.reference, now=now)


def _take_back(redemption: Redemption, user: AbstractBaseUser, now: datetime) -> None:
    entitlement = plans.by_reference(Source.CODE, redemption.reference)
    if entitlement is not None:
        plan_services.end(entitlement=entitlement, at=now)
        queue.close_gap(user_id=user.pk, plan_id=entitlement.plan_id, now=now)
    bonus = plans.bonus_by_reference(BonusSource.CODE, redemption.reference)
    if bonus is not None:
        plan_services.end_bonus(bonus=bonus)


def _not_undone(batch: Batch) -> Iterator[Redemption]:
    """Read piece by piece, so that no query is open while each is undone."""
    after = 0
    while True:
        some = Redemption.objects.filter(batch=batch, undone_at=None, pk__gt=after).order_by("pk")
        found = list(some.select_related("batch__plan", "user")[:_AT_ONCE])
        if not found:
            return
        yield from found
        after = found[-1].pk


def _check_why(why: str) -> str:
    why = " ".join(why.split())
    if not 1 <= len(why) <= LONGEST_WHY:
        raise Refused(f"Say why, in 1 to {LONGEST_WHY} characters: who redeemed the code is told.")
    return why


def _detail(what: str, why: str) -> str:
    return f"{what}: {' '.join(why.split())}" if why.strip() else what
