"""Amounts taken apart: whole parts that add up."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from naxios.domain import clock
from naxios.domain.sharing import shared, spread

amounts = st.integers(-(10**12), 10**12)
DAY = clock.DAY


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [1, 2], [33, 67]),
        (1, [5, 5], [1, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [3, 4], [0, 0]),
        (7, [0, 1], [0, 7]),
    ],
)
def test_what_rounding_leaves_goes_to_the_largest_remainders(total: int, weights: list[int], parts: list[int]) -> None:
    assert shared(total, weights) == parts


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_the_parts_add_up_and_are_within_one_of_their_share(total: int, weights: list[int]) -> None:
    assume(any(weights))

    parts = shared(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@pytest.mark.parametrize("weights", [[], [0, 0]])
def test_without_any_weight_nobody_has_a_part(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        shared(5, weights)


def test_a_month_is_spread_over_its_days_and_their_parts() -> None:
    noon = 10 * DAY + DAY // 2

    days = spread(3_000, noon, noon + 30 * DAY)

    assert len(days) == 31
    assert (days[10], days[11], days[40]) == (50, 100, 50)


@given(amounts, st.integers(0, 10**15), st.integers(-DAY, 400 * DAY))
def test_all_days_together_have_the_amount(amount: int, start: int, length: int) -> None:
    days = spread(amount, start, start + length)

    assert sum(days.values()) == amount
    assert min(days) == clock.day_of(start)
    assert all(abs(part) <= abs(amount) for part in days.values())


@given(amounts, st.integers(0, 10**15), st.integers(-DAY, 400 * DAY), st.integers(-5, 405), st.integers(0, 40))
def test_a_part_of_the_days_is_as_in_the_whole(amount: int, start: int, length: int, first: int, count: int) -> None:
    first += clock.day_of(start)
    within = range(first, first + count)

    whole = spread(amount, start, start + length)

    assert spread(amount, start, start + length, within=within) == {
        day: part for day, part in whole.items() if day in within
    }
