"""Redeeming a code: each exactly as often as it may be, whatever happens at the same time.

A code is looked up and judged without any lock first, so that refusals are cheap. Then, in one transaction, a
conditional UPDATE takes one of the code's uses, the account is locked, and what holds for the account is judged once
more. Whoever locks both locks the code first. The database's constraints hold the same rules by themselves.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.accounts import events
from naxios.accounts import services as accounts
from naxios.accounts.origin import NOWHERE, Origin
from naxios.codes import attempts, queue
from naxios.codes.digests import digest
from naxios.codes.models import Code, Redemption
from naxios.domain import codes
from naxios.domain.entitlements import BonusSource, Source
from naxios.errors import Refused
from naxios.mail import services as mail
from naxios.plans import services as plans

USED_UP = "This code is used up. If you did not use it, ask whoever gave it to you."


class Redeemed(NamedTuple):
    """What a redemption gave.

    Attributes
    ----------
    gives : all of it in words, such as ``Pro for 30 days and 5,000 bonus tokens``.
    plan : what pages call the plan; empty if there is none. It counts from ``plan_from`` until ``plan_until``.
    tokens : bonus tokens; 0 if there are none. They count until ``bonus_until``, ``None`` for until they are used.
    """

    number: int
    gives: str
    plan: str
    plan_from: datetime | None
    plan_until: datetime | None
    tokens: int
    bonus_until: datetime | None
    begins_later: bool

    def __str__(self) -> str:
        sentences = []
        if self.plan and self.plan_from and self.plan_until:
            start = f" from {_written(self.plan_from)}" if self.begins_later else ""
            sentences.append(f"You have {self.plan}{start} until {_written(self.plan_until)} UTC.")
        if self.tokens:
            until = f"until {_written(self.bonus_until)} UTC" if self.bonus_until else "until they are used"
            tokens = f"{self.tokens:,} bonus token{'s' if self.tokens > 1 else ''}"
            sentences.append(f"You have {tokens} more, {until}.")
        return " ".join(sentences)


def redeem(*, user: AbstractBaseUser, code: str, origin: Origin = NOWHERE) -> Redeemed:
    """Give ``user`` what ``code`` gives. It is read as people type it.

    Raises
    ------
    Refused
        It is no code, none that exists, not valid now, used up, voided, or this account has redeemed it; the message
        says which.
    naxios.codes.attempts.TooManyAttempts
        The account or its network tried too many codes that do not exist (a kind of ``Refused``).
    """
    attempts.check(user=user, origin=origin)
    try:
        written = codes.parse(code)
    except codes.Malformed as malformed:
        raise Refused(str(malformed)) from None
    found = Code.objects.filter(digest=digest(written)).select_related("batch__plan").first()
    if found is None:
        attempts.note(user=user, origin=origin)
        raise Refused("There is no such code. Check it again, or ask whoever gave it to you.")
    _check_account(found, user)
    _check_code(found)
    return _take(found, user, origin)


@transaction.atomic
def _take(code: Code, user: AbstractBaseUser, origin: Origin) -> Redeemed:
    if not Code.objects.filter(pk=code.pk, voided_at=None, uses__lt=F("max_uses")).update(uses=F("uses") + 1):
        code.refresh_from_db(fields=["uses", "voided_at"])
        _check_code(code)
        raise Refused(USED_UP)
    accounts.lock(user=user)
    turn = _check_account(code, user)
    redeemed = _give(code, user, turn)
    detail = f"{redeemed.gives} (code …{code.end})"
    events.record(user=user, kind=events.Kind.CODE_REDEEMED, detail=detail, origin=origin)
    context = {"redeemed": redeemed, "end": code.end, "at": timezone.now(), "origin": origin}
    mail.send(to=user.get_username(), template="codes/mail/redeemed.txt", context=context)
    return redeemed


def _give(code: Code, user: AbstractBaseUser, turn: int) -> Redeemed:
    batch, now = code.batch, timezone.now()
    redemption = Redemption(batch=batch, code=code, user_id=user.pk, turn=turn, at=now)
    if batch.plan is not None and batch.days:
        redemption.plan_from = queue.start(user_id=user.pk, plan_id=batch.plan.pk, now=now)
        redemption.plan_until = redemption.plan_from + timedelta(days=batch.days)
    if batch.tokens and batch.bonus_days:
        redemption.bonus_until = now + timedelta(days=batch.bonus_days)
    redemption.save()
    note = f"code …{code.end} of {batch}"[:200]
    if batch.plan is not None:
        plans.grant(
            user=user,
            plan=batch.plan,
            source=Source.CODE,
            reference=redemption.reference,
            starts_at=redemption.plan_from,
            ends_at=redemption.plan_until,
            note=note,
        )
    if batch.tokens:
        plans.grant_bonus(
            user=user,
            tokens=batch.tokens,
            source=BonusSource.CODE,
            reference=redemption.reference,
            ends_at=redemption.bonus_until,
            note=note,
        )
    return Redeemed(
        number=redemption.pk,
        gives=batch.gives,
        plan="" if batch.plan is None else str(batch.plan),
        plan_from=redemption.plan_from,
        plan_until=redemption.plan_until,
        tokens=batch.tokens or 0,
        bonus_until=redemption.bonus_until,
        begins_later=redemption.plan_from is not None and redemption.plan_from > now,
    )


def _check_code(code: Code) -> None:
    """What holds for everybody."""
    batch, now = code.batch, timezone.now()
    if code.voided_at is not None:
        raise Refused("This code has been withdrawn. Ask whoever gave it to you.")
    if batch.valid_from is not None and now < batch.valid_from:
        raise Refused(f"This code is not valid yet. It can be redeemed from {_written(batch.valid_from)} UTC on.")
    if batch.valid_until is not None and now >= batch.valid_until:
        raise Refused(f"This code has expired. It could be redeemed until {_written(batch.valid_until)} UTC.")
    if code.uses >= code.max_uses:
        raise Refused(USED_UP)


def _check_account(code: Code, user: AbstractBaseUser) -> int:
    """What holds for the account; returns the turn that a redemption now would be."""
    counted = Redemption.objects.filter(batch_id=code.batch_id, user_id=user.pk, returned=False)
    turns = {}
    for redemption in counted:
        turns[redemption.turn] = redemption
        if redemption.code_id == code.pk:
            if redemption.undone_at is not None:
                raise Refused("You redeemed this code, and staff undid it. Ask them if it should count.")
            raise Refused(f"You have redeemed this code already, on {_written(redemption.at)} UTC.")
    most = code.batch.per_account
    if most is not None and len(turns) >= most:
        many = "one code" if most == 1 else f"{most:,} codes"
        raise Refused(f"An account can redeem {many} of this kind, and you have. Give this one to somebody else.")
    return next(turn for turn in range(1, len(turns) + 2) if turn not in turns)


def _written(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M}"
