"""Whatever becomes of an admitted request: one entry in the journal, and counters that say the same."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from naxios.domain import clock
from naxios.domain.journal import UsageEntry
from naxios.domain.limits import LimitName, Limits
from naxios.domain.principal import Principal
from naxios.domain.usage import Exchanged, ReportedUsage, UsageSource
from naxios.gateway.admit import scopes_of
from naxios.gateway.journal import Journal
from naxios.gateway.limits import Admitted, LimitState, Reservation, Settled
from naxios.gateway.limits.memory import MemoryLimiter
from naxios.gateway.settle import Settlement
from naxios.usage import journal_files
from tests.unit.gateway.builders import model, principal

WHO = principal(plan_limits=Limits(tokens_per_day=100_000, concurrency=2), key_limits=Limits(tokens_per_day=10_000))


class Desk:
    """A limiter and a journal, and requests that are admitted at the first and settled at both."""

    def __init__(self, directory: Path) -> None:
        self.limiter = MemoryLimiter()
        self.journal = Journal(directory)
        self.directory = directory

    def admit(
        self, *, multiplier: int = 1_000_000, context_tokens: int | None = 8_000, who: Principal = WHO
    ) -> Settlement:
        """A request that has reserved 500 tokens and whose prompt has 400 bytes."""
        now = clock.now()
        admitted = asyncio.run(self.limiter.admit(scopes_of(who), 500, now))
        assert isinstance(admitted, Admitted)
        return Settlement(
            request_id="req_1",
            endpoint="chat.completions",
            streamed=True,
            principal=who,
            model=model(multiplier=multiplier),
            reservation=admitted.reservation,
            exchanged=Exchanged(prompt_bytes=400, context_tokens=context_tokens),
            admitted_at=now,
        )

    def settle(self, settlement: Settlement) -> list[LimitState]:
        return asyncio.run(settlement.settle(self.limiter, self.journal))

    def entries(self) -> list[UsageEntry]:
        segment = self.directory / self.journal.segment
        return [
            entry
            for batch in journal_files.read(segment, 0)
            for entry in batch.entries
            if isinstance(entry, UsageEntry)
        ]

    def counted(self) -> dict[str, int]:
        return asyncio.run(self.limiter.counted(clock.day_of(clock.now())))

    def remaining(self, name: LimitName) -> int:
        standing = asyncio.run(self.limiter.standing(scopes_of(WHO), clock.now()))
        return next(state.remaining for state in standing if state.name is name)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.journal.close()


def test_a_delivered_answer_is_recorded_with_everything_that_is_known(desk: Desk) -> None:
    settlement = desk.admit()
    outcome = settlement.outcome
    outcome.status, outcome.delivered, outcome.delivered_bytes = 200, True, 200
    outcome.reported = ReportedUsage(97, 41, 64, 12)
    outcome.provider, outcome.attempts = "p", 2
    outcome.first_byte = settlement._admitted_at + 1_500

    desk.settle(settlement)

    [entry] = desk.entries()
    assert entry == UsageEntry(
        request_id="req_1",
        account_id=17,
        key_id=42,
        model="m",
        provider="p",
        endpoint="chat.completions",
        status=200,
        error="",
        streamed=True,
        input_tokens=97,
        output_tokens=41,
        cached_tokens=64,
        reasoning_tokens=12,
        standard_tokens=138,
        usage_source=UsageSource.REPORTED,
        admitted_at=settlement._admitted_at,
        duration=entry.duration,
        first_byte=1_500,
        attempts=2,
    )
    assert 0 <= entry.duration < clock.MINUTE


@pytest.mark.parametrize(
    ("multiplier", "reported", "tokens"),
    [
        (1_000_000, ReportedUsage(97, 41), 138),
        (2_500_000, ReportedUsage(97, 41), 345),
        (1, ReportedUsage(97, 41), 1),
        (0, ReportedUsage(97, 41), 0),
        (1_000_000, None, 150),
        (1_000_000, ReportedUsage(-1, 10**12), 150),
    ],
)
def test_record_and_counters_say_the_same(
    desk: Desk, multiplier: int, reported: ReportedUsage | None, tokens: int
) -> None:
    settlement = desk.admit(multiplier=multiplier)
    settlement.outcome.delivered, settlement.outcome.delivered_bytes = True, 200
    settlement.outcome.reported = reported

    desk.settle(settlement)

    assert [entry.standard_tokens for entry in desk.entries()] == [tokens]
    assert desk.counted() == ({"account:17": tokens, "key:42": tokens} if tokens else {})
    assert desk.remaining(LimitName.TOKENS_PER_DAY) == 100_000 - tokens


def test_what_was_not_delivered_is_recorded_and_costs_nothing(desk: Desk) -> None:
    settlement = desk.admit()
    settlement.outcome.status, settlement.outcome.error = 502, "provider_error"
    settlement.outcome.reported, settlement.outcome.delivered_bytes = ReportedUsage(97, 41), 200

    desk.settle(settlement)

    [entry] = desk.entries()
    assert (entry.status, entry.error, entry.usage_source) == (502, "provider_error", UsageSource.NONE)
    assert (entry.input_tokens, entry.output_tokens, entry.standard_tokens) == (0, 0, 0)
    assert desk.remaining(LimitName.TOKENS_PER_DAY) == 100_000


def test_a_request_of_which_nobody_noted_an_end_failed_inside(desk: Desk) -> None:
    desk.settle(desk.admit())

    assert desk.entries()[0].status == 500


def test_a_slot_is_free_afterwards(desk: Desk) -> None:
    settlement = desk.admit()
    assert desk.remaining(LimitName.CONCURRENCY) == 1

    desk.settle(settlement)

    assert desk.remaining(LimitName.CONCURRENCY) == 2


def test_the_standing_afterwards_is_told(desk: Desk) -> None:
    settlement = desk.admit()
    settlement.outcome.delivered, settlement.outcome.reported = True, ReportedUsage(97, 41)

    standing = desk.settle(settlement)

    assert [state.remaining for state in standing if state.name is LimitName.TOKENS_PER_DAY] == [99_862, 9_862]


def test_a_request_is_settled_once_however_often_it_is_tried(desk: Desk) -> None:
    settlement = desk.admit()
    settlement.outcome.delivered, settlement.outcome.reported = True, ReportedUsage(97, 41)
    desk.settle(settlement)

    assert desk.settle(settlement) == []

    assert len(desk.entries()) == 1
    assert desk.counted()["account:17"] == 138


def test_time_to_the_first_byte_is_none_without_one_and_never_negative(desk: Desk) -> None:
    for first_byte in (0, 1):
        settlement = desk.admit()
        settlement.outcome.first_byte = first_byte
        desk.settle(settlement)

    assert [entry.first_byte for entry in desk.entries()] == [0, 0]


def test_what_the_bonus_was_charged_is_recorded(desk: Desk) -> None:
    who = principal(plan_limits=Limits(tokens_per_day=500), bonus_tokens=1_000)
    for _ in range(4):
        settlement = desk.admit(who=who)
        settlement.outcome.delivered, settlement.outcome.reported = True, ReportedUsage(97, 103)
        desk.settle(settlement)

    assert [(entry.standard_tokens, entry.bonus_tokens) for entry in desk.entries()] == [
        (200, 0),
        (200, 0),
        (200, 100),
        (200, 200),
    ]
    assert asyncio.run(desk.limiter.bonuses_used()) == {"account:17": 300}


def test_a_limiter_that_fails_loses_no_record(tmp_path: Path) -> None:
    class Broken(MemoryLimiter):
        async def settle(self, reservation: Reservation, tokens: int, now: int) -> Settled:
            raise ConnectionError

    desk = Desk(tmp_path)
    desk.limiter = Broken()
    settlement = desk.admit()
    settlement.outcome.delivered, settlement.outcome.reported = True, ReportedUsage(97, 41)

    with pytest.raises(ConnectionError):
        desk.settle(settlement)

    assert [(entry.standard_tokens, entry.bonus_tokens) for entry in desk.entries()] == [(138, 0)]
    desk.journal.close()


def test_a_request_that_is_cancelled_while_its_limiter_answers_is_recorded(tmp_path: Path) -> None:
    class Slow(MemoryLimiter):
        async def settle(self, reservation: Reservation, tokens: int, now: int) -> Settled:
            await asyncio.sleep(60)
            raise AssertionError("it was to be cancelled")

    desk = Desk(tmp_path)
    desk.limiter = Slow()
    settlement = desk.admit()
    settlement.outcome.delivered, settlement.outcome.reported = True, ReportedUsage(97, 41)

    async def cancelled() -> None:
        task = asyncio.create_task(settlement.settle(desk.limiter, desk.journal))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(cancelled())

    assert [entry.standard_tokens for entry in desk.entries()] == [138]
    desk.journal.close()
