"""What every implementation of :class:`naxios.gateway.limits.Limiter` has to do, whatever it keeps its counts in.

An implementation passes when a subclass of :class:`LimiterConformance` that opens it passes, and a subclass of
:class:`tests.unit.gateway.limits.machine.LimiterMachine`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from naxios.domain import clock, limits
from naxios.domain.limits import LimitName, Limits
from naxios.domain.stored_usage import BonusUsed, RecentUse, StoredUsage, TokensOfDay
from naxios.gateway.limits import Admitted, Limiter, LimitState, Refused, Reservation, Scope, Scopes

DAY = 20_000
MIDNIGHT = DAY * clock.DAY
NOW = MIDNIGHT + 12 * clock.HOUR
YESTERDAY = NOW - clock.DAY

Standing = dict[tuple[str, LimitName], LimitState]


class Driven:
    """A limiter whose coroutines run to their end, one after another, in one event loop."""

    def __init__(self, runner: asyncio.Runner, limiter: Limiter) -> None:
        self._runner = runner
        self._limiter = limiter

    def admit(self, scopes: Scopes, tokens: int = 0, now: int = NOW) -> Admitted | Refused:
        return self._runner.run(self._limiter.admit(scopes, tokens, now))

    def admit_at_once(self, scopes: Scopes, tokens: int, times: int, now: int = NOW) -> list[Admitted | Refused]:
        """The same request several times, none waiting for another."""

        async def all_of_them() -> list[Admitted | Refused]:
            return list(await asyncio.gather(*(self._limiter.admit(scopes, tokens, now) for _ in range(times))))

        return self._runner.run(all_of_them())

    def reserve(self, scopes: Scopes, tokens: int = 0, now: int = NOW) -> Reservation:
        """The reservation of a request that has to be admitted."""
        decision = self.admit(scopes, tokens, now)
        assert isinstance(decision, Admitted), decision
        return decision.reservation

    def refusal(self, scopes: Scopes, tokens: int = 0, now: int = NOW) -> Refused:
        """The refusal of a request that has to be refused."""
        decision = self.admit(scopes, tokens, now)
        assert isinstance(decision, Refused), decision
        return decision

    def settle(self, reservation: Reservation, tokens: int = 0, now: int = NOW) -> Standing:
        return by_name(self._runner.run(self._limiter.settle(reservation, tokens, now)).standing)

    def charge(self, reservation: Reservation, tokens: int, now: int = NOW) -> int:
        """Settle, and how many of the tokens the bonus took."""
        return self._runner.run(self._limiter.settle(reservation, tokens, now)).bonus_tokens

    def use(self, scopes: Scopes, tokens: int, now: int = NOW) -> int:
        """A request that uses what it has reserved; how many of its tokens the bonus took."""
        return self.charge(self.reserve(scopes, tokens, now), tokens, now)

    def standing(self, scopes: Scopes, now: int = NOW) -> Standing:
        return by_name(self._runner.run(self._limiter.standing(scopes, now)))

    def remaining(self, scopes: Scopes, name: LimitName, now: int = NOW) -> int:
        """What remains of the limit ``name`` of the first scope."""
        return self.standing(scopes, now)[scopes[0].id, name].remaining

    def restore(self, stored: StoredUsage, now: int = NOW) -> None:
        self._runner.run(self._limiter.restore(stored, now))

    def bonus_used(self, scope: Scope) -> int:
        return self._runner.run(self._limiter.bonus_used(scope))

    def bonuses_used(self) -> dict[str, int]:
        return self._runner.run(self._limiter.bonuses_used())

    def counted(self, day: int = DAY) -> dict[str, int]:
        return self._runner.run(self._limiter.counted(day))


def by_name(states: list[LimitState]) -> Standing:
    """Standing by scope and limit; no limit is told twice."""
    standing = {(state.scope, state.name): state for state in states}
    assert len(standing) == len(states)
    return standing


def account(
    tokens_per_day: int | None = None,
    requests_per_minute: int | None = None,
    tokens_per_minute: int | None = None,
    concurrency: int | None = None,
    id: int = 1,
    bonus: int = 0,
) -> Scope:
    return Scope(f"account:{id}", Limits(tokens_per_day, requests_per_minute, tokens_per_minute, concurrency), bonus)


def key(
    tokens_per_day: int | None = None,
    requests_per_minute: int | None = None,
    tokens_per_minute: int | None = None,
    concurrency: int | None = None,
    id: int = 1,
) -> Scope:
    return Scope(f"key:{id}", Limits(tokens_per_day, requests_per_minute, tokens_per_minute, concurrency))


FULL = {
    LimitName.TOKENS_PER_DAY: Limits(tokens_per_day=100),
    LimitName.REQUESTS_PER_MINUTE: Limits(requests_per_minute=1),
    LimitName.TOKENS_PER_MINUTE: Limits(tokens_per_minute=100),
    LimitName.CONCURRENCY: Limits(concurrency=1),
}
"""Limits that one request of 100 tokens exhausts."""

GENEROUS = Limits(tokens_per_day=10_000, requests_per_minute=600, tokens_per_minute=6_000, concurrency=10)


class LimiterConformance:
    """The tests; a subclass says how its limiter is opened."""

    def open_limiter(self) -> AbstractAsyncContextManager[Limiter]:
        """A limiter that remembers nothing."""
        raise NotImplementedError

    @pytest.fixture
    def limiter(self) -> Iterator[Driven]:
        with asyncio.Runner() as runner:
            context = self.open_limiter()
            yield Driven(runner, runner.run(context.__aenter__()))
            runner.run(context.__aexit__(None, None, None))

    # What is admitted

    def test_a_request_that_fits_is_taken_from_every_limit_of_every_scope(self, limiter: Driven) -> None:
        scopes = (Scope("account:1", GENEROUS), Scope("key:1", GENEROUS))

        decision = limiter.admit(scopes, 100)

        assert isinstance(decision, Admitted)
        assert by_name(decision.standing) == limiter.standing(scopes)
        for scope in ("account:1", "key:1"):
            assert _remaining(limiter.standing(scopes), scope) == {
                LimitName.TOKENS_PER_DAY: 9_900,
                LimitName.REQUESTS_PER_MINUTE: 599,
                LimitName.TOKENS_PER_MINUTE: 5_900,
                LimitName.CONCURRENCY: 9,
            }

    def test_a_scope_without_limits_admits_everything_and_tells_of_none(self, limiter: Driven) -> None:
        scopes = (account(), key())

        decision = limiter.admit(scopes, 10**15)

        assert isinstance(decision, Admitted)
        assert decision.standing == []

    def test_a_scope_that_was_never_heard_of_is_whole(self, limiter: Driven) -> None:
        standing = limiter.standing((Scope("key:7", GENEROUS),))

        assert standing == {
            ("key:7", LimitName.TOKENS_PER_DAY): LimitState(
                "key:7", LimitName.TOKENS_PER_DAY, 10_000, 10_000, 12 * clock.HOUR
            ),
            ("key:7", LimitName.REQUESTS_PER_MINUTE): LimitState("key:7", LimitName.REQUESTS_PER_MINUTE, 600, 600, 0),
            ("key:7", LimitName.TOKENS_PER_MINUTE): LimitState("key:7", LimitName.TOKENS_PER_MINUTE, 6_000, 6_000, 0),
            ("key:7", LimitName.CONCURRENCY): LimitState("key:7", LimitName.CONCURRENCY, 10, 10, 0),
        }

    def test_asking_for_the_standing_takes_nothing(self, limiter: Driven) -> None:
        scopes = (account(100, 1, 100, 1), key(100, 1, 100, 1))

        assert limiter.standing(scopes) == limiter.standing(scopes)
        limiter.reserve(scopes, 100)

    def test_keys_share_the_limits_of_their_account(self, limiter: Driven) -> None:
        limiter.reserve((account(requests_per_minute=2), key(id=1)))
        limiter.reserve((account(requests_per_minute=2), key(id=2)))

        refused = limiter.refusal((account(requests_per_minute=2), key(id=3)))

        assert refused.limit.scope == "account:1"

    def test_the_limits_of_a_key_are_its_own(self, limiter: Driven) -> None:
        limiter.reserve((account(), key(requests_per_minute=1, id=1)))

        limiter.reserve((account(), key(requests_per_minute=1, id=2)))

    def test_a_request_of_no_tokens_fits_however_much_was_used(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, tokens_per_minute=100),)
        limiter.settle(limiter.reserve(scopes, 100), 500)

        limiter.reserve(scopes, 0)

    @pytest.mark.parametrize("name", list(LimitName))
    def test_of_requests_at_the_same_time_no_more_are_admitted_than_fit(self, limiter: Driven, name: LimitName) -> None:
        fits_three = {
            LimitName.TOKENS_PER_DAY: Limits(tokens_per_day=300),
            LimitName.REQUESTS_PER_MINUTE: Limits(requests_per_minute=3),
            LimitName.TOKENS_PER_MINUTE: Limits(tokens_per_minute=300),
            LimitName.CONCURRENCY: Limits(concurrency=3),
        }

        decisions = limiter.admit_at_once((account(), Scope("key:1", fits_three[name])), 100, times=10)

        assert sum(isinstance(decision, Admitted) for decision in decisions) == 3

    # What is refused

    @pytest.mark.parametrize("refusing", ["account:1", "key:1"])
    @pytest.mark.parametrize("name", list(LimitName))
    def test_a_refusal_by_one_limit_leaves_every_other_untouched(
        self, limiter: Driven, refusing: str, name: LimitName
    ) -> None:
        other = "key:1" if refusing == "account:1" else "account:1"
        limiter.reserve((Scope(refusing, FULL[name]),), 100)
        scopes = tuple(
            sorted((Scope(refusing, _with(GENEROUS, FULL[name])), Scope(other, GENEROUS)), key=lambda scope: scope.id)
        )
        before = limiter.standing(scopes)

        refused = limiter.refusal(scopes, 100)

        assert (refused.limit.scope, refused.limit.name) == (refusing, name)
        assert refused.limit == before[refusing, name]
        assert by_name(refused.standing) == before
        assert limiter.standing(scopes) == before
        assert limiter.counted() == {}

    @pytest.mark.parametrize(
        ("scopes", "tokens", "named"),
        [
            ((account(concurrency=1, requests_per_minute=1),), 100, ("account:1", LimitName.REQUESTS_PER_MINUTE)),
            ((account(concurrency=1, tokens_per_minute=100),), 100, ("account:1", LimitName.TOKENS_PER_MINUTE)),
            (
                (account(requests_per_minute=1, tokens_per_minute=150),),
                100,
                ("account:1", LimitName.REQUESTS_PER_MINUTE),
            ),
            ((account(tokens_per_day=100, requests_per_minute=1),), 100, ("account:1", LimitName.TOKENS_PER_DAY)),
            ((account(tokens_per_day=100, concurrency=1),), 100, ("account:1", LimitName.TOKENS_PER_DAY)),
            ((account(requests_per_minute=1), key(tokens_per_day=100)), 100, ("key:1", LimitName.TOKENS_PER_DAY)),
            ((account(tokens_per_day=100), key(requests_per_minute=1)), 100, ("account:1", LimitName.TOKENS_PER_DAY)),
            ((account(tokens_per_day=100), key(tokens_per_minute=150)), 101, ("account:1", LimitName.TOKENS_PER_DAY)),
            ((account(tokens_per_day=150), key(tokens_per_minute=100)), 101, ("key:1", LimitName.TOKENS_PER_MINUTE)),
            (
                (account(tokens_per_minute=100), key(tokens_per_day=150)),
                101,
                ("account:1", LimitName.TOKENS_PER_MINUTE),
            ),
        ],
    )
    def test_a_refusal_names_the_limit_that_takes_longest(
        self, limiter: Driven, scopes: Scopes, tokens: int, named: tuple[str, LimitName]
    ) -> None:
        limiter.reserve(scopes, 100)

        refused = limiter.refusal(scopes, tokens)

        assert (refused.limit.scope, refused.limit.name) == named

    @pytest.mark.parametrize("name", [LimitName.TOKENS_PER_DAY, LimitName.TOKENS_PER_MINUTE])
    def test_a_request_larger_than_a_limit_never_fits(self, limiter: Driven, name: LimitName) -> None:
        refused = limiter.refusal((Scope("account:1", FULL[name]),), 101)

        assert refused.wait == limits.NEVER
        assert refused.limit.remaining == 100

    @pytest.mark.parametrize(
        ("limit", "wait"),
        [
            (Limits(requests_per_minute=1), clock.MINUTE),
            (Limits(requests_per_minute=7), None),
            (Limits(tokens_per_minute=100), clock.MINUTE),
            (Limits(tokens_per_minute=170), None),
            (Limits(tokens_per_day=100), 12 * clock.HOUR),
        ],
    )
    def test_the_wait_is_exact(self, limiter: Driven, limit: Limits, wait: int | None) -> None:
        scopes = (Scope("account:1", limit),)
        while isinstance(decision := limiter.admit(scopes, 100), Admitted):
            pass
        refused = limiter.refusal(scopes, 100)

        assert refused == decision
        assert wait is None or refused.wait == wait
        limiter.refusal(scopes, 100, NOW + refused.wait - 1)
        limiter.reserve(scopes, 100, NOW + refused.wait)

    def test_a_slot_is_free_again_once_a_request_is_settled(self, limiter: Driven) -> None:
        scopes = (account(concurrency=2),)
        first = limiter.reserve(scopes)
        limiter.reserve(scopes)
        assert limiter.refusal(scopes).wait == clock.SECOND

        limiter.settle(first)

        limiter.reserve(scopes)
        limiter.refusal(scopes)

    def test_a_slot_that_is_held_for_long_stays_taken(self, limiter: Driven) -> None:
        scopes = (account(concurrency=1),)
        limiter.reserve(scopes)

        limiter.refusal(scopes, now=NOW + 2 * clock.DAY)

    # What is settled

    @pytest.mark.parametrize("used", [0, 40, 100, 250])
    def test_a_reservation_becomes_what_was_used(self, limiter: Driven, used: int) -> None:
        scopes = (account(tokens_per_day=1_000, tokens_per_minute=600), key(tokens_per_day=500))

        standing = limiter.settle(limiter.reserve(scopes, 100), used)

        assert standing == limiter.standing(scopes)
        assert standing["account:1", LimitName.TOKENS_PER_DAY].remaining == 1_000 - used
        assert standing["account:1", LimitName.TOKENS_PER_MINUTE].remaining == 600 - used
        assert standing["key:1", LimitName.TOKENS_PER_DAY].remaining == 500 - used

    def test_a_settled_request_still_counts_as_one(self, limiter: Driven) -> None:
        scopes = (account(requests_per_minute=1),)
        limiter.settle(limiter.reserve(scopes))

        limiter.refusal(scopes)

    def test_using_more_than_reserved_is_made_up_for_before_anything_else_fits(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_minute=60),)
        limiter.settle(limiter.reserve(scopes, 1), 120)

        refused = limiter.refusal(scopes, 1)

        assert refused.limit.remaining == 0
        assert refused.wait == clock.MINUTE + clock.SECOND

    def test_nothing_ever_remains_below_zero(self, limiter: Driven) -> None:
        scopes = (account(100, 1, 100, 1), key(100, 1, 100, 1))
        running = limiter.reserve(scopes, 100)
        limiter.settle(running, 10_000)

        assert min(state.remaining for state in limiter.standing(scopes).values()) == 0

    def test_a_lowered_limit_holds_for_what_is_used_already(self, limiter: Driven) -> None:
        limiter.settle(limiter.reserve((account(tokens_per_day=1_000, concurrency=5),), 100), 100)
        limiter.reserve((account(tokens_per_day=1_000, concurrency=5),), 50)

        lowered = limiter.standing((account(tokens_per_day=120, concurrency=1),))

        assert {state.remaining for state in lowered.values()} == {0}

    def test_a_limit_that_is_new_holds_for_what_is_used_already(self, limiter: Driven) -> None:
        limiter.settle(limiter.reserve((account(),), 100), 100)

        assert limiter.remaining((account(tokens_per_day=1_000),), LimitName.TOKENS_PER_DAY) == 900

    def test_what_a_minute_has_refilled_is_not_given_back_once_more(self, limiter: Driven) -> None:
        """Old reservations must not add up to a second bucket beside the one that is full again."""
        scopes = (account(tokens_per_minute=60),)
        old = limiter.reserve(scopes, 60)
        limiter.reserve(scopes, 60, NOW + clock.MINUTE)

        limiter.settle(old, 0, NOW + clock.MINUTE)

        limiter.refusal(scopes, 1, NOW + clock.MINUTE)

    def test_reservations_that_run_side_by_side_are_given_back_whole(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_minute=60),)
        running = [limiter.reserve(scopes, 20) for _ in range(3)]

        for reservation in running:
            limiter.settle(reservation, 0, NOW + 1)

        assert limiter.remaining(scopes, LimitName.TOKENS_PER_MINUTE, NOW + 1) == 60

    # Days

    def test_a_new_day_begins_whole(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100),)
        limiter.settle(limiter.reserve(scopes, 100, MIDNIGHT - 1), 100, MIDNIGHT - 1)
        assert limiter.refusal(scopes, 1, MIDNIGHT - 1).wait == 1

        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY, MIDNIGHT) == 100

        limiter.reserve(scopes, 100, MIDNIGHT)

    def test_what_still_runs_at_midnight_counts_in_the_day_in_which_it_began(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, concurrency=1),)
        running = limiter.reserve(scopes, 60, MIDNIGHT - 1)

        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY, MIDNIGHT) == 100
        assert limiter.remaining(scopes, LimitName.CONCURRENCY, MIDNIGHT) == 0
        limiter.settle(running, 80, MIDNIGHT + 1)

        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY, MIDNIGHT + 1) == 100
        assert limiter.remaining(scopes, LimitName.CONCURRENCY, MIDNIGHT + 1) == 1
        assert limiter.counted(DAY) == {}

    def test_the_bucket_of_a_minute_knows_no_midnight(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_minute=60),)
        limiter.reserve(scopes, 60, MIDNIGHT - 1)

        assert limiter.remaining(scopes, LimitName.TOKENS_PER_MINUTE, MIDNIGHT) == 0

    def test_a_clock_set_back_over_midnight_leaves_nothing_reserved(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, concurrency=1),)
        limiter.settle(limiter.reserve(scopes, 10, MIDNIGHT + 1), 10, MIDNIGHT + 1)

        limiter.settle(limiter.reserve(scopes, 50, MIDNIGHT - 1), 50, MIDNIGHT + 2)

        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY, MIDNIGHT + 3) == 90
        assert limiter.remaining(scopes, LimitName.CONCURRENCY, MIDNIGHT + 3) == 1

    # Bonus tokens

    def test_a_bonus_extends_the_day_of_the_account(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50), key())

        day = limiter.standing(scopes)["account:1", LimitName.TOKENS_PER_DAY]

        assert (day.limit, day.remaining, day.reset) == (150, 150, 12 * clock.HOUR)
        limiter.reserve(scopes, 150)
        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY) == 0
        assert limiter.refusal(scopes, 1).limit.name is LimitName.TOKENS_PER_DAY

    def test_the_plan_is_used_up_before_the_bonus(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)

        assert [limiter.use(scopes, tokens) for tokens in (60, 40, 20, 30)] == [0, 0, 20, 30]

        assert limiter.bonus_used(scopes[0]) == 50
        assert limiter.counted() == {"account:1": 150}
        limiter.refusal(scopes, 1)

    def test_a_request_may_take_from_both(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)
        limiter.use(scopes, 90)

        assert limiter.use(scopes, 30) == 20

        day = limiter.standing(scopes)["account:1", LimitName.TOKENS_PER_DAY]
        assert (day.limit, day.remaining) == (150, 30)

    def test_what_is_reserved_and_not_used_is_not_charged_to_the_bonus(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)
        running = limiter.reserve(scopes, 140)

        assert limiter.charge(running, 100) == 0
        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY) == 50

    def test_what_others_hold_reserved_does_not_push_a_request_into_the_bonus(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)
        first, second = limiter.reserve(scopes, 100), limiter.reserve(scopes, 50)

        assert limiter.charge(second, 50) == 0
        assert limiter.charge(first, 100) == 50

    def test_what_goes_beyond_the_bonus_as_well_overdraws_the_plan(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)

        assert limiter.charge(limiter.reserve(scopes, 150), 400) == 50

        day = limiter.standing(scopes)["account:1", LimitName.TOKENS_PER_DAY]
        assert (day.limit, day.remaining) == (150, 0)
        assert limiter.counted() == {"account:1": 400}
        granted = (account(tokens_per_day=100, bonus=60),)
        assert limiter.remaining(granted, LimitName.TOKENS_PER_DAY) == 10  # an overdraft does not eat it

    def test_a_larger_plan_has_room_of_its_own_whatever_the_bonus_gave_today(self, limiter: Driven) -> None:
        limiter.use((account(tokens_per_day=100, bonus=50),), 130)
        larger = (account(tokens_per_day=200, bonus=50),)

        day = limiter.standing(larger)["account:1", LimitName.TOKENS_PER_DAY]

        assert (day.limit, day.remaining) == (250, 120)
        assert limiter.use(larger, 90) == 0
        assert limiter.use(larger, 30) == 20

    def test_a_bonus_is_used_up_once_and_not_anew_every_day(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)
        limiter.use(scopes, 120)
        tomorrow = NOW + clock.DAY

        day = limiter.standing(scopes, tomorrow)["account:1", LimitName.TOKENS_PER_DAY]

        assert (day.limit, day.remaining) == (130, 130)
        assert limiter.use(scopes, 130, tomorrow) == 30
        limiter.refusal(scopes, 1, tomorrow)
        assert limiter.remaining(scopes, LimitName.TOKENS_PER_DAY, tomorrow + clock.DAY) == 100

    def test_keys_share_the_bonus_of_their_account_and_have_none_of_their_own(self, limiter: Driven) -> None:
        of_account = account(tokens_per_day=100, bonus=50)

        assert limiter.use((of_account, key(id=1)), 120) == 20
        assert limiter.use((of_account, key(id=2)), 30) == 30

        assert limiter.bonuses_used() == {"account:1": 50}

    def test_the_limit_of_a_key_holds_whatever_the_bonus(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=1_000), key(tokens_per_day=110))
        limiter.use(scopes, 110)

        assert limiter.refusal(scopes, 1).limit.scope == "key:1"

    def test_an_unlimited_day_takes_nothing_of_a_bonus(self, limiter: Driven) -> None:
        scopes = (account(bonus=50),)

        assert limiter.use(scopes, 1_000) == 0

        assert limiter.bonuses_used() == {}
        limited = (account(tokens_per_day=1_000, bonus=50),)
        assert limiter.use(limited, 50) == 50

    def test_a_bonus_that_is_given_later_counts_on_top_of_what_is_used(self, limiter: Driven) -> None:
        limiter.use((account(tokens_per_day=100),), 100)

        assert limiter.use((account(tokens_per_day=100, bonus=50),), 30) == 30

        assert limiter.remaining((account(tokens_per_day=100, bonus=90),), LimitName.TOKENS_PER_DAY) == 60

    def test_what_is_used_of_a_bonus_that_was_taken_back_stays_used(self, limiter: Driven) -> None:
        limiter.use((account(tokens_per_day=100, bonus=50),), 130)
        taken_back = (account(tokens_per_day=100, bonus=30),)

        day = limiter.standing(taken_back)["account:1", LimitName.TOKENS_PER_DAY]

        assert (day.limit, day.remaining) == (130, 0)
        assert limiter.remaining(taken_back, LimitName.TOKENS_PER_DAY, NOW + clock.DAY) == 100

    def test_fewer_tokens_granted_than_used_leave_none_and_never_less(self, limiter: Driven) -> None:
        limiter.use((account(tokens_per_day=100, bonus=50),), 130)
        behind = (account(tokens_per_day=100, bonus=10),)

        assert limiter.remaining(behind, LimitName.TOKENS_PER_DAY) == 0
        assert limiter.use(behind, 100, NOW + clock.DAY) == 0

    @pytest.mark.parametrize(("tokens", "wait"), [(150, 12 * clock.HOUR), (151, limits.NEVER)])
    def test_a_request_that_fits_no_day_with_what_is_left_of_the_bonus_never_fits(
        self, limiter: Driven, tokens: int, wait: int
    ) -> None:
        scopes = (account(tokens_per_day=100, bonus=90),)
        limiter.use(scopes, 140)

        assert limiter.refusal(scopes, tokens).wait == wait

    def test_what_still_runs_at_midnight_takes_the_bonus_that_its_own_day_needs(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)
        limiter.use(scopes, 70, MIDNIGHT - 2)
        first, second = limiter.reserve(scopes, 40, MIDNIGHT - 1), limiter.reserve(scopes, 40, MIDNIGHT - 1)

        assert limiter.charge(first, 40, MIDNIGHT + 1) == 10
        assert limiter.charge(second, 40, MIDNIGHT + 1) == 40

        day = limiter.standing(scopes, MIDNIGHT + 1)["account:1", LimitName.TOKENS_PER_DAY]
        assert (day.limit, day.remaining) == (100, 100)

    def test_what_runs_for_longer_than_a_day_takes_no_bonus(self, limiter: Driven) -> None:
        scopes = (account(tokens_per_day=100, bonus=50),)
        running = limiter.reserve(scopes, 120, NOW - 2 * clock.DAY)

        assert limiter.charge(running, 120, NOW) == 0

    def test_a_bonus_goes_on_where_earlier_processes_left_it(self, limiter: Driven) -> None:
        limiter.restore(StoredUsage(days=(TokensOfDay(1, 1, DAY, 120),), bonuses=(BonusUsed(1, 35, DAY, 20),)))
        scopes = (account(tokens_per_day=100, bonus=50), key())

        day = limiter.standing(scopes)["account:1", LimitName.TOKENS_PER_DAY]

        assert (day.limit, day.remaining) == (135, 15)
        assert limiter.bonuses_used() == {"account:1": 35}
        assert limiter.use(scopes, 15) == 15

    def test_a_bonus_that_was_used_on_other_days_is_used(self, limiter: Driven) -> None:
        limiter.restore(StoredUsage(bonuses=(BonusUsed(1, 35, DAY - 1, 20),)))

        day = limiter.standing((account(tokens_per_day=100, bonus=50),))["account:1", LimitName.TOKENS_PER_DAY]

        assert (day.limit, day.remaining) == (115, 115)

    def test_an_account_without_use_of_a_bonus_has_used_none(self, limiter: Driven) -> None:
        limiter.use((account(tokens_per_day=100, bonus=50),), 100)

        assert limiter.bonus_used(account()) == 0
        assert limiter.bonus_used(account(id=2)) == 0
        assert limiter.bonuses_used() == {}

    # What earlier processes recorded

    def test_tokens_of_the_day_go_on_where_they_were(self, limiter: Driven) -> None:
        limiter.restore(
            StoredUsage(days=(TokensOfDay(1, 1, DAY, 30), TokensOfDay(1, 2, DAY, 20), TokensOfDay(9, 3, DAY, 5)))
        )

        scopes = (account(tokens_per_day=100), key(tokens_per_day=40, id=1), key(tokens_per_day=40, id=2))
        assert [state.remaining for state in limiter.standing(scopes).values()] == [50, 10, 20]
        assert limiter.counted() == {"account:1": 50, "key:1": 30, "key:2": 20, "account:9": 5, "key:3": 5}

    def test_tokens_of_other_days_are_past(self, limiter: Driven) -> None:
        limiter.restore(StoredUsage(days=(TokensOfDay(1, 1, DAY - 1, 30), TokensOfDay(1, 1, DAY + 1, 30))))

        assert limiter.remaining((account(tokens_per_day=100),), LimitName.TOKENS_PER_DAY) == 100
        assert limiter.counted() == {}

    def test_restored_tokens_end_with_their_day(self, limiter: Driven) -> None:
        limiter.restore(StoredUsage(days=(TokensOfDay(1, 1, DAY, 30),)))

        assert limiter.remaining((account(tokens_per_day=100),), LimitName.TOKENS_PER_DAY, NOW + clock.DAY) == 100

    def test_the_last_minute_counts_in_the_rates_of_account_and_key(self, limiter: Driven) -> None:
        ago = [NOW - 10 * clock.SECOND, NOW - 20 * clock.SECOND, NOW - 30 * clock.SECOND]
        limiter.restore(StoredUsage(recent=tuple(RecentUse(1, 1, at, 20) for at in ago)))

        standing = limiter.standing((account(requests_per_minute=3, tokens_per_minute=60), key(requests_per_minute=4)))

        assert standing["account:1", LimitName.REQUESTS_PER_MINUTE].remaining == 1
        assert standing["account:1", LimitName.REQUESTS_PER_MINUTE].reset == 30 * clock.SECOND
        assert standing["account:1", LimitName.TOKENS_PER_MINUTE].remaining == 30
        assert standing["key:1", LimitName.REQUESTS_PER_MINUTE].remaining == 3

    def test_nothing_that_was_restored_is_running(self, limiter: Driven) -> None:
        limiter.restore(StoredUsage(recent=(RecentUse(1, 1, NOW - 1, 20),)))

        assert limiter.remaining((account(concurrency=2),), LimitName.CONCURRENCY) == 2

    def test_restoring_nothing_leaves_everything_whole(self, limiter: Driven) -> None:
        limiter.restore(StoredUsage())

        assert limiter.counted() == {}
        limiter.reserve((account(100, 1, 100, 1),), 100)

    # What is counted

    def test_only_settled_tokens_are_counted(self, limiter: Driven) -> None:
        settled = limiter.reserve((account(), key()), 100)
        limiter.reserve((account(), key(id=2)), 70)

        limiter.settle(settled, 40)

        assert limiter.counted() == {"account:1": 40, "key:1": 40}

    def test_only_the_day_that_was_asked_for_is_counted(self, limiter: Driven) -> None:
        limiter.settle(limiter.reserve((account(),), 100), 40)

        assert limiter.counted(DAY - 1) == {}
        assert limiter.counted(DAY + 1) == {}


def _with(base: Limits, other: Limits) -> Limits:
    """``base`` with the limits that ``other`` sets."""
    names = Limits.__struct_fields__
    chosen = {name: getattr(other, name) if getattr(other, name) is not None else getattr(base, name) for name in names}
    return Limits(**chosen)


def _remaining(standing: Standing, scope: str) -> dict[LimitName, int]:
    return {name: state.remaining for (id, name), state in standing.items() if id == scope}
