"""Which plan counts when there are several reasons for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.entitlements import Grant, plan_at

NOW = 1_000


@pytest.mark.parametrize(
    ("grants", "plan"),
    [
        ([], "free"),
        ([Grant("pro", 0)], "pro"),
        ([Grant("pro", NOW)], "pro"),
        ([Grant("pro", NOW + 1)], "free"),
        ([Grant("pro", 0, NOW + 1)], "pro"),
        ([Grant("pro", 0, NOW)], "free"),
        ([Grant("pro", 0), Grant("max", 10)], "max"),
        ([Grant("max", 10), Grant("pro", 0)], "max"),
        ([Grant("pro", 0), Grant("max", 10, 500)], "pro"),
        ([Grant("pro", 0, 500), Grant("max", 10, 500)], "free"),
        ([Grant("pro", 0), Grant("max", NOW + 1)], "pro"),
    ],
)
def test_the_grant_in_force_that_began_last_decides(grants: list[Grant], plan: str) -> None:
    assert plan_at(grants, NOW) == plan


def test_the_plan_without_any_grant_can_be_chosen() -> None:
    assert plan_at([], NOW, otherwise="trial") == "trial"


@given(
    st.lists(
        st.builds(Grant, st.sampled_from(["pro", "max"]), st.integers(0, 20), st.one_of(st.none(), st.integers(0, 20)))
    ),
    st.integers(0, 20),
)
def test_a_plan_is_never_one_whose_grant_is_not_in_force(grants: list[Grant], now: int) -> None:
    plan = plan_at(grants, now)

    in_force = {
        grant.plan for grant in grants if grant.starts_at <= now and (grant.ends_at is None or now < grant.ends_at)
    }
    assert plan in in_force or (plan == "free" and not in_force)
