"""What can be done with one entitlement: put, end, pause, resume, accept its lapse; each told to the gateway once."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain.entitlements import Source, State
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.plans import queries, services
from naxios.plans.models import Entitlement, Plan

NOW = timezone.now()
DAY = timedelta(days=1)
BEGUN, ENDS = NOW - 10 * DAY, NOW + 20 * DAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


@pytest.fixture
def pro(database: object) -> Plan:
    services.put(name="pro", fields={"price_minor": 1_500, "after_lapse": "refuse"})
    return queries.by_name("pro")


def put(user: User, plan: Plan, ends_at: datetime | None = ENDS, **fields: object) -> Entitlement:
    usual = {"source": Source.SUBSCRIPTION, "reference": "sub", "starts_at": BEGUN}
    return services.put_entitlement(user=user, plan=plan, ends_at=ends_at, **{**usual, **fields})  # type: ignore[arg-type]


def told(since: int) -> list[int]:
    """The accounts of which the gateway was told after ``since``."""
    return [subject for _, topic, subject in invalidation.since(since) or () if topic == "account"]


# put_entitlement


def test_what_is_put_counts_and_is_told(user: User, pro: Plan) -> None:
    before = invalidation.latest()

    entitlement = put(user, pro)

    assert queries.plan_of(user.pk) == pro
    assert queries.by_reference(Source.SUBSCRIPTION, "sub") == entitlement
    assert told(before) == [user.pk]


def test_the_same_put_again_changes_nothing_and_tells_nobody(user: User, pro: Plan) -> None:
    entitlement, before = put(user, pro), invalidation.latest()

    assert put(user, pro) == entitlement

    assert Entitlement.objects.count() == 1
    assert told(before) == []


@pytest.mark.parametrize(
    "change", [{"ends_at": ENDS + DAY}, {"ends_at": None}, {"starts_at": BEGUN + DAY}, {"renews": False}]
)
def test_what_is_put_otherwise_is_changed_and_told(user: User, pro: Plan, change: dict[str, object]) -> None:
    put(user, pro)
    before = invalidation.latest()

    entitlement = put(user, pro, **change)  # type: ignore[arg-type]

    entitlement.refresh_from_db()
    assert {name: getattr(entitlement, name) for name in change} == change
    assert told(before) == [user.pk]


def test_another_plan_takes_the_place_of_the_one_before(user: User, pro: Plan) -> None:
    put(user, pro)
    services.put(name="max", fields={})

    put(user, queries.by_name("max"))

    assert [entitlement.plan.name for entitlement in queries.of_user(user.pk)] == ["max"]


def test_another_owner_takes_it_from_the_one_before_and_both_are_told(user: User, pro: Plan) -> None:
    other = accounts.create_user(email="other@example.com")
    put(user, pro)
    before = invalidation.latest()

    put(other, pro)

    assert (queries.plan_of(user.pk).name, queries.plan_of(other.pk).name) == ("free", "pro")
    assert sorted(told(before)) == sorted([user.pk, other.pk])


def test_a_moved_end_forgets_what_was_said_and_accepted_of_the_one_before(user: User, pro: Plan) -> None:
    entitlement = put(user, pro, NOW - DAY)
    services.accept_lapse(user=user)
    Entitlement.objects.update(lapse_told_at=NOW, end_told_at=NOW)

    put(user, pro, ENDS)

    entitlement.refresh_from_db()
    said = entitlement.lapse_told_at, entitlement.end_told_at, entitlement.lapse_accepted_at
    assert said == (None, None, None)


def test_a_subscription_renews_unless_it_is_said_not_to_and_others_do_not(user: User, pro: Plan) -> None:
    assert put(user, pro).renews
    assert not put(user, pro, renews=False).renews
    assert not put(user, pro, source=Source.CODE, reference="code").renews


def test_the_same_reference_of_another_source_is_another(user: User, pro: Plan) -> None:
    assert put(user, pro) != put(user, pro, source=Source.CODE)


def test_a_reference_that_was_granted_is_not_granted_again(user: User, pro: Plan) -> None:
    services.grant(user=user, plan=pro, reference="form 1")

    with pytest.raises(IntegrityError), transaction.atomic():
        services.grant(user=user, plan=pro, reference="form 1")
    for _ in range(2):  # without a reference, as often as one likes
        services.grant(user=user, plan=pro)


def test_what_would_end_before_it_begins_is_refused(user: User, pro: Plan) -> None:
    with pytest.raises(Refused, match="ends after it begins"):
        put(user, pro, BEGUN - DAY)
    with pytest.raises(Refused, match="ends after it begins"):
        services.grant(user=user, plan=pro, starts_at=NOW, ends_at=NOW - DAY)


# end


def test_an_end_comes_now_or_when_it_is_said_to_and_never_later(user: User, pro: Plan) -> None:
    entitlement = put(user, pro)

    services.end(entitlement=entitlement, at=NOW + 5 * DAY)
    entitlement.refresh_from_db()
    assert entitlement.ends_at == NOW + 5 * DAY
    services.end(entitlement=entitlement, at=NOW + 9 * DAY)
    entitlement.refresh_from_db()
    assert entitlement.ends_at == NOW + 5 * DAY
    services.end(entitlement=entitlement)

    assert queries.entitled(user.pk).decision.state is State.LAPSED


def test_what_has_ended_ends_no_second_time(user: User, pro: Plan) -> None:
    entitlement = put(user, pro, NOW - DAY)
    before = invalidation.latest()

    services.end(entitlement=entitlement)

    entitlement.refresh_from_db()
    assert entitlement.ends_at == NOW - DAY
    assert told(before) == []


def test_what_has_not_begun_ends_at_its_beginning(user: User, pro: Plan) -> None:
    entitlement = put(user, pro, None, starts_at=NOW + DAY)

    services.end(entitlement=entitlement)

    entitlement.refresh_from_db()
    assert entitlement.ends_at == NOW + DAY


# pause and resume


def test_while_it_is_paused_it_does_not_count_and_afterwards_its_end_is_as_far_away_as_it_was(
    user: User, pro: Plan
) -> None:
    entitlement = put(user, pro)

    services.pause(entitlement=entitlement, reason="a review", at=NOW - 4 * DAY)
    assert queries.plan_of(user.pk).name == "free"
    services.resume(entitlement=entitlement, at=NOW)

    entitlement.refresh_from_db()
    assert (entitlement.ends_at, entitlement.paused_at, entitlement.pause_reason) == (ENDS + 4 * DAY, None, "")
    assert queries.plan_of(user.pk) == pro


def test_an_open_end_stays_open_and_one_before_the_pause_stays_where_it_was(user: User, pro: Plan) -> None:
    for ends_at in (None, NOW - 5 * DAY):
        entitlement = put(user, pro, ends_at)
        services.pause(entitlement=entitlement, reason="a review", at=NOW - 4 * DAY)
        services.resume(entitlement=entitlement, at=NOW)

        entitlement.refresh_from_db()
        assert entitlement.ends_at == ends_at


def test_pausing_and_resuming_twice_is_doing_it_once(user: User, pro: Plan) -> None:
    entitlement, before = put(user, pro), invalidation.latest()

    services.pause(entitlement=entitlement, reason="first", at=NOW - 4 * DAY)
    services.pause(entitlement=entitlement, reason="second", at=NOW - DAY)
    entitlement.refresh_from_db()
    assert (entitlement.paused_at, entitlement.pause_reason) == (NOW - 4 * DAY, "first")
    services.resume(entitlement=entitlement, at=NOW)
    services.resume(entitlement=entitlement, at=NOW + DAY)

    entitlement.refresh_from_db()
    assert entitlement.ends_at == ENDS + 4 * DAY
    assert told(before) == [user.pk, user.pk]


# accept_lapse


def test_who_accepts_a_lapse_is_on_free_and_told_once(user: User, pro: Plan) -> None:
    put(user, pro, NOW - DAY)
    assert queries.lapsed(user.pk) is not None
    before = invalidation.latest()

    assert services.accept_lapse(user=user)
    assert not services.accept_lapse(user=user)

    assert queries.entitled(user.pk).decision.state is State.FREE
    assert queries.lapsed(user.pk) is None
    assert told(before) == [user.pk]


def test_a_lapse_is_accepted_for_what_has_ended_and_not_for_what_will(user: User, pro: Plan) -> None:
    put(user, pro, NOW - DAY)
    later = put(user, pro, ENDS, reference="other")
    services.accept_lapse(user=user)

    services.end(entitlement=later)

    assert queries.entitled(user.pk).decision.state is State.LAPSED


def test_nobody_accepts_for_another(user: User, pro: Plan) -> None:
    put(user, pro, NOW - DAY)

    services.accept_lapse(user=accounts.create_user(email="other@example.com"))

    assert queries.entitled(user.pk).decision.state is State.LAPSED
