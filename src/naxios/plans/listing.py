"""Entitlements and bonuses as lists of them show them: each with what it comes to now."""

from datetime import datetime
from typing import NamedTuple

from naxios.domain.entitlements import Decision
from naxios.domain.moments import microseconds
from naxios.plans.models import BonusGrant, Entitlement
from naxios.plans.queries import bonus_of, of_user


class ListedEntitlement(NamedTuple):
    """An entitlement; ``state`` is one word or two, ``counts`` whether it is the one that decides the plan."""

    entitlement: Entitlement
    state: str
    counts: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing can be done about it any more."""
        return self.state == "ended"


class ListedBonus(NamedTuple):
    """A bonus, and how it stands."""

    grant: BonusGrant
    state: str
    left: int


def entitlements(user_id: int, decision: Decision, now: datetime) -> list[ListedEntitlement]:
    """Every entitlement that an account has or had, newest first, beside what is decided by them."""
    counting = None if decision.grant is None or not decision.is_usable else decision.grant.id
    return [ListedEntitlement(found, _state(found, now), found.pk == counting) for found in of_user(user_id)]


def bonuses(user_id: int, now: datetime) -> list[ListedBonus]:
    """Every bonus that an account has or had, newest first."""
    return [_listed(grant, now) for grant in bonus_of(user_id, microseconds(now)).grants]


def _state(entitlement: Entitlement, now: datetime) -> str:
    if entitlement.ends_at is not None and entitlement.ends_at <= now:
        return "ended"
    if entitlement.paused_at is not None:
        return "paused"
    return "in force" if entitlement.starts_at <= now else "begins later"


def _listed(grant: BonusGrant, now: datetime) -> ListedBonus:
    left = grant.tokens - grant.used
    if not left:
        return ListedBonus(grant, "used up", 0)
    if grant.is_in_force(now):
        return ListedBonus(grant, "in force", left)
    return ListedBonus(grant, "taken back" if grant.ended_at is not None else "expired", 0)
