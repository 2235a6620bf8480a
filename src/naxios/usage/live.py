"""How limits stand at this moment: asked of the running limiter, which alone knows the present minute.

Where no gateway runs in this process, or it does not answer, tokens of the day still come from the rollups; what the
present minute has taken is then not known, and is said not to be.
"""

from typing import NamedTuple, Protocol

from naxios.domain import clock, limits
from naxios.domain.limits import LimitName, LimitState, Scope, Scopes
from naxios.plans import queries as plans
from naxios.usage import queries


class Unanswered(Exception):
    """The limiter did not tell in time."""


class StandingSource(Protocol):
    """A running limiter, as far as pages know it."""

    def standing(self, scopes: Scopes, now: int) -> list[LimitState]:
        """How every limit of ``scopes`` stands at the moment ``now``.

        Raises
        ------
        Unanswered
            It does not answer; pages do without it.
        """


class Standing(NamedTuple):
    """States of limits; ``complete`` says whether those of the present minute are among them."""

    states: list[LimitState]
    complete: bool


_source: StandingSource | None = None


def register(source: StandingSource | None) -> None:
    """Ask ``source`` from now on, or nobody (``None``)."""
    global _source
    _source = source


def standing(scopes: Scopes, now: int) -> Standing:
    """How the limits of ``scopes`` stand, as far as that can be known here.

    Resets count from ``now``, which is the present moment: stated, so that whoever adds the two gets midnight.
    """
    if _source is not None:
        try:
            return Standing(_source.standing(scopes, now), complete=True)
        except Unanswered:
            pass
    return Standing(_days_from_rollups(scopes, now), complete=False)


def _days_from_rollups(scopes: Scopes, now: int) -> list[LimitState]:
    scopes = tuple(scope for scope in scopes if scope.limits.tokens_per_day is not None)
    used = queries.tokens_of_today([scope.id for scope in scopes])
    return [_day(scope, used[scope.id], now) for scope in scopes]


def _day(scope: Scope, used: int, now: int) -> LimitState:
    per_day, left, bonus_today = scope.limits.tokens_per_day or 0, 0, 0
    if scope.bonus_tokens:
        account = int(scope.id.partition(":")[2])
        left = limits.bonus_left(scope.bonus_tokens, plans.bonus_tokens_drawn([account]).get(account, 0))
        bonus_today = queries.bonus_tokens_in_records(clock.day_of(now), [account]).get(account, 0)
    return LimitState(
        scope.id,
        LimitName.TOKENS_PER_DAY,
        limits.limit_of_day(per_day, bonus_today, left),
        limits.left_of_day(per_day, used, bonus_today, left, 0),
        clock.until_next_day(now),
    )
