"""Days begin at UTC midnight, and durations are written as OpenAI writes them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain import clock
from naxios.domain.moments import microseconds, moment

INSTANTS = st.integers(0, 10**16)


@pytest.mark.parametrize(
    ("duration", "written"),
    [
        (0, "0s"),
        (1, "1ms"),
        (999, "1ms"),
        (1_000, "1ms"),
        (12_000, "12ms"),
        (12_001, "13ms"),
        (999_000, "999ms"),
        (999_001, "1s"),
        (clock.SECOND, "1s"),
        (1_500_000, "1.5s"),
        (1_050_000, "1.05s"),
        (10 * clock.SECOND, "10s"),
        (clock.MINUTE, "1m0s"),
        (72_300_000, "1m12.3s"),
        (6 * clock.MINUTE, "6m0s"),
        (clock.HOUR, "1h0m0s"),
        (7 * clock.HOUR + clock.MINUTE + 12 * clock.SECOND, "7h1m12s"),
        (clock.DAY, "24h0m0s"),
        (-5, "0s"),
    ],
)
def test_a_duration_is_written_as_openai_does(duration: int, written: str) -> None:
    assert clock.format_duration(duration) == written


@given(st.integers(0, 2 * clock.DAY))
def test_whoever_waits_for_a_written_duration_has_not_waited_too_short(duration: int) -> None:
    waited = _read(clock.format_duration(duration))

    assert duration <= waited < duration + 1_000


@pytest.mark.parametrize(
    ("instant", "written"),
    [(0, "1970-01-01T00:00:00Z"), (1_769_817_600_000_000, "2026-01-31T00:00:00Z"), (1_500_000, "1970-01-01T00:00:01Z")],
)
def test_an_instant_is_written_as_rfc_3339(instant: int, written: str) -> None:
    assert clock.format_instant(instant) == written


def test_a_day_ends_with_its_last_microsecond() -> None:
    midnight = microseconds(datetime(2026, 3, 1, tzinfo=UTC))

    assert clock.day_of(midnight - 1) == clock.day_of(midnight) - 1
    assert clock.until_next_day(midnight - 1) == 1
    assert clock.until_next_day(midnight) == clock.DAY


@given(INSTANTS)
def test_the_next_day_begins_after_exactly_as_long_as_said(now: int) -> None:
    wait = clock.until_next_day(now)

    assert 0 < wait <= clock.DAY
    assert clock.day_of(now + wait) == clock.day_of(now) + 1
    assert clock.day_of(now + wait - 1) == clock.day_of(now)


@given(INSTANTS)
def test_a_day_is_the_utc_calendar_day(now: int) -> None:
    assert clock.day_of(now) == (moment(now).date() - date(1970, 1, 1)).days


def _read(written: str) -> int:
    """Microseconds of a duration as a client reads it."""
    if written.endswith("ms"):
        return int(written[:-2]) * 1_000
    seconds = 0.0
    for unit, length in (("h", 3600), ("m", 60), ("s", 1)):
        amount, found, rest = written.partition(unit)
        if found:
            seconds, written = seconds + float(amount) * length, rest
    return round(seconds * 1_000) * 1_000
