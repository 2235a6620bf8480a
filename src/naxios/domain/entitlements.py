"""Which plan an account has at an instant, from the reasons that it has for one."""

from collections.abc import Iterable

import msgspec


class Grant(msgspec.Struct, frozen=True):
    """One reason to have ``plan``: from ``starts_at`` until before ``ends_at`` (``None``: open), in microseconds."""

    plan: str
    starts_at: int
    ends_at: int | None = None


def plan_at(grants: Iterable[Grant], now: int, otherwise: str = "free") -> str:
    """The plan of the grant that began last of those in force; ``otherwise`` if none is."""
    in_force = [grant for grant in grants if grant.starts_at <= now and (grant.ends_at is None or now < grant.ends_at)]
    return max(in_force, key=lambda grant: grant.starts_at).plan if in_force else otherwise
