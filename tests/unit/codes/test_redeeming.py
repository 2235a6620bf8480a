"""Redeeming a code: what it gives, to whom, and why not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from naxios.accounts import queries as accounts
from naxios.accounts.models import SecurityEvent, User
from naxios.accounts.origin import Origin
from naxios.codes import queries, services
from naxios.codes.models import Redemption
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.mail.models import OutboxMail
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.plans.models import Plan
from naxios.staff import audit
from tests.unit.codes.making import one, stored

DAY = timedelta(days=1)
BROWSER = Origin("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0")

pytestmark = pytest.mark.usefixtures("database", "pro")


def test_a_code_gives_days_of_a_plan_from_now_on(user: User, pro: Plan) -> None:
    before = timezone.now()

    redeemed = services.redeem(user=user, code=one())

    assert redeemed.plan_from is not None
    assert redeemed.plan_until is not None
    assert before <= redeemed.plan_from <= timezone.now()
    assert redeemed.plan_until - redeemed.plan_from == 30 * DAY
    entitlement, *more = plans.of_user(user.pk)
    assert more == []
    assert (entitlement.plan, entitlement.source) == (pro, "code")
    assert (entitlement.starts_at, entitlement.ends_at) == (redeemed.plan_from, redeemed.plan_until)
    assert plans.plan_of(user.pk) == pro


def test_the_gateway_hears_of_it(user: User) -> None:
    before = invalidation.latest()

    services.redeem(user=user, code=one())

    assert ("account", user.pk) in [(topic, subject) for _, topic, subject in invalidation.since(before) or ()]


def test_a_code_gives_bonus_tokens_until_they_are_used(user: User) -> None:
    redeemed = services.redeem(user=user, code=one(tokens=5_000))

    assert (redeemed.plan, redeemed.tokens, redeemed.bonus_until) == ("", 5_000, None)
    bonus = plans.bonus_of(user.pk)
    assert (bonus.left, bonus.changes_at) == (5_000, None)
    assert plans.plan_of(user.pk).name == "free"


def test_bonus_tokens_may_end(user: User) -> None:
    redeemed = services.redeem(user=user, code=one(tokens=5_000, bonus_days=7))

    (grant,) = plans.bonus_of(user.pk).grants
    assert grant.ends_at == redeemed.bonus_until
    assert grant.ends_at is not None
    assert grant.ends_at - grant.created_at == pytest.approx(7 * DAY, abs=timedelta(seconds=5))


def test_a_code_may_give_both(user: User, pro: Plan) -> None:
    redeemed = services.redeem(user=user, code=one(plan_name="pro", days=30, tokens=5_000))

    assert redeemed.gives == "Pro for 30 days and 5,000 bonus tokens"
    assert plans.plan_of(user.pk) == pro
    assert plans.bonus_of(user.pk).left == 5_000


@pytest.mark.parametrize("write", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code[4:]} "])
def test_a_code_is_read_as_people_type_it(user: User, write: Callable[[str], str]) -> None:
    code = one()

    assert services.redeem(user=user, code=write(code)).plan == "Pro"


def test_what_was_given_is_said_in_a_sentence(user: User) -> None:
    first = services.redeem(user=user, code=one())
    second = services.redeem(user=user, code=one())
    bonus = services.redeem(user=user, code=one(tokens=5_000))
    ending = services.redeem(user=user, code=one(tokens=1, bonus_days=1))

    when = r"\d+ \w{3} \d{4}, \d\d:\d\d"
    assert re.fullmatch(f"You have Pro until {when} UTC\\.", str(first))
    assert re.fullmatch(f"You have Pro from {when} until {when} UTC\\.", str(second))
    assert str(bonus) == "You have 5,000 bonus tokens more, until they are used."
    assert re.fullmatch(f"You have 1 bonus token more, until {when} UTC\\.", str(ending))


def test_days_of_two_codes_are_had_one_after_the_other(user: User, pro: Plan) -> None:
    first, second, third = (services.redeem(user=user, code=one()) for _ in range(3))

    assert (first.begins_later, second.begins_later, third.begins_later) == (False, True, True)
    assert first.plan_until == second.plan_from
    assert second.plan_until == third.plan_from
    assert third.plan_until is not None
    assert first.plan_from is not None
    assert third.plan_until - first.plan_from == 90 * DAY


def test_days_of_another_plan_begin_at_once(user: User) -> None:
    plan_services.put(name="max", fields={"tokens_per_day": 9_000, "price_minor": 9_900})
    services.redeem(user=user, code=one())

    redeemed = services.redeem(user=user, code=one(plan_name="max", days=7))

    assert not redeemed.begins_later
    assert plans.plan_of(user.pk).name == "max"


def test_days_of_a_code_that_is_over_do_not_count(user: User, pro: Plan) -> None:
    services.redeem(user=user, code=one())
    plan_services.end(entitlement=plans.of_user(user.pk)[0])

    assert not services.redeem(user=user, code=one()).begins_later


def test_days_beside_a_grant_of_staff_begin_at_once(user: User, pro: Plan) -> None:
    plan_services.grant(user=user, plan=pro, ends_at=timezone.now() + 5 * DAY)

    assert not services.redeem(user=user, code=one()).begins_later


def test_the_account_is_told_by_event_and_by_mail_without_the_code(user: User) -> None:
    code = one()

    services.redeem(user=user, code=code, origin=BROWSER)

    event = SecurityEvent.objects.get(user=user, kind="code_redeemed")
    assert event.detail == f"Pro for 30 days (code …{code[-4:]})"
    assert (event.address, event.user_agent) == BROWSER
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == ("dev@example.com", "A code was redeemed on your account")
    assert f"The code that ends in {code[-4:]} was redeemed" in mail.body
    assert "It gives Pro for 30 days." in mail.body
    assert "You have Pro until " in mail.body
    assert "Chrome on Linux, network address 203.0.113.7" in mail.body
    assert "If it was not, somebody else is in your account" in mail.body
    assert "\n\n\n" not in mail.body
    assert not any(part in mail.body for part in code.split("-")[1:4])


def test_a_code_with_a_wrong_character_is_refused_without_a_look_up(user: User, no_code_is_looked_up: None) -> None:
    code = one()
    wrong = code[:-1] + ("7" if code[-1] != "7" else "8")

    with pytest.raises(Refused, match="A character is wrong: check it again"):
        services.redeem(user=user, code=wrong)


def test_a_code_that_does_not_exist_is_refused(user: User) -> None:
    from naxios.domain import codes

    with pytest.raises(Refused, match="There is no such code"):
        services.redeem(user=user, code=codes.generate())


def test_a_code_that_another_account_used_is_used_up(user: User, other: User) -> None:
    code = one()
    services.redeem(user=other, code=code)

    with pytest.raises(Refused, match="This code is used up"):
        services.redeem(user=user, code=code)

    assert plans.of_user(user.pk) == []
    assert stored(code).uses == 1


def test_an_account_that_redeemed_a_code_is_told_so(user: User) -> None:
    for code in (one(), one(plan_name="pro", days=30, max_uses=5, per_account=3)):
        services.redeem(user=user, code=code)

        with pytest.raises(Refused, match=r"You have redeemed this code already, on \d+ \w+ \d{4}, \d\d:\d\d UTC"):
            services.redeem(user=user, code=code)

    assert len(plans.of_user(user.pk)) == 2


def test_a_code_can_be_redeemed_by_as_many_accounts_as_it_says(user: User, other: User, staff: User) -> None:
    code = one(plan_name="pro", days=30, max_uses=2)
    services.redeem(user=user, code=code)
    services.redeem(user=other, code=code)

    with pytest.raises(Refused, match="used up"):
        services.redeem(user=staff, code=code)


@pytest.mark.parametrize(("per_account", "many"), [(1, "one code"), (2, "2 codes")])
def test_an_account_redeems_as_many_codes_of_a_batch_as_it_may(
    user: User, other: User, per_account: int, many: str
) -> None:
    _, written = services.create_batch(plan_name="pro", days=1, count=4, per_account=per_account)
    for code in written[:per_account]:
        services.redeem(user=user, code=code)

    with pytest.raises(Refused, match=f"An account can redeem {many} of this kind, and you have"):
        services.redeem(user=user, code=written[-1])

    assert services.redeem(user=other, code=written[-1])


def test_a_batch_may_let_an_account_redeem_all_its_codes(user: User) -> None:
    _, written = services.create_batch(tokens=10, count=4, per_account=None)

    for code in written:
        services.redeem(user=user, code=code)

    assert plans.bonus_of(user.pk).left == 40


def test_a_code_can_be_redeemed_within_its_time_only(user: User) -> None:
    now = timezone.now()
    later = one(plan_name="pro", days=30, valid_from=datetime(2099, 5, 6, 7, 8, tzinfo=UTC))
    over = one(plan_name="pro", days=30, valid_until=now + DAY)
    batch = stored(over).batch
    batch.valid_until = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    batch.save()

    with pytest.raises(Refused, match=r"not valid yet\. It can be redeemed from 6 May 2099, 07:08 UTC on"):
        services.redeem(user=user, code=later)
    with pytest.raises(Refused, match=r"has expired\. It could be redeemed until 4 Mar 2026, 05:06 UTC"):
        services.redeem(user=user, code=over)


def test_a_code_for_an_account_by_staff_is_audited(user: User, staff: User) -> None:
    services.redeem_for(user=user, code=one(), actor=staff)

    event = audit.events().first()
    assert event is not None
    assert (event.actor, event.act, event.subject, event.detail) == (staff, "code_redeemed", user, "Pro for 30 days")


def test_the_database_keeps_an_account_from_redeeming_a_code_twice(user: User) -> None:
    code = one(tokens=1, max_uses=9, per_account=9)
    services.redeem(user=user, code=code)
    redemption = Redemption.objects.get()

    with pytest.raises(IntegrityError):
        Redemption.objects.create(batch=redemption.batch, code=redemption.code, user=user, turn=2, at=timezone.now())


def test_the_database_keeps_an_account_from_having_a_turn_twice(user: User) -> None:
    batch, written = services.create_batch(tokens=1, count=2)
    services.redeem(user=user, code=written[0])

    with pytest.raises(IntegrityError):
        Redemption.objects.create(batch=batch, code=stored(written[1]), user=user, turn=1, at=timezone.now())


def test_what_an_account_redeemed_stands_in_its_list(user: User, other: User) -> None:
    services.redeem(user=user, code=one())
    services.redeem(user=user, code=one())
    services.redeem(user=other, code=one(tokens=1))

    assert [own.standing for own in queries.of_user(user.pk).rows] == ["begins later", "counts"]


def test_a_redemption_outlives_the_account_without_the_link(user: User) -> None:
    code = one()
    services.redeem(user=user, code=code)

    accounts.find("dev@example.com").delete()

    redemption = Redemption.objects.get()
    assert redemption.user is None
    assert stored(code).uses == 1
