"""Until when a subscription entitles to its plan."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.billing.cover import RENEWAL_LEEWAY, Facts, covered_until
from naxios.billing.providers.truth import SubscriptionState as State

START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = START + timedelta(days=10)
END = START + timedelta(days=30)
GRACE = timedelta(days=7)
DAY = timedelta(days=1)


def until(state: State, **facts: datetime | None) -> datetime | None:
    return covered_until(Facts(state, START, END, **facts), now=NOW, grace=GRACE)


@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        (State.INCOMPLETE, {}, None),
        (State.TRIALING, {}, END + RENEWAL_LEEWAY),
        (State.ACTIVE, {}, END + RENEWAL_LEEWAY),
        (State.ACTIVE, {"cancels_at": END}, END),
        (State.ACTIVE, {"cancels_at": NOW + DAY}, NOW + DAY),
        (State.ACTIVE, {"past_due_since": START}, END + RENEWAL_LEEWAY),
        (State.ACTIVE, {"unwound_at": NOW - DAY}, NOW - DAY),
        (State.ACTIVE, {"unwound_at": START - DAY}, START),
        (State.PAST_DUE, {"past_due_since": NOW - DAY}, NOW - DAY + GRACE),
        (State.PAST_DUE, {"past_due_since": NOW - DAY, "cancels_at": NOW + DAY}, NOW + DAY),
        (State.PAST_DUE, {}, NOW + GRACE),
        (State.UNPAID, {}, NOW),
        (State.UNPAID, {"past_due_since": START}, START + GRACE),
        (State.UNPAID, {"covered_until": NOW - DAY}, NOW - DAY),
        (State.UNPAID, {"covered_until": END}, NOW),
        (State.PAUSED, {"covered_until": END}, NOW),
        (State.CANCELED, {"ended_at": NOW - DAY}, NOW - DAY),
        (State.CANCELED, {"ended_at": NOW, "past_due_since": START}, START + GRACE),
        (State.CANCELED, {}, NOW),
    ],
)
def test_it_is_covered_until(state: State, facts: dict[str, datetime], expected: datetime | None) -> None:
    assert until(state, **facts) == expected


moments = st.datetimes(datetime(2026, 10, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001
facts = st.builds(
    Facts,
    state=st.sampled_from(State),
    started_at=moments,
    period_end=moments,
    cancels_at=st.none() | moments,
    ended_at=st.none() | moments,
    past_due_since=st.none() | moments,
    unwound_at=st.none() | moments,
    covered_until=st.none() | moments,
)


@given(facts, moments)
def test_asking_again_at_once_says_the_same(facts: Facts, now: datetime) -> None:
    first = covered_until(facts, now=now, grace=GRACE)
    again = covered_until(msgspec.structs.replace(facts, covered_until=first), now=now, grace=GRACE)

    assert again == first


@given(facts, moments, moments)
def test_what_is_over_stays_over_as_time_goes_by(facts: Facts, now: datetime, later: datetime) -> None:
    now, later = min(now, later), max(now, later)
    if facts.state not in (State.UNPAID, State.PAUSED, State.CANCELED):
        return
    first = covered_until(facts, now=now, grace=GRACE)
    again = covered_until(msgspec.structs.replace(facts, covered_until=first), now=later, grace=GRACE)

    assert first is not None and again is not None
    if facts.state is not State.CANCELED or facts.ended_at is not None:
        assert again <= max(first, facts.started_at)


@given(facts, moments)
def test_money_that_went_back_never_leaves_more_than_was_before(facts: Facts, now: datetime) -> None:
    kept = covered_until(msgspec.structs.replace(facts, unwound_at=None), now=now, grace=GRACE)
    unwound = covered_until(facts, now=now, grace=GRACE)

    if kept is not None and unwound is not None:
        assert facts.started_at <= unwound <= kept
        if facts.unwound_at is not None:
            assert unwound <= max(facts.unwound_at, facts.started_at)
