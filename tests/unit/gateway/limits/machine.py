"""A limiter and the naive model of one, side by side through whatever sequence of requests Hypothesis thinks of."""

import asyncio
from contextlib import AbstractAsyncContextManager

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from naxios.domain import clock
from naxios.domain.limits import NEVER, Limits
from naxios.gateway.limits import Admitted, Limiter, Refused, Reservation, Scope
from tests.unit.gateway.limits.conformance import MIDNIGHT, Driven, by_name
from tests.unit.gateway.limits.model import NaiveLimiter, Running

_ACCOUNTS = (
    Scope("account:1", Limits(tokens_per_day=500, requests_per_minute=10, tokens_per_minute=200, concurrency=4)),
    Scope("account:2", Limits(tokens_per_minute=60)),
    Scope("account:3", Limits()),
)
_KEYS = (
    Scope("key:1", Limits(requests_per_minute=6, concurrency=2)),
    Scope("key:2", Limits(tokens_per_day=100, tokens_per_minute=100)),
    Scope("key:3", Limits()),
)
_PAUSES = st.one_of(
    st.integers(1, 3 * clock.SECOND), st.integers(1, 90 * clock.SECOND), st.integers(1, 15 * clock.HOUR)
)
_TOKENS = st.one_of(st.integers(0, 20), st.integers(0, 250))


class LimiterMachine(RuleBasedStateMachine):
    """The comparison; a subclass says how its limiter is opened."""

    running = Bundle("running")

    def open_limiter(self) -> AbstractAsyncContextManager[Limiter]:
        """A limiter that remembers nothing."""
        raise NotImplementedError

    @initialize(before_midnight=st.integers(0, 2 * clock.MINUTE))
    def open(self, before_midnight: int) -> None:
        self.now = MIDNIGHT - before_midnight
        self.model = NaiveLimiter()
        self.bonuses = dict.fromkeys((account.id for account in _ACCOUNTS), 0)
        self.days = {account.id: account.limits.tokens_per_day for account in _ACCOUNTS}
        self._runner = asyncio.Runner()
        self._context = self.open_limiter()
        self.limiter = Driven(self._runner, self._runner.run(self._context.__aenter__()))

    @rule(pause=_PAUSES)
    def wait(self, pause: int) -> None:
        self.now += pause

    @rule(account=st.sampled_from(_ACCOUNTS), tokens_per_day=st.sampled_from([None, 300, 500, 800]))
    def change_the_plan(self, account: Scope, tokens_per_day: int | None) -> None:
        self.days[account.id] = tokens_per_day

    @rule(account=st.sampled_from(_ACCOUNTS), tokens=st.integers(1, 400))
    def give_a_bonus(self, account: Scope, tokens: int) -> None:
        self.bonuses[account.id] += tokens

    @rule(account=st.sampled_from(_ACCOUNTS), tokens=st.integers(1, 400))
    def take_a_bonus_back(self, account: Scope, tokens: int) -> None:
        unused = self.bonuses[account.id] - self.model.bonuses_used().get(account.id, 0)
        self.bonuses[account.id] -= min(tokens, max(0, unused))

    @rule(target=running, account=st.sampled_from(_ACCOUNTS), key=st.sampled_from(_KEYS), tokens=_TOKENS)
    def ask(self, account: Scope, key: Scope, tokens: int) -> object:
        scopes = (self._at_present(account), key)
        full = self.model.waits(scopes, tokens, self.now)

        decision = self.limiter.admit(scopes, tokens, self.now)

        if not full:
            assert isinstance(decision, Admitted), decision
            request = self.model.admit(scopes, tokens, self.now)
            assert by_name(decision.standing) == self.model.standing(scopes, self.now)
            return decision.reservation, request
        assert isinstance(decision, Refused), decision
        longest = NEVER if any(wait == NEVER for wait, *_ in full) else max(wait for wait, *_ in full)
        assert decision.wait == longest
        assert (decision.limit.scope, decision.limit.name) in {
            (scope, name) for wait, scope, name in full if wait == longest
        }
        assert by_name(decision.standing) == self.model.standing(scopes, self.now)
        return None

    @rule(admitted=consumes(running), tokens=_TOKENS)
    def settle(self, admitted: tuple[Reservation, Running] | None, tokens: int) -> None:
        if admitted is None:
            return
        reservation, request = admitted

        charged = self.limiter.charge(reservation, tokens, self.now)

        assert charged == self.model.settle(request, tokens, self.now)
        assert self.limiter.standing(request.scopes, self.now) == self.model.standing(request.scopes, self.now)

    @invariant()
    def both_stand_the_same(self) -> None:
        scopes = (*map(self._at_present, _ACCOUNTS), *_KEYS)
        assert self.limiter.standing(scopes, self.now) == self.model.standing(scopes, self.now)

    @invariant()
    def both_have_counted_the_same(self) -> None:
        day = self.now // clock.DAY
        assert self.limiter.counted(day) == self.model.counted(day)
        assert self.limiter.bonuses_used() == self.model.bonuses_used()

    def _at_present(self, account: Scope) -> Scope:
        limits = msgspec.structs.replace(account.limits, tokens_per_day=self.days[account.id])
        return msgspec.structs.replace(account, limits=limits, bonus_tokens=self.bonuses[account.id])

    def teardown(self) -> None:
        self._runner.run(self._context.__aexit__(None, None, None))
        self._runner.close()


LimiterMachine.TestCase.settings = settings(stateful_step_count=30)
