"""What can be done with plans."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain.limits import Limits
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.plans import queries, services
from naxios.plans.models import Plan

EARLIER = timezone.now() - timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


@pytest.fixture
def pro(database: object) -> Plan:
    services.put(name="pro", fields={"tokens_per_day": 1_000})
    return queries.by_name("pro")


def told(since: int) -> list[tuple[str, int]]:
    """Topic and subject of every change after ``since``."""
    return [(topic, subject) for _, topic, subject in invalidation.since(since) or ()]


def test_an_account_without_a_grant_is_on_free(user: User) -> None:
    assert queries.plan_of(user.pk).name == "free"


def test_a_grant_counts_at_once_and_is_told(user: User, pro: Plan) -> None:
    before = invalidation.latest()

    services.grant(user=user, plan=pro)

    assert queries.plan_of(user.pk) == pro
    assert told(before) == [("account", user.pk)]


def test_a_grant_ends_at_its_end(user: User, pro: Plan) -> None:
    services.grant(user=user, plan=pro, starts_at=EARLIER, ends_at=timezone.now() - timedelta(seconds=1))

    assert queries.plan_of(user.pk).name == "free"


def test_the_grant_of_one_account_is_none_of_another(user: User, pro: Plan) -> None:
    services.grant(user=accounts.create_user(email="other@example.com"), plan=pro)

    assert queries.plan_of(user.pk).name == "free"


def test_a_plan_that_is_new_is_made_and_told(database: object) -> None:
    before = invalidation.latest()

    created, changed = services.put(name="pro", fields={"tokens_per_day": 5, "concurrency": None})

    assert created
    assert changed == {"tokens_per_day": (None, 5)}
    assert queries.by_name("pro").limits == Limits(tokens_per_day=5)
    assert told(before) == [("catalogue", 0)]


def test_a_plan_that_differs_is_changed_and_told(pro: Plan) -> None:
    before = invalidation.latest()

    created, changed = services.put(name="pro", fields={"tokens_per_day": 5, "concurrency": None})

    assert not created
    assert changed == {"tokens_per_day": (1_000, 5)}
    assert told(before) == [("catalogue", 0)]


def test_a_plan_that_is_as_declared_is_left_alone(pro: Plan) -> None:
    before = invalidation.latest()

    assert services.put(name="pro", fields={"tokens_per_day": 1_000}) == (False, {})

    assert told(before) == []


def test_a_plan_that_nobody_was_on_can_be_deleted(pro: Plan) -> None:
    before = invalidation.latest()

    services.delete(name="pro")

    assert [plan.name for plan in queries.all_plans()] == ["free"]
    assert told(before) == [("catalogue", 0)]


def test_a_plan_that_an_account_was_on_cannot_be_deleted(user: User, pro: Plan) -> None:
    services.grant(user=user, plan=pro, starts_at=EARLIER, ends_at=timezone.now() - timedelta(seconds=1))
    before = invalidation.latest()

    with pytest.raises(Refused, match="pro cannot be deleted"):
        services.delete(name="pro")

    assert queries.by_name("pro") == pro
    assert told(before) == []


def test_a_plan_that_does_not_exist_is_refused_with_those_that_do(pro: Plan) -> None:
    with pytest.raises(Refused, match=r"no plan 'max'. There are: free, pro\."):
        queries.by_name("max")
