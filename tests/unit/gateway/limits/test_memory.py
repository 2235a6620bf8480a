"""Limits in memory: everything that limits promise, and that remembering is bounded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from naxios.domain import clock
from naxios.domain.limits import LimitName
from naxios.gateway.limits import Limiter
from naxios.gateway.limits.memory import SCOPES_BEFORE_SWEEP, MemoryLimiter
from tests.unit.gateway.limits.conformance import NOW, Driven, LimiterConformance, account, key
from tests.unit.gateway.limits.machine import LimiterMachine


class TestMemoryLimiter(LimiterConformance):
    @asynccontextmanager
    async def open_limiter(self) -> AsyncIterator[Limiter]:
        yield MemoryLimiter()

    def test_forgetting_idle_scopes_loses_nothing_of_the_request_at_hand(self, limiter: Driven) -> None:
        limiter.standing(tuple(account(id=number) for number in range(10, SCOPES_BEFORE_SWEEP + 9)))
        scopes = (account(concurrency=1), key(concurrency=1))

        running = limiter.reserve(scopes)

        limiter.refusal(scopes)
        limiter.settle(running)
        assert limiter.remaining(scopes, LimitName.CONCURRENCY) == 1

    def test_scopes_in_use_are_not_forgotten(self, limiter: Driven) -> None:
        running = limiter.reserve((account(concurrency=1, id=1),))
        limiter.settle(limiter.reserve((account(id=2),), 10), 10)
        limiter.settle(limiter.reserve((account(requests_per_minute=1, id=3),)))

        limiter.standing(tuple(account(id=number) for number in range(10, SCOPES_BEFORE_SWEEP + 10)))
        limiter.reserve((account(id=4),))

        limiter.refusal((account(concurrency=1, id=1),))
        assert limiter.remaining((account(tokens_per_day=100, id=2),), LimitName.TOKENS_PER_DAY) == 90
        limiter.refusal((account(requests_per_minute=1, id=3),))
        limiter.settle(running)

    def test_what_was_used_of_a_bonus_is_not_forgotten_on_other_days(self, limiter: Driven) -> None:
        scopes, tomorrow = (account(tokens_per_day=100, bonus=50),), NOW + clock.DAY
        limiter.use(scopes, 130)

        limiter.standing(tuple(account(id=number) for number in range(10, SCOPES_BEFORE_SWEEP + 10)), tomorrow)
        limiter.reserve((account(id=4),), now=tomorrow)

        assert limiter.bonus_used(scopes[0]) == 30
        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY, tomorrow) == 120


class MemoryMachine(LimiterMachine):
    @asynccontextmanager
    async def open_limiter(self) -> AsyncIterator[Limiter]:
        yield MemoryLimiter()


TestMemoryLimiterAgainstAModel = MemoryMachine.TestCase
