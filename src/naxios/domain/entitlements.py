"""Which plan an account has at an instant, from the reasons that it has for one. Nothing else decides it."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

FREE = "free"
"""The plan of an account without another entitlement."""


class Source(StrEnum):
    """Why an account has an entitlement."""

    FREE_TIER = "free_tier"
    SUBSCRIPTION = "subscription"
    CODE = "code"
    STAFF = "staff"


class BonusSource(StrEnum):
    """Why an account has bonus tokens."""

    CODE = "code"
    PURCHASE = "purchase"
    STAFF = "staff"


PRIORITIES = {Source.FREE_TIER: 0, Source.SUBSCRIPTION: 10, Source.CODE: 10, Source.STAFF: 20}
"""What a grant gets unless it is given another: what staff decides goes before what was bought."""


class Grant(msgspec.Struct, frozen=True):
    """One reason to have ``plan``: from ``starts_at`` until before ``ends_at`` (``None``: open), in microseconds.

    Attributes
    ----------
    rank : decides between equal priorities; the plan's price, so that the larger plan counts.
    paused_at : since when it is paused, ``None`` if it is not. A paused grant is not in force.
    refuses_after : whether the account is refused, and does not fall back to ``free``, once this grant has ended.
    """

    plan: str
    source: Source
    starts_at: int
    ends_at: int | None = None
    id: int = 0
    priority: int = 0
    rank: int = 0
    paused_at: int | None = None
    refuses_after: bool = False

    def is_in_force(self, now: int) -> bool:
        """Whether it counts at ``now``."""
        return self.starts_at <= now and not self.has_ended(now) and (self.paused_at is None or now < self.paused_at)

    def has_ended(self, now: int) -> bool:
        """Whether its end, if it has one, is at or before ``now``."""
        return self.ends_at is not None and self.ends_at <= now


class State(StrEnum):
    """What an account's entitlements come to."""

    ENTITLED = "entitled"
    FREE = "free"
    UNVERIFIED = "unverified"
    LAPSED = "lapsed"


class Decision(msgspec.Struct, frozen=True):
    """What an account has at an instant.

    Attributes
    ----------
    plan : the plan whose limits apply; while unverified or lapsed, the plan that is missing.
    grant : what it is decided by; ``None`` for ``free`` without a grant. For a lapsed account, what has ended.
    changes_at : the next instant at which time alone may change the decision, ``None`` if it cannot.
    """

    state: State
    plan: str
    grant: Grant | None = None
    changes_at: int | None = None

    @property
    def is_usable(self) -> bool:
        """Whether requests may be made on it."""
        return self.state in (State.ENTITLED, State.FREE)


def decide(grants: Iterable[Grant], now: int, *, free_is_open: bool = True) -> Decision:
    """What ``grants`` come to at ``now``.

    Of the grants in force, besides the free tier's, the one with the highest priority counts, then the highest rank,
    then the latest start. Without one, the account is lapsed if the grant that ended last refuses afterwards. Else it
    is on ``free``: by the grant of its free tier, or without one while ``free_is_open``.
    """
    grants = list(grants)
    in_force = [grant for grant in grants if grant.is_in_force(now)]
    changes_at = _next_change(grants, now)
    others = [grant for grant in in_force if grant.source is not Source.FREE_TIER]
    if others:
        best = max(others, key=lambda grant: (grant.priority, grant.rank, grant.starts_at, grant.id))
        return Decision(State.ENTITLED, best.plan, best, changes_at)
    over = [grant for grant in grants if grant.has_ended(now) and grant.source is not Source.FREE_TIER]
    last = max(over, key=lambda grant: (grant.ends_at or 0, grant.id), default=None)
    if last is not None and last.refuses_after:
        return Decision(State.LAPSED, last.plan, last, changes_at)
    free_tier = max(in_force, key=lambda grant: (grant.starts_at, grant.id), default=None)
    if free_tier is not None or free_is_open:
        return Decision(State.FREE, FREE, free_tier, changes_at)
    return Decision(State.UNVERIFIED, FREE, None, changes_at)


def loss(grants: Iterable[Grant], ended: Grant, now: int, *, free_is_open: bool = True) -> Decision | None:
    """What ``grants`` come to at ``now``, from the end of ``ended`` on; ``None`` if nothing is lost by that end.

    Nothing is lost if ``ended`` was not what counted until then, or if the account has the same plan or a larger one
    all the same.
    """
    grants = list(grants)
    if ended.ends_at is None or decide(grants, ended.ends_at - 1, free_is_open=free_is_open).grant != ended:
        return None
    after = decide(grants, max(now, ended.ends_at), free_is_open=free_is_open)
    if after.state is not State.ENTITLED or after.grant is None:
        return after
    return None if after.plan == ended.plan or after.grant.rank >= ended.rank else after


def _next_change(grants: list[Grant], now: int) -> int | None:
    instants = (instant for grant in grants for instant in (grant.starts_at, grant.ends_at, grant.paused_at))
    return min((instant for instant in instants if instant is not None and instant > now), default=None)
