"""Percentiles out of counts."""

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from naxios.domain import clock
from naxios.usage import latency

_LONGEST = latency.STEPS["within_100_s"]


def _counts(durations: list[int]) -> list[int]:
    counts = [0] * len(latency.COLUMNS)
    for duration in durations:
        counts[latency.step_of(duration)] += 1
    return counts


def test_a_duration_is_counted_by_the_first_column_that_it_fits() -> None:
    assert latency.COLUMNS[latency.step_of(0)] == "within_5_ms"
    assert latency.COLUMNS[latency.step_of(clock.SECOND)] == "within_1_s"
    assert latency.COLUMNS[latency.step_of(clock.SECOND + 1)] == "within_2_s"
    assert latency.COLUMNS[latency.step_of(10 * clock.MINUTE)] == "over_100_s"


def test_without_requests_there_is_no_percentile() -> None:
    assert latency.percentile([0] * len(latency.COLUMNS), 0.5) is None


@given(st.lists(st.integers(0, _LONGEST), min_size=1), st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_right_to_the_step(durations: list[int], share: float) -> None:
    exact = sorted(durations)[ceil(share * len(durations)) - 1]

    told = latency.percentile(_counts(durations), share)

    assert told is not None
    assert latency.step_of(told) == latency.step_of(exact)


def test_beyond_the_last_step_only_its_bound_is_known() -> None:
    assert latency.percentile(_counts([_LONGEST * 5]), 0.5) == _LONGEST
