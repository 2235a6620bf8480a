"""What can be done with bonus tokens: grant, take back, draw. Reached through :mod:`naxios.plans.services`."""

from datetime import datetime

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from naxios.domain.entitlements import BonusSource
from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.plans.models import BonusGrant

log = structlog.get_logger(__name__)

MOST_TOKENS = 10**15
"""Of one grant. Sums of several still fit a database's integers, and a script's doubles."""


@transaction.atomic
def grant_bonus(
    *,
    user: AbstractBaseUser,
    tokens: int,
    source: BonusSource,
    reference: str = "",
    ends_at: datetime | None = None,
    note: str = "",
    at: datetime | None = None,
) -> BonusGrant:
    """Give ``user`` bonus tokens. The same ``reference`` of ``source`` told again gives nothing more.

    Raises
    ------
    Refused
        No tokens or too many, an end that is over, or a reference that has given something else.
    """
    at = at or timezone.now()
    if not 1 <= tokens <= MOST_TOKENS:
        raise Refused(f"A bonus has 1 to {MOST_TOKENS:,} tokens.")
    if ends_at is not None and ends_at <= at:
        raise Refused("A bonus ends after it begins. Choose a later end, or none.")
    wanted = {"user_id": user.pk, "tokens": tokens, "ends_at": ends_at, "note": note[:200], "created_at": at}
    if not reference:
        bonus, created = BonusGrant.objects.create(source=source, **wanted), True
    else:
        bonus, created = BonusGrant.objects.get_or_create(source=source, reference=reference, defaults=wanted)
    if (bonus.user_id, bonus.tokens) != (user.pk, tokens):
        raise Refused(f"{reference} of {source} has given another bonus already. End that one first.")
    if created:
        invalidation.account_changed(user.pk)
    return bonus


@transaction.atomic
def end_bonus(*, bonus: BonusGrant, at: datetime | None = None) -> None:
    """Take back what is unused of ``bonus``, as after a refund. What is used stays used."""
    locked = BonusGrant.objects.select_for_update().get(pk=bonus.pk)
    if locked.ended_at is None:
        locked.ended_at = at or timezone.now()
        locked.save(update_fields=["ended_at"])
        invalidation.account_changed(locked.user_id)


@transaction.atomic
def draw_bonus(*, user_id: int, tokens: int, at: datetime) -> int:
    """Take ``tokens`` that a request had used by ``at`` from the bonuses of an account, earliest end first.

    The limiter had decided it by then, so a bonus that is over by now is drawn from as well: first what was in force
    at ``at``, then whatever else the account had. Returns how many were found; fewer only of an account that is gone.
    """
    grants = sorted(
        BonusGrant.objects.select_for_update().filter(user_id=user_id).order_by("pk"),
        key=lambda grant: _order(grant, at),
    )
    missing, now, took_of_ended = tokens, timezone.now(), False
    for grant in grants:
        taken = min(missing, grant.tokens - grant.used)
        if taken:
            grant.used += taken
            grant.save(update_fields=["used"])
            missing -= taken
            took_of_ended = took_of_ended or not grant.is_in_force(now)
    if took_of_ended:  # it counts with what was used of it, and that has just become more
        invalidation.account_changed(user_id)
    if missing and grants:
        log.error("a usage record took more bonus tokens than its account has had")
    return tokens - missing


def _order(grant: BonusGrant, at: datetime) -> tuple[bool, bool, float, int]:
    over_at = grant.over_at()
    over = grant.created_at > at or not grant.is_in_force(at)
    return over, over_at is None, 0.0 if over_at is None else over_at.timestamp(), grant.pk
