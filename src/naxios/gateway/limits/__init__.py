"""The state of limits behind one interface: in memory for one process, in Redis for many."""

from typing import NamedTuple, Protocol

import msgspec

from naxios.domain.limits import LimitState, Scope, Scopes
from naxios.domain.stored_usage import StoredUsage

__all__ = ["Admitted", "LimitState", "Limiter", "Refused", "Reservation", "Scope", "Scopes", "Settled"]


class Reservation(msgspec.Struct, frozen=True):
    """What was taken at admission: ``tokens`` standard tokens of ``day`` (days since the epoch) in every scope.

    ``arrivals`` are the scopes' theoretical arrival times of tokens right after that, in the scopes' order.
    """

    scopes: Scopes
    tokens: int
    day: int
    arrivals: tuple[int, ...]


class Admitted(NamedTuple):
    """Every limit had room, and all of them were taken."""

    reservation: Reservation
    standing: list[LimitState]


class Refused(NamedTuple):
    """At least one limit had no room; none was touched.

    ``limit`` is the one that takes longest to have room, ``wait`` how long that is in microseconds, and
    ``limits.NEVER`` if the request alone is larger than the limit.
    """

    limit: LimitState
    wait: int
    standing: list[LimitState]


class Settled(NamedTuple):
    """A request has been charged. ``bonus_tokens`` are those of its tokens that the account's bonus was charged."""

    standing: list[LimitState]
    bonus_tokens: int


class Limiter(Protocol):
    """One decision over all limits of a request, and its correction afterwards."""

    async def admit(self, scopes: Scopes, tokens: int, now: int) -> Admitted | Refused:
        """Take one request and ``tokens`` standard tokens in every scope, or nothing at all."""

    async def settle(self, reservation: Reservation, tokens: int, now: int) -> Settled:
        """Replace the reserved tokens by ``tokens`` (at least 0, possibly more than reserved); frees the slot.

        What goes beyond the plan's room of the reservation's day is charged to the bonus, if that day is the present
        one or the one before. A caller may be cancelled while it waits; once begun, this is to be done all the same,
        so an implementation that has to wait shields it.
        """

    async def standing(self, scopes: Scopes, now: int) -> list[LimitState]:
        """How the limits stand, without taking anything."""

    async def restore(self, stored: StoredUsage, now: int) -> None:
        """Continue from what earlier processes recorded. Called once, before the first request."""

    async def counted(self, day: int) -> dict[str, int]:
        """Standard tokens settled in ``day``, by scope id; for reconciliation."""

    async def bonus_used(self, scope: Scope) -> int:
        """Bonus tokens that an account has ever used."""

    async def bonuses_used(self) -> dict[str, int]:
        """The same of every account that has used any, by scope id; for reconciliation."""
