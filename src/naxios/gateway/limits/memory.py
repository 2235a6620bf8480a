"""Limits of one process, in a dictionary. Every method runs without an await, so each decision is atomic."""

from naxios.domain import clock, limits
from naxios.domain.limits import LimitName, Limits, Rate
from naxios.domain.stored_usage import StoredUsage
from naxios.gateway.limits import Admitted, LimitState, Refused, Reservation, Scope, Scopes, Settled

CONCURRENCY_WAIT = clock.SECOND
"""When a slot comes free cannot be known; this is what a refused client is told to wait."""

SCOPES_BEFORE_SWEEP = 10_000
"""From this many scopes on, those that hold nothing worth remembering are dropped now and then."""


class _State:
    """What is remembered of one scope. ``recent`` is use before this process, not yet priced into the arrivals.

    ``bonus_used`` is of all time, ``bonus_today`` the part of it that ``used`` holds too. ``plain_before`` is what the
    plan was charged for the day before ``day``, whose last requests may still run.
    """

    __slots__ = (
        "bonus_today",
        "bonus_used",
        "day",
        "plain_before",
        "recent",
        "request_arrival",
        "reserved",
        "running",
        "token_arrival",
        "used",
    )

    def __init__(self, day: int) -> None:
        self.request_arrival = 0
        self.token_arrival = 0
        self.day = day
        self.used = 0
        self.reserved = 0
        self.running = 0
        self.bonus_used = 0
        self.bonus_today = 0
        self.plain_before = 0
        self.recent: list[tuple[int, int]] | None = None

    def turn_to(self, day: int) -> None:
        if day > self.day:
            self.plain_before = self.used - self.bonus_today if day == self.day + 1 else 0
            self.day = day
            self.used = 0
            self.reserved = 0
            self.bonus_today = 0

    def charge(self, tokens: int, day: int, scope: Scope) -> int:
        """Count ``tokens`` of a request that was admitted in ``day``; returns how many of them the bonus takes."""
        bonus = 0
        if scope.bonus_tokens and (per_day := scope.limits.tokens_per_day) is not None and day >= self.day - 1:
            used, bonus_of_day = (self.used, self.bonus_today) if day == self.day else (self.plain_before, 0)
            left = limits.bonus_left(scope.bonus_tokens, self.bonus_used)
            bonus = limits.bonus_share(tokens, per_day, used, bonus_of_day, left)
            self.bonus_used += bonus
        if day == self.day:
            self.used += tokens
            self.bonus_today += bonus
        elif day == self.day - 1:
            self.plain_before += tokens - bonus
        return bonus

    def replay_recent(self, scope_limits: Limits) -> None:
        """Let the requests of the last minute before this process count in the rates."""
        for admitted_at, tokens in self.recent or ():
            if scope_limits.requests_per_minute:
                spent = limits.span(1, scope_limits.requests_per_minute)
                self.request_arrival = max(self.request_arrival, admitted_at) + spent
            if scope_limits.tokens_per_minute:
                spent = limits.span(tokens, scope_limits.tokens_per_minute)
                self.token_arrival = max(self.token_arrival, admitted_at) + spent
        self.recent = None

    def is_idle(self, now: int) -> bool:
        busy = self.running or self.used or self.reserved or self.bonus_used or self.recent
        return not busy and max(self.request_arrival, self.token_arrival) <= now


