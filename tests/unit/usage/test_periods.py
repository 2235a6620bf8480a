"""Stretches of time and their steps."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.usage.periods import DAY, HOUR, PRESETS, Period, between, floor, preset

NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)

_moments = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("name", "start", "end", "by", "steps"),
    [
        ("24h", datetime(2026, 2, 28, 11, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC), Period.HOUR, 24),
        ("7d", datetime(2026, 2, 23, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), Period.DAY, 7),
        ("30d", datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), Period.DAY, 30),
        ("12m", datetime(2025, 4, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), Period.MONTH, 12),
    ],
)
def test_a_preset_ends_with_the_present_hour_day_or_month(
    name: str, start: datetime, end: datetime, by: Period, steps: int
) -> None:
    window = preset(name, NOW)

    assert (window.start, window.end, window.by) == (start, end, by)
    assert len(window.steps) == steps


@pytest.mark.parametrize(
    ("name", "asked", "given"),
    [
        ("24h", Period.MONTH, Period.HOUR),
        ("7d", Period.HOUR, Period.HOUR),
        ("30d", Period.HOUR, Period.DAY),
        ("30d", Period.MONTH, Period.DAY),
        ("12m", Period.DAY, Period.DAY),
        ("12m", Period.HOUR, Period.DAY),
    ],
)
def test_steps_that_nobody_could_read_become_the_nearest_that_one_can(name: str, asked: Period, given: Period) -> None:
    assert preset(name, NOW, asked).by is given


def test_days_between_are_both_included_and_the_future_has_no_steps() -> None:
    window = between(date(2026, 2, 27), date(2026, 3, 5), NOW)

    assert window.start == datetime(2026, 2, 27, tzinfo=UTC)
    assert window.end == datetime(2026, 3, 6, tzinfo=UTC)
    assert [step.day for step in window.steps] == [27, 28, 1]


def test_months_that_are_cut_add_up_from_days() -> None:
    cut = between(date(2026, 1, 10), date(2026, 3, 1), NOW, Period.MONTH)
    whole = between(date(2025, 12, 1), date(2026, 2, 28), NOW, Period.MONTH)

    assert (cut.by, cut.rollups) == (Period.MONTH, Period.DAY)
    assert (whole.by, whole.rollups) == (Period.MONTH, Period.MONTH)
    assert [step.month for step in cut.steps] == [1, 2, 3]


@given(_moments, st.sampled_from(sorted(PRESETS)), st.sampled_from([None, *Period]))
def test_every_moment_of_a_window_is_in_exactly_one_step(now: datetime, name: str, by: Period | None) -> None:
    window = preset(name, now, by)

    assert window.start <= now < window.end
    assert window.steps[0] == window.start
    assert window.steps[-1] == floor(window.by, now)
    assert list(window.steps) == sorted(set(window.steps))
    longest = {Period.HOUR: HOUR, Period.DAY: DAY, Period.MONTH: 31 * DAY}[window.by]
    assert all(
        timedelta(0) < later - step <= longest for step, later in zip(window.steps, window.steps[1:], strict=False)
    )


@given(_moments, st.sampled_from(Period))
def test_a_floor_is_the_last_start_before(at: datetime, period: Period) -> None:
    start = floor(period, at)

    assert floor(period, start) == start
    assert start <= at
    assert floor(period, at + timedelta(microseconds=1)) in (start, at + timedelta(microseconds=1))
