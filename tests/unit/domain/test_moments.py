"""Datetimes and microseconds turn into each other without losing one."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.moments import microseconds, moment


@given(st.datetimes(timezones=st.just(UTC)))
def test_nothing_is_lost_on_the_way_there_and_back(when: datetime) -> None:
    assert moment(microseconds(when)) == when


@given(st.integers(-(10**15), 10**17))
def test_nothing_is_lost_on_the_way_back_and_there(instant: int) -> None:
    assert microseconds(moment(instant)) == instant


def test_a_moment_is_in_utc() -> None:
    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(0).tzinfo is UTC


def test_another_zone_of_the_same_moment_makes_no_difference() -> None:
    there = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert microseconds(there) == 0