class MemoryLimiter:
    """The embedded default. See :class:`naxios.gateway.limits.Limiter` for what the methods promise."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}
        self._sweep_at = SCOPES_BEFORE_SWEEP

    async def admit(self, scopes: Scopes, tokens: int, now: int) -> Admitted | Refused:
        if len(self._states) >= self._sweep_at:
            self._forget_idle(now)
        day = clock.day_of(now)
        states = [self._state(scope, now) for scope in scopes]
        taken: list[tuple[_State, Rate, Rate]] = []
        worst: tuple[LimitState, int] | None = None
        for scope, state in zip(scopes, states, strict=True):
            request_rate = _take(state.request_arrival, now, 1, scope.limits.requests_per_minute)
            token_rate = _take(state.token_arrival, now, tokens, scope.limits.tokens_per_minute)
            taken.append((state, request_rate, token_rate))
            for name, wait in _full(state, scope, request_rate, token_rate, tokens, now):
                if worst is None or _is_longer(wait, worst[1]):
                    worst = next(s for s in _standing(scope, state, now) if s.name is name), wait
        if worst is not None:
            return Refused(*worst, _standing_of_all(scopes, states, now))
        for state, request_rate, token_rate in taken:
            state.request_arrival = request_rate.arrival
            state.token_arrival = token_rate.arrival
            state.running += 1
            if state.day == day:  # a clock that was set back over midnight must not reserve what it never settles
                state.reserved += tokens
        arrivals = tuple(token_rate.arrival for _, _, token_rate in taken)
        return Admitted(Reservation(scopes, tokens, day, arrivals), _standing_of_all(scopes, states, now))

    async def settle(self, reservation: Reservation, tokens: int, now: int) -> Settled:
        scopes, bonus_tokens = reservation.scopes, 0
        states = [self._state(scope, now) for scope in scopes]
        for scope, state, taken in zip(scopes, states, reservation.arrivals, strict=True):
            state.running -= 1
            is_of_today = state.day == reservation.day
            if is_of_today:
                state.reserved -= reservation.tokens
            if is_of_today and not scope.bonus_tokens:
                state.used += tokens  # nearly always
            else:
                bonus_tokens += state.charge(tokens, reservation.day, scope)
            if scope.limits.tokens_per_minute:
                state.token_arrival = limits.give_back(
                    state.token_arrival, taken, now, reservation.tokens, tokens, scope.limits.tokens_per_minute
                )
        return Settled(_standing_of_all(scopes, states, now), bonus_tokens)

    async def standing(self, scopes: Scopes, now: int) -> list[LimitState]:
        return _standing_of_all(scopes, [self._state(scope, now) for scope in scopes], now)

    async def restore(self, stored: StoredUsage, now: int) -> None:
        day = clock.day_of(now)
        for use in stored.days:
            if use.day == day:
                for scope_id in (f"account:{use.account_id}", f"key:{use.key_id}"):
                    self._states.setdefault(scope_id, _State(day)).used += use.tokens
        for recent in sorted(stored.recent, key=lambda use: use.admitted_at):
            for scope_id in (f"account:{recent.account_id}", f"key:{recent.key_id}"):
                state = self._states.setdefault(scope_id, _State(day))
                state.recent = state.recent or []
                state.recent.append((recent.admitted_at, recent.tokens))
        for bonus in stored.bonuses:
            state = self._states.setdefault(f"account:{bonus.account_id}", _State(day))
            state.bonus_used = bonus.tokens
            state.bonus_today = bonus.today if bonus.day == day else 0

    async def counted(self, day: int) -> dict[str, int]:
        return {id: state.used for id, state in self._states.items() if state.day == day and state.used}

    async def bonus_used(self, scope: Scope) -> int:
        state = self._states.get(scope.id)
        return 0 if state is None else state.bonus_used

    async def bonuses_used(self) -> dict[str, int]:
        return {id: state.bonus_used for id, state in self._states.items() if state.bonus_used}

    def _state(self, scope: Scope, now: int) -> _State:
        day = clock.day_of(now)
        state = self._states.get(scope.id)
        if state is None:
            state = self._states[scope.id] = _State(day)
        elif state.day != day:
            state.turn_to(day)
        if state.recent is not None:
            state.replay_recent(scope.limits)
        return state

    def _forget_idle(self, now: int) -> None:
        for state in self._states.values():
            state.turn_to(clock.day_of(now))
        self._states = {id: state for id, state in self._states.items() if not state.is_idle(now)}
        self._sweep_at = max(SCOPES_BEFORE_SWEEP, 2 * len(self._states))


def _take(arrival: int, now: int, cost: int, per_minute: int | None) -> Rate:
    return Rate(True, arrival, 0) if per_minute is None else limits.take(arrival, now, cost, per_minute)


def _is_longer(wait: int, other: int) -> bool:
    return other != limits.NEVER and (wait == limits.NEVER or wait > other)


def _full(
    state: _State, scope: Scope, request_rate: Rate, token_rate: Rate, tokens: int, now: int
) -> list[tuple[LimitName, int]]:
    """The limits of one scope without room for the request, each with how long until there is."""
    full, most = [], scope.limits
    if not request_rate.fits:
        full.append((LimitName.REQUESTS_PER_MINUTE, request_rate.wait))
    if not token_rate.fits:
        full.append((LimitName.TOKENS_PER_MINUTE, token_rate.wait))
    if (per_day := most.tokens_per_day) is not None and tokens > _today(state, per_day, scope)[1]:
        too_large = tokens > per_day + limits.bonus_left(scope.bonus_tokens, state.bonus_used)
        full.append((LimitName.TOKENS_PER_DAY, limits.NEVER if too_large else clock.until_next_day(now)))
    if most.concurrency is not None and state.running >= most.concurrency:
        full.append((LimitName.CONCURRENCY, CONCURRENCY_WAIT))
    return full


def _today(state: _State, per_day: int, scope: Scope) -> tuple[int, int]:
    """What the day comes to with the bonus, and what is left of it."""
    if not scope.bonus_tokens and not state.bonus_today:
        left = per_day - state.used - state.reserved  # nearly always: the same without a bonus
        return per_day, left if left > 0 else 0
    left = limits.bonus_left(scope.bonus_tokens, state.bonus_used)
    return (
        limits.limit_of_day(per_day, state.bonus_today, left),
        limits.left_of_day(per_day, state.used, state.bonus_today, left, state.reserved),
    )


def _standing_of_all(scopes: Scopes, states: list[_State], now: int) -> list[LimitState]:
    standing: list[LimitState] = []
    for scope, state in zip(scopes, states, strict=True):
        standing += _standing(scope, state, now)
    return standing


def _standing(scope: Scope, state: _State, now: int) -> list[LimitState]:
    standing = []
    id, most = scope.id, scope.limits
    if (day := most.tokens_per_day) is not None:
        limit, left = _today(state, day, scope)
        standing.append(LimitState(id, LimitName.TOKENS_PER_DAY, limit, left, clock.until_next_day(now)))
    if (requests := most.requests_per_minute) is not None:
        left, reset = _left_this_minute(state.request_arrival, now, requests)
        standing.append(LimitState(id, LimitName.REQUESTS_PER_MINUTE, requests, left, reset))
    if (tokens := most.tokens_per_minute) is not None:
        left, reset = _left_this_minute(state.token_arrival, now, tokens)
        standing.append(LimitState(id, LimitName.TOKENS_PER_MINUTE, tokens, left, reset))
    if (concurrency := most.concurrency) is not None:
        standing.append(LimitState(id, LimitName.CONCURRENCY, concurrency, max(0, concurrency - state.running), 0))
    return standing


def _left_this_minute(arrival: int, now: int, per_minute: int) -> tuple[int, int]:
    """What could be taken now, and how long until the bucket is full again."""
    if arrival <= now:
        return per_minute, 0  # most of the time
    return limits.remaining(arrival, now, per_minute), limits.until_full(arrival, now)
