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

    def is_of(self, scope: Scope) -> bool:
        """Whether it counts in ``scope``, whatever the limits of that are by now."""
        return any(scope.id == own.id for own in self.scopes)


class NaiveLimiter:
    """See :class:`naxios.gateway.limits.Limiter` for what the methods stand for."""

    def __init__(self) -> None:
        self.running: list[Running] = []
        self.used: dict[tuple[str, int], int] = defaultdict(int)
        self.bonus: dict[tuple[str, int], int] = defaultdict(int)
        self.requests_full_at: dict[str, Fraction] = defaultdict(Fraction)
        self.tokens_full_at: dict[str, Fraction] = defaultdict(Fraction)

    def waits(self, scopes: Scopes, tokens: int, now: int) -> list[Wait]:
        """Every limit that has no room for the request, with how long until it has."""
        waits: list[Wait] = []
        for scope in scopes:
            limits = scope.limits
            if limits.tokens_per_day is not None and tokens > self._left_today(scope, now):
                never = tokens > limits.tokens_per_day + self._bonus_left(scope)
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

    def settle(self, request: Running, tokens: int, now: int) -> int:
        """Returns how many of the tokens were charged to a bonus."""
        self.running.remove(request)
        charged = 0
        for scope in request.scopes:
            if (per_day := scope.limits.tokens_per_day) is not None and now // DAY - request.day <= 1:
                bonus = min(
                    self._bonus_left(scope), max(0, tokens - self._left_of_plan(scope.id, request.day, per_day))
                )
                self.bonus[scope.id, request.day] += bonus
                charged += bonus
            self.used[scope.id, request.day] += tokens
            if per_minute := scope.limits.tokens_per_minute:
                not_refilled = max(Fraction(0), request.full_at[scope.id] - now)
                unused = Fraction((request.tokens - tokens) * MINUTE, per_minute)
                self.tokens_full_at[scope.id] -= min(unused, not_refilled)
        return charged

    def standing(self, scopes: Scopes, now: int) -> dict[tuple[str, LimitName], LimitState]:
        states = [state for scope in scopes for state in self._standing(scope, now)]
        return {(state.scope, state.name): state for state in states}

    def counted(self, day: int) -> dict[str, int]:
        return {scope: tokens for (scope, of_day), tokens in self.used.items() if of_day == day and tokens}

    def bonuses_used(self) -> dict[str, int]:
        used: dict[str, int] = defaultdict(int)
        for (scope, _), tokens in self.bonus.items():
            used[scope] += tokens
        return {scope: tokens for scope, tokens in used.items() if tokens}

    def _standing(self, scope: Scope, now: int) -> list[LimitState]:
        limits, states = scope.limits, []
        if limits.tokens_per_day is not None:
            left = max(0, self._left_today(scope, now))
            limit = limits.tokens_per_day + self.bonus[scope.id, now // DAY] + self._bonus_left(scope)
            states.append(LimitState(scope.id, LimitName.TOKENS_PER_DAY, limit, left, DAY - now % DAY))
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
        reserved = sum(request.tokens for request in self.running if request.day == day and request.is_of(scope))
        left = self._left_of_plan(scope.id, day, scope.limits.tokens_per_day) + self._bonus_left(scope)
        return max(0, left - reserved)

    def _left_of_plan(self, scope_id: str, day: int, per_day: int) -> int:
        return max(0, per_day - (self.used[scope_id, day] - self.bonus[scope_id, day]))

    def _bonus_left(self, scope: Scope) -> int:
        return max(0, scope.bonus_tokens - self.bonuses_used().get(scope.id, 0))

    def _count_running(self, scope: Scope) -> int:
        return sum(request.is_of(scope) for request in self.running)


def _wait(full_at: Fraction, now: int, cost: int, per_minute: int) -> int:
    if cost > per_minute:
        return NEVER
    level = per_minute - max(Fraction(0), full_at - now) * per_minute / MINUTE
    missing = cost - level
    return 0 if cost == 0 or missing <= 0 else -(-missing * MINUTE // per_minute).__ceil__()
