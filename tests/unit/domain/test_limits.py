"""The arithmetic of rates, a bucket that refills within a minute, to the microsecond; and that of bonus tokens."""

from fractions import Fraction
from itertools import accumulate, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain import limits
from naxios.domain.clock import MINUTE, SECOND

NOW = 1_800_000_000_000_000
PER_MINUTE = st.integers(1, 10_000_000)
ARRIVALS = st.integers(NOW - 2 * MINUTE, NOW + MINUTE)


def test_a_full_bucket_holds_a_whole_minute() -> None:
    assert limits.take(0, NOW, 60, 60) == limits.Rate(fits=True, arrival=NOW + MINUTE, wait=0)
    assert limits.remaining(0, NOW, 60) == 60


def test_an_empty_bucket_refills_one_by_one() -> None:
    emptied = limits.take(0, NOW, 60, 60).arrival

    assert limits.remaining(emptied, NOW, 60) == 0
    assert limits.remaining(emptied, NOW + SECOND - 1, 60) == 0
    assert limits.remaining(emptied, NOW + SECOND, 60) == 1
    assert limits.until_full(emptied, NOW + SECOND) == 59 * SECOND


def test_a_cost_above_the_whole_bucket_never_fits() -> None:
    rate = limits.take(0, NOW, 61, 60)

    assert not rate.fits
    assert rate.wait == limits.NEVER


@given(ARRIVALS, PER_MINUTE)
def test_nothing_costs_nothing_however_empty_the_bucket(arrival: int, per_minute: int) -> None:
    assert limits.take(arrival, NOW, 0, per_minute) == limits.Rate(fits=True, arrival=arrival, wait=0)


@given(ARRIVALS, PER_MINUTE, st.data())
def test_the_wait_is_exact(arrival: int, per_minute: int, data: st.DataObject) -> None:
    cost = data.draw(st.integers(1, per_minute))
    rate = limits.take(arrival, NOW, cost, per_minute)

    assert limits.take(arrival, NOW + rate.wait, cost, per_minute).fits
    if not rate.fits:
        assert not limits.take(arrival, NOW + rate.wait - 1, cost, per_minute).fits


@given(ARRIVALS, PER_MINUTE)
def test_what_remains_fits_and_one_more_does_not(arrival: int, per_minute: int) -> None:
    remaining = limits.remaining(arrival, NOW, per_minute)

    assert 0 <= remaining <= per_minute
    assert limits.take(arrival, NOW, remaining, per_minute).fits
    assert not limits.take(arrival, NOW, remaining + 1, per_minute).fits


@given(ARRIVALS, PER_MINUTE)
def test_the_bucket_is_full_exactly_when_it_is_said_to_be(arrival: int, per_minute: int) -> None:
    wait = limits.until_full(arrival, NOW)

    assert limits.remaining(arrival, NOW + wait, per_minute) == per_minute
    if wait:
        assert limits.remaining(arrival, NOW + wait - 1, per_minute) < per_minute


@given(
    per_minute=st.integers(1, 1_000),
    asked=st.lists(st.tuples(st.integers(0, 20 * SECOND), st.integers(1, 1_000)), max_size=30),
)
def test_no_window_admits_more_than_the_bucket_and_its_refill(per_minute: int, asked: list[tuple[int, int]]) -> None:
    arrival, admitted = 0, []
    times = accumulate((pause for pause, _ in asked), initial=NOW)
    for (_, cost), now in zip(asked, times, strict=False):
        rate = limits.take(arrival, now, cost, per_minute)
        if rate.fits:
            arrival = rate.arrival
            admitted.append((now, cost))

    for begin, end in combinations(range(len(admitted) + 1), 2):
        window = admitted[begin:end]
        length = window[-1][0] - window[0][0]
        assert sum(cost for _, cost in window) <= per_minute + Fraction(per_minute * length, MINUTE)


