"""Days of several codes for a plan are had one after the other, also if some of them stand still for a while."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from naxios.accounts.models import User
from naxios.codes import queries, services
from naxios.codes.models import Redemption
from naxios.domain.entitlements import Source
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.plans.models import Entitlement, Plan
from naxios.staff import accounts as staff_acts
from tests.unit.codes.making import one

DAY = timedelta(days=1)
NOW = timezone.now()

pytestmark = pytest.mark.usefixtures("database", "pro")


def redeemed(user: User, days: int) -> Redemption:
    found = queries.redemption(services.redeem(user=user, code=one(plan_name="pro", days=days)).number)
    assert found is not None
    return found


def given(redemption: Redemption) -> Entitlement:
    found = plans.by_reference(Source.CODE, redemption.reference)
    assert found is not None
    return found


def pause(redemption: Redemption, at: datetime) -> None:
    plan_services.pause(entitlement=given(redemption), reason="a test", at=at)


def resume(redemption: Redemption, at: datetime) -> None:
    services.resume_days(entitlement=given(redemption), at=at)


def days_of(user: User, *, since: datetime, plan: Plan) -> float:
    """On how many days from ``since`` on the account has the plan."""
    end, total = since, timedelta(0)
    spans = sorted((max(since, one.starts_at), one.ends_at) for one in plans.of_user(user.pk) if one.plan_id == plan.pk)
    for start, ends_at in spans:
        assert ends_at is not None
        total += max(timedelta(0), ends_at - max(start, end))
        end = max(end, ends_at)
    return round(total / DAY, 3)


def test_days_that_were_to_begin_after_a_paused_code_begin_as_much_later(user: User, pro: Plan) -> None:
    first, second, third = (redeemed(user, days) for days in (30, 10, 5))
    pause(first, first.at + 3 * DAY)
    resume(first, first.at + 7 * DAY)

    ends = first.at + 34 * DAY
    for redemption, start, end in ((second, ends, ends + 10 * DAY), (third, ends + 10 * DAY, ends + 15 * DAY)):
        redemption.refresh_from_db()
        entitlement = given(redemption)
        assert (entitlement.starts_at, entitlement.ends_at) == (redemption.plan_from, redemption.plan_until)
        assert abs(entitlement.starts_at - start) < DAY / 24
        assert abs((entitlement.ends_at or NOW) - end) < DAY / 24
    first.refresh_from_db()
    assert first.plan_until == given(first).ends_at
    assert days_of(user, since=first.at + 7 * DAY, plan=pro) == pytest.approx(27 + 10 + 5, abs=0.01)


def test_what_is_left_of_a_paused_code_comes_after_days_that_have_begun_meanwhile(user: User, pro: Plan) -> None:
    first, second, third = (redeemed(user, days) for days in (30, 10, 5))
    pause(first, first.at + 5 * DAY)
    resume(first, first.at + 34 * DAY)

    assert given(second).ends_at == second.plan_until, "it had begun, so it goes on"
    assert days_of(user, since=first.at + 34 * DAY, plan=pro) == pytest.approx(25 + 6 + 5, abs=0.01)
    assert given(third).starts_at == given(first).ends_at


def test_a_pause_before_the_days_begin_gives_none(user: User) -> None:
    _, second = redeemed(user, 30), redeemed(user, 10)
    pause(second, second.at + DAY)
    resume(second, second.at + 9 * DAY)

    assert (given(second).starts_at, given(second).ends_at) == (second.plan_from, second.plan_until)


def test_days_of_another_plan_are_not_moved(user: User) -> None:
    plan_services.put(name="max", fields={"price_minor": 9_900})
    first = redeemed(user, 30)
    other = queries.redemption(services.redeem(user=user, code=one(plan_name="max", days=3)).number)
    assert other is not None
    pause(first, first.at)
    resume(first, first.at + DAY)

    assert (given(other).starts_at, given(other).ends_at) == (other.plan_from, other.plan_until)


def test_staff_who_resume_a_code_move_the_days_after_it(user: User, staff: User) -> None:
    first, second = redeemed(user, 30), redeemed(user, 10)
    pause(first, first.at - DAY / 2)
    staff_acts.resume(actor=staff, entitlement=given(first))

    assert given(second).starts_at == given(first).ends_at
    assert second.plan_from is not None
    assert given(second).starts_at > second.plan_from
