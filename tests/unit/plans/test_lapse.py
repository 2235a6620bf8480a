"""Plans end with a notice before and one after, each once, and only where something is lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import SecurityEvent, User
from naxios.domain.entitlements import Source
from naxios.mail.models import OutboxMail
from naxios.plans import lapse, queries, services
from naxios.plans.models import Entitlement, Plan
from naxios.plans.words import where_to_renew

NOW = timezone.now()
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


def plan(name: str = "pro", price: int = 1_500, after: str = "free") -> Plan:
    services.put(name=name, fields={"price_minor": price, "currency": "usd", "after_lapse": after})
    return queries.by_name(name)


def granted(user: User, plan: Plan, ends_at: datetime, **fields: Any) -> Entitlement:
    usual: dict[str, Any] = {"source": Source.CODE, "starts_at": NOW - 30 * DAY}
    return services.grant(user=user, plan=plan, ends_at=ends_at, **{**usual, **fields})


def mails() -> list[str]:
    return list(OutboxMail.objects.order_by("pk").values_list("subject", flat=True))


def text() -> str:
    return OutboxMail.objects.latest("pk").body


def events() -> list[str]:
    return list(SecurityEvent.objects.filter(kind="plan_ended").values_list("detail", flat=True))


def pass_by(*moments: datetime) -> None:
    for moment in moments:
        lapse.tell_what_ends(now=moment)
        lapse.tell_what_has_ended(now=moment)


def test_an_end_is_told_three_days_before_and_once_it_has_come_each_once(user: User) -> None:
    granted(user, plan(), NOW + 10 * DAY)

    pass_by(NOW, NOW + 6.9 * DAY)
    assert mails() == []
    pass_by(NOW + 7 * DAY, NOW + 8 * DAY)
    assert mails() == ["Your plan ends soon"]
    assert "From then on, your account has the plan Free and its limits" in text()
    assert events() == []
    pass_by(NOW + 10 * DAY, NOW + 11 * DAY)

    assert mails() == ["Your plan ends soon", "Your plan has ended"]
    assert "From now on, your account has the plan Free" in text()
    assert events() == ["pro (redemption code)"]


def test_a_plan_that_refuses_afterwards_says_so_and_where_to_renew(user: User) -> None:
    granted(user, plan(after="refuse"), NOW + DAY)

    pass_by(NOW)

    assert "refused with status 402, until you renew it or choose the free plan" in text()
    assert f"http://127.0.0.1:8000{where_to_renew()}" in text()


def test_an_end_that_is_moved_is_told_again(user: User) -> None:
    entitlement = granted(user, plan(), NOW + DAY, reference="r")
    pass_by(NOW)
    later: dict[str, Any] = {
        "source": Source.CODE,
        "reference": "r",
        "starts_at": entitlement.starts_at,
        "ends_at": NOW + 10 * DAY,
    }
    services.put_entitlement(user=user, plan=entitlement.plan, **later)

    pass_by(NOW + 2 * DAY)
    assert len(mails()) == 1
    pass_by(NOW + 8 * DAY)

    assert len(mails()) == 2


def test_a_short_term_is_not_told_of_before_it_is_half_over(user: User) -> None:
    granted(user, plan(), NOW + 2 * DAY, starts_at=NOW)

    pass_by(NOW, NOW + 0.9 * DAY)
    assert mails() == []
    pass_by(NOW + DAY)

    assert mails() == ["Your plan ends soon"]


@pytest.mark.parametrize("price", [1_500, 3_000], ids=["as large", "larger"])
def test_who_keeps_as_much_by_another_grant_is_not_told(user: User, price: int) -> None:
    granted(user, plan(), NOW + DAY)
    granted(user, plan("other", price), NOW + 30 * DAY)

    pass_by(NOW, NOW + DAY, NOW + 2 * DAY)

    assert mails() == []
    assert events() == []


def test_who_keeps_the_same_plan_by_a_grant_that_begins_then_is_not_told(user: User) -> None:
    pro = plan()
    granted(user, pro, NOW + DAY)
    granted(user, pro, NOW + 31 * DAY, starts_at=NOW + DAY)

    pass_by(NOW, NOW + DAY)

    assert mails() == []


def test_who_keeps_less_is_told_what(user: User) -> None:
    granted(user, plan("max", 9_000), NOW + DAY)
    granted(user, plan(), NOW + 30 * DAY)

    pass_by(NOW)

    assert "your account has the plan pro and its limits" in text()


def test_what_did_not_count_anyway_ends_silently(user: User) -> None:
    granted(user, plan(), NOW + DAY)
    granted(user, plan("small", 100), NOW + DAY / 2)

    pass_by(NOW, NOW + DAY / 2)

    assert mails() == ["Your plan ends soon"]  # of the larger one


@pytest.mark.parametrize("fields", [{"source": Source.SUBSCRIPTION, "reference": "sub"}])
def test_a_subscription_that_renews_is_not_told_of(user: User, fields: dict[str, Any]) -> None:
    services.put_entitlement(user=user, plan=plan(), starts_at=NOW - 30 * DAY, ends_at=NOW + DAY, **fields)

    pass_by(NOW)
    assert mails() == []
    services.put_entitlement(
        user=user, plan=plan(), starts_at=NOW - 30 * DAY, ends_at=NOW + DAY, renews=False, **fields
    )
    pass_by(NOW)

    assert mails() == ["Your plan ends soon"]


def test_the_free_tier_and_what_is_paused_end_silently(user: User) -> None:
    granted(user, queries.by_name("free"), NOW + DAY, source=Source.FREE_TIER)
    services.pause(entitlement=granted(user, plan(), NOW + DAY), reason="a review", at=NOW - DAY)

    pass_by(NOW, NOW + DAY)

    assert mails() == []


def test_what_is_ended_by_hand_is_told_by_who_ended_it(user: User) -> None:
    entitlement = granted(user, plan(), NOW + 10 * DAY)
    services.end(entitlement=entitlement)

    pass_by(NOW + DAY)
    assert mails() == []
    entitlement.refresh_from_db()
    lapse.tell_ended_by_staff(entitlement=entitlement, note="As you asked.")

    assert mails() == ["Your plan has ended"]
    assert "What staff say about it: As you asked." in text()
    assert events() == ["pro (redemption code)"]


def test_a_renewal_just_after_the_end_leaves_nothing_to_tell(user: User) -> None:
    pro = plan()
    granted(user, pro, NOW)
    granted(user, pro, NOW + 30 * DAY, starts_at=NOW + timedelta(seconds=5))

    pass_by(NOW + timedelta(seconds=20))

    assert mails() == []