def test_a_client_that_waits_as_told_gets_the_whole_rate() -> None:
    arrival, now, admitted = 0, NOW, 0
    while now < NOW + 10 * MINUTE:
        rate = limits.take(arrival, now, 7, 60)
        now, arrival, admitted = now + rate.wait, rate.arrival if rate.fits else arrival, admitted + 7 * rate.fits

    assert admitted == pytest.approx(11 * 60, abs=7)


@given(ARRIVALS, PER_MINUTE, st.integers(0, 2 * MINUTE), st.data())
def test_giving_back_never_gains_more_than_was_reserved(
    arrival: int, per_minute: int, passed: int, data: st.DataObject
) -> None:
    reserved = data.draw(st.integers(1, per_minute))
    used = data.draw(st.integers(0, 2 * per_minute))
    taken = max(arrival, NOW) + limits.span(reserved, per_minute)

    settled = limits.give_back(taken, taken, NOW + passed, reserved, used, per_minute)

    never_reserved = limits.remaining(arrival, NOW + passed, per_minute)
    assert limits.remaining(settled, NOW + passed, per_minute) <= never_reserved


@given(PER_MINUTE, st.data())
def test_a_reservation_that_is_given_back_at_once_leaves_no_trace(per_minute: int, data: st.DataObject) -> None:
    reserved = data.draw(st.integers(0, per_minute))
    taken = limits.take(NOW, NOW, reserved, per_minute).arrival

    assert limits.give_back(taken, taken, NOW, reserved, 0, per_minute) == NOW


@given(PER_MINUTE, st.data())
def test_settling_costs_what_was_used_even_above_the_reservation(per_minute: int, data: st.DataObject) -> None:
    reserved, used = data.draw(st.integers(1, per_minute)), data.draw(st.integers(0, 3 * per_minute))
    taken = limits.take(NOW, NOW, reserved, per_minute).arrival

    settled = limits.give_back(taken, taken, NOW, reserved, used, per_minute)

    assert settled == NOW + limits.span(used, per_minute)


def test_what_was_refilled_meanwhile_is_not_given_back_once_more() -> None:
    """Else old reservations would add up, and be spent on top of a bucket that is full again anyway."""
    first = limits.take(0, NOW, 60, 60).arrival
    second = limits.take(first, NOW + MINUTE, 60, 60).arrival

    settled = limits.give_back(second, first, NOW + MINUTE, 60, 0, 60)

    assert limits.remaining(settled, NOW + MINUTE, 60) == 0


def test_only_what_is_not_refilled_yet_is_given_back() -> None:
    first = limits.take(0, NOW, 60, 60).arrival
    second = limits.take(first, NOW + 45 * SECOND, 45, 60).arrival

    settled = limits.give_back(second, first, NOW + 45 * SECOND, 60, 0, 60)

    assert limits.remaining(settled, NOW + 45 * SECOND, 60) == 15


COUNTS = st.integers(0, 10**9)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_request_is_charged_to_plan_bonus_and_overdraft_and_to_nothing_twice(
    tokens: int, per_day: int, plain: int, bonus_today: int, left: int
) -> None:
    used = plain + bonus_today
    room = limits.left_of_day(per_day, used, bonus_today, left, 0)

    share = limits.bonus_share(tokens, per_day, used, bonus_today, left)

    assert 0 <= share <= min(left, tokens)
    of_plan = tokens - share
    assert of_plan <= max(0, per_day - plain) or share == left
    after = limits.left_of_day(per_day, used + tokens, bonus_today + share, left - share, 0)
    assert after == max(0, room - tokens)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_limit_of_the_day_is_what_was_used_and_what_is_left(
    per_day: int, plain: int, bonus_today: int, left: int
) -> None:
    plain = min(plain, per_day)
    limit = limits.limit_of_day(per_day, bonus_today, left)

    assert limit == plain + bonus_today + limits.left_of_day(per_day, plain + bonus_today, bonus_today, left, 0)


def test_more_used_than_granted_leaves_nothing() -> None:
    assert limits.bonus_left(5, 7) == 0
