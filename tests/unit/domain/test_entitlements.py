"""Which plan counts when there are several reasons for one, and what becomes of an account when there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.entitlements import FREE, Decision, Grant, Source, State, decide

NOW = 1_000


def staff(plan: str = "pro", starts_at: int = 0, ends_at: int | None = None, **more: object) -> Grant:
    return Grant(plan, Source.STAFF, starts_at, ends_at, **more)  # type: ignore[arg-type]


def free_tier(starts_at: int = 0, **more: object) -> Grant:
    return Grant(FREE, Source.FREE_TIER, starts_at, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("grants", "plan"),
    [
        ([], "free"),
        ([staff("pro", 0)], "pro"),
        ([staff("pro", NOW)], "pro"),
        ([staff("pro", NOW + 1)], "free"),
        ([staff("pro", 0, NOW + 1)], "pro"),
        ([staff("pro", 0, NOW)], "free"),
        ([staff("pro", 0), staff("max", 10)], "max"),
        ([staff("max", 10), staff("pro", 0)], "max"),
        ([staff("pro", 0), staff("max", 10, 500)], "pro"),
        ([staff("pro", 0, 500), staff("max", 10, 500)], "free"),
        ([staff("pro", 0), staff("max", NOW + 1)], "pro"),
        ([staff("pro", 0, rank=2), staff("max", 10, rank=1)], "pro"),
        ([staff("pro", 0, priority=2), staff("max", 10, rank=9)], "pro"),
        ([staff("pro", 0, paused_at=NOW), staff("max", 0, rank=-1)], "max"),
        ([staff("pro", 0, paused_at=NOW + 1)], "pro"),
        ([free_tier(), staff("pro", 0)], "pro"),
        ([free_tier(priority=99, rank=99), staff("pro", 0)], "pro"),
    ],
)
def test_the_highest_priority_then_rank_then_latest_start_decides(grants: list[Grant], plan: str) -> None:
    assert decide(grants, NOW).plan == plan


@pytest.mark.parametrize(
    ("grants", "free_is_open", "state"),
    [
        ([], True, State.FREE),
        ([], False, State.UNVERIFIED),
        ([free_tier()], False, State.FREE),
        ([free_tier(paused_at=NOW)], False, State.UNVERIFIED),
        ([free_tier(paused_at=NOW)], True, State.FREE),
        ([staff()], False, State.ENTITLED),
        ([staff(), free_tier(paused_at=0)], False, State.ENTITLED),
        ([staff(ends_at=NOW)], False, State.UNVERIFIED),
        ([staff(ends_at=NOW)], True, State.FREE),
        ([staff(ends_at=NOW, refuses_after=True)], True, State.LAPSED),
        ([staff(ends_at=NOW, refuses_after=True), free_tier()], False, State.LAPSED),
        ([staff(ends_at=NOW, refuses_after=True), staff("max")], True, State.ENTITLED),
        ([staff(ends_at=NOW + 1, refuses_after=True)], True, State.ENTITLED),
        ([staff(ends_at=10, refuses_after=True), staff("max", 0, 20)], True, State.FREE),
        ([staff(ends_at=20, refuses_after=True), staff("max", 0, 10)], True, State.LAPSED),
    ],
)
def test_what_becomes_of_an_account(grants: list[Grant], free_is_open: bool, state: State) -> None:
    assert decide(grants, NOW, free_is_open=free_is_open).state is state


def test_a_decision_names_what_it_is_decided_by() -> None:
    grant, ended = staff(), staff("max", ends_at=NOW, refuses_after=True)

    assert decide([grant, ended], NOW).grant == grant
    assert decide([ended], NOW) == Decision(State.LAPSED, "max", ended, None)


_grants = st.lists(
    st.builds(
        Grant,
        plan=st.sampled_from(["pro", "max"]),
        source=st.sampled_from(Source),
        starts_at=st.integers(0, 20),
        ends_at=st.one_of(st.none(), st.integers(0, 20)),
        id=st.integers(0, 5),
        priority=st.integers(0, 2),
        rank=st.integers(0, 2),
        paused_at=st.one_of(st.none(), st.integers(0, 20)),
        refuses_after=st.booleans(),
    ),
    max_size=6,
)


@given(_grants, st.integers(0, 20), st.booleans())
def test_a_plan_other_than_free_is_always_one_in_force(grants: list[Grant], now: int, free_is_open: bool) -> None:
    decision = decide(grants, now, free_is_open=free_is_open)

    if decision.state is State.ENTITLED:
        assert decision.grant in grants
        assert decision.grant.is_in_force(now)
    elif decision.is_usable:
        assert decision.plan == FREE


@given(_grants, st.integers(0, 20), st.booleans())
def test_nothing_changes_before_the_decision_says_so(grants: list[Grant], now: int, free_is_open: bool) -> None:
    decision = decide(grants, now, free_is_open=free_is_open)

    for later in range(now + 1, decision.changes_at or 22):
        assert decide(grants, later, free_is_open=free_is_open) == decision
