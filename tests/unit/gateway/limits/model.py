"""Limits as one would keep them with a pencil: everything that ever happened, added up again for every question.

Nothing is bounded, nothing is shared with the implementations, and amounts are exact fractions instead of rounded
microseconds. The limits used with it divide a minute evenly, so that rounding makes no difference.
"""

from collections import defaultdict
from fractions import Fraction

from naxios.domain.clock import DAY, MINUTE, SECOND
from naxios.domain.limits import NEVER, LimitName
from naxios.gateway.limits import LimitState, Scope, Scopes

Wait = tuple[int, str, LimitName]


class Running:
    """A request that was admitted and is not settled."""

    def __init__(self, scopes: Scopes, tokens: int, day: int) -> None:
        self.scopes = scopes
        self.tokens = tokens
        self.day = day
        self.full_at: dict[str, Fraction] = {}


class NaiveLimiter:
    """See :class:`naxios.gateway.limits.Limiter` for what the methods stand for."""

    def __init__(self) -> None:
        self.running: list[Running] = []
        self.used: dict[tuple[str, int], int] = defaultdict(int)
        self.requests_full_at: dict[str, Fraction] = defaultdict(Fraction)
        self.tokens_full_at: dict[str, Fraction] = defaultdict(Fraction)

    def waits(self, scopes: Scopes, tokens: int, now: int) -> list[Wait]:
        """Every limit that has no room for the request, with how long until it has."""
        waits: list[Wait] = []
        for scope in scopes:
            limits = scope.limits
            if limits.tokens_per_day is not None and tokens > self._left_today(scope, now):
                never = tokens > limits.tokens_per_day
                waits.append((NEVER if never else DAY - now % DAY, scope.id, LimitName.TOKENS_PER_DAY))
            if limits.requests_per_minute is not None:
                wait = _wait(self.requests_full_at[scope.id], now, 1, limits.requests_per_minute)
                waits.append((wait, scope.id, LimitName.REQUESTS_PER_MINUTE))
            if limits.tokens_per_minute is not None:
                wait = _wait(self.tokens_full_at[scope.id], now, tokens, limits.tokens_per_minute)
                waits.append((wait, scope.id, LimitName.TOKENS_PER_MINUTE))
            if limits.concurrency is not None and self._count_running(scope) >= limits.concurrency:
                waits.append((SECOND, scope.id, LimitName.CONCURRENCY))
        return [wait for wait in waits if wait[0] != 0]

    def admit(self, scopes: Scopes, tokens: int, now: int) -> Running:
        request = Running(scopes, tokens, now // DAY)
        for scope in scopes:
            if per_minute := scope.limits.requests_per_minute:
                full_at = max(self.requests_full_at[scope.id], Fraction(now))
                self.requests_full_at[scope.id] = full_at + Fraction(MINUTE, per_minute)
            if (per_minute := scope.limits.tokens_per_minute) and tokens:
                full_at = max(self.tokens_full_at[scope.id], Fraction(now))
                self.tokens_full_at[scope.id] = full_at + Fraction(tokens * MINUTE, per_minute)
            request.full_at[scope.id] = self.tokens_full_at[scope.id]
        self.running.append(request)
        return request

    def settle(self, request: Running, tokens: int, now: int) -> None:
        self.running.remove(request)
        for scope in request.scopes:
            self.used[scope.id, request.day] += tokens
            if per_minute := scope.limits.tokens_per_minute:
                not_refilled = max(Fraction(0), request.full_at[scope.id] - now)
                unused = Fraction((request.tokens - tokens) * MINUTE, per_minute)
                self.tokens_full_at[scope.id] -= min(unused, not_refilled)

    def standing(self, scopes: Scopes, now: int) -> dict[tuple[str, LimitName], LimitState]:
        states = [state for scope in scopes for state in self._standing(scope, now)]
        return {(state.scope, state.name): state for state in states}

    def counted(self, day: int) -> dict[str, int]:
        return {scope: tokens for (scope, of_day), tokens in self.used.items() if of_day == day and tokens}

    def _standing(self, scope: Scope, now: int) -> list[LimitState]:
        limits, states = scope.limits, []
        if limits.tokens_per_day is not None:
            left = max(0, self._left_today(scope, now))
            states.append(LimitState(scope.id, LimitName.TOKENS_PER_DAY, limits.tokens_per_day, left, DAY - now % DAY))
        for name, per_minute, full_at in (
            (LimitName.REQUESTS_PER_MINUTE, limits.requests_per_minute, self.requests_full_at[scope.id]),
            (LimitName.TOKENS_PER_MINUTE, limits.tokens_per_minute, self.tokens_full_at[scope.id]),
        ):
            if per_minute is not None:
                reset = max(Fraction(0), full_at - now)
                left = max(0, int((MINUTE - reset) * per_minute / MINUTE))
                states.append(LimitState(scope.id, name, per_minute, left, int(reset)))
        if limits.concurrency is not None:
            left = max(0, limits.concurrency - self._count_running(scope))
            states.append(LimitState(scope.id, LimitName.CONCURRENCY, limits.concurrency, left, 0))
        return states

    def _left_today(self, scope: Scope, now: int) -> int:
        assert scope.limits.tokens_per_day is not None
        day = now // DAY
        reserved = sum(request.tokens for request in self.running if request.day == day and scope in request.scopes)
        return max(0, scope.limits.tokens_per_day - self.used[scope.id, day] - reserved)

    def _count_running(self, scope: Scope) -> int:
        return sum(scope in request.scopes for request in self.running)


def _wait(full_at: Fraction, now: int, cost: int, per_minute: int) -> int:
    if cost > per_minute:
        return NEVER
    level = per_minute - max(Fraction(0), full_at - now) * per_minute / MINUTE
    missing = cost - level
    return 0 if cost == 0 or missing <= 0 else -(-missing * MINUTE // per_minute).__ceil__()
