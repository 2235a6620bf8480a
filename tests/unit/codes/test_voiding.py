"""Voiding codes and batches, and undoing redemptions: what ends, what stays, who is told, what is audited."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from naxios.accounts.models import SecurityEvent, User
from naxios.codes import queries, services
from naxios.codes.models import Batch, Redemption
from naxios.errors import Refused
from naxios.mail.models import OutboxMail
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.plans.models import Plan
from naxios.staff import audit
from tests.unit.codes.making import one, stored

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database", "pro")


def redeemed(user: User, code: str) -> Redemption:
    """The redemption of ``code`` by ``user``, now."""
    found = queries.redemption(services.redeem(user=user, code=code).number)
    assert found is not None
    return found


def terms(user: User) -> list[tuple[datetime, datetime | None]]:
    """From when until when the account has a plan, in order, without what was taken back before it began."""
    return sorted(
        (one.starts_at, one.ends_at) for one in plans.of_user(user.pk) if one.ends_at and one.ends_at > one.starts_at
    )


def acts() -> list[tuple[str, str]]:
    """What was audited since the batches were made, oldest first."""
    return [(event.act, event.detail) for event in reversed(audit.events()) if event.act != "code_batch_created"]


def test_a_voided_code_is_withdrawn_and_what_it_gave_stays(user: User, other: User, staff: User, pro: Plan) -> None:
    code = one(plan_name="pro", days=30, max_uses=5, name="autumn")
    services.redeem(user=user, code=code)

    services.void_code(code=stored(code), actor=staff, why="it leaked")

    with pytest.raises(Refused, match="This code has been withdrawn"):
        services.redeem(user=other, code=code)
    assert plans.plan_of(user.pk) == pro
    assert acts() == [("code_voided", f"…{code[-4:]} of autumn: it leaked")]


def test_voiding_a_code_twice_is_audited_once(staff: User) -> None:
    code = one()
    for _ in range(2):
        services.void_code(code=stored(code), actor=staff)

    assert len(acts()) == 1


def test_a_voided_batch_is_withdrawn_and_what_it_gave_stays(user: User, other: User, staff: User, pro: Plan) -> None:
    batch, written = services.create_batch(plan_name="pro", days=30, count=3, name="autumn")
    services.redeem(user=user, code=written[0])

    undone = services.void_batch(batch=batch, actor=staff, take_back=False)

    assert undone == 0
    for code in written[1:]:
        with pytest.raises(Refused, match="This code has been withdrawn"):
            services.redeem(user=other, code=code)
    assert plans.plan_of(user.pk) == pro
    assert queries.standing(Batch.objects.get()) == "voided"
    assert acts() == [("code_batch_voided", "autumn")]


def test_a_voided_batch_may_take_back_what_it_gave(user: User, other: User, staff: User) -> None:
    batch, written = services.create_batch(plan_name="pro", days=30, tokens=500, count=3, name="autumn")
    services.redeem(user=user, code=written[0])
    services.redeem(user=other, code=written[1])

    undone = services.void_batch(batch=batch, actor=staff, take_back=True, why="paid with a stolen card")

    assert undone == 2
    for person in (user, other):
        assert plans.plan_of(person.pk).name == "free"
        assert plans.bonus_of(person.pk).left == 0
    assert [act for act, _ in acts()] == ["code_batch_voided", "code_redemption_undone", "code_redemption_undone"]


def test_a_batch_that_is_voided_already_can_still_be_taken_back(user: User, staff: User) -> None:
    batch, written = services.create_batch(plan_name="pro", days=30, count=2)
    services.redeem(user=user, code=written[0])
    services.void_batch(batch=batch, actor=staff, take_back=False)

    assert services.void_batch(batch=batch, actor=staff, take_back=True, why="fraud") == 1
    assert services.void_batch(batch=batch, actor=staff, take_back=True, why="fraud") == 0


def test_an_undone_redemption_ends_what_it_gave(user: User, staff: User) -> None:
    redemption = redeemed(user, one(plan_name="pro", days=30, tokens=500, name="autumn"))

    assert services.undo_redemption(redemption=redemption, actor=staff, why="wrong person")

    assert plans.plan_of(user.pk).name == "free"
    assert plans.bonus_of(user.pk).left == 0
    event = audit.events().first()
    assert event is not None
    assert (event.act, event.subject) == ("code_redemption_undone", user)
    assert event.detail == f"…{redemption.code.end} of autumn: wrong person"


def test_used_bonus_tokens_stay_used(user: User, staff: User) -> None:
    redemption = redeemed(user, one(tokens=500))
    plan_services.draw_bonus(user_id=user.pk, tokens=200, at=timezone.now())

    services.undo_redemption(redemption=redemption, actor=staff, why="wrong person")

    bonus = plans.bonus_of(user.pk)
    assert (bonus.used, bonus.left) == (200, 0)


def test_undoing_twice_undoes_once(user: User, staff: User) -> None:
    redemption = redeemed(user, one())

    assert services.undo_redemption(redemption=redemption, actor=staff, why="wrong person")
    assert not services.undo_redemption(redemption=redemption, actor=staff, why="wrong person", give_back=True)

    assert len(acts()) == 1
    assert not Redemption.objects.get().returned


@pytest.mark.parametrize("why", ["", "  ", "w" * 201])
def test_undoing_needs_a_reason(user: User, staff: User, why: str) -> None:
    redemption = redeemed(user, one())

    with pytest.raises(Refused, match="Say why"):
        services.undo_redemption(redemption=redemption, actor=staff, why=why)
    with pytest.raises(Refused, match="Say why"):
        services.void_batch(batch=redemption.batch, actor=staff, take_back=True, why=why)

    assert queries.standing(Batch.objects.get()) == "valid"


def test_the_owner_is_told_why(user: User, staff: User) -> None:
    redemption = redeemed(user, one())

    services.undo_redemption(redemption=redemption, actor=staff, why="it was for somebody else")

    event = SecurityEvent.objects.get(user=user, kind="code_undone")
    assert (event.detail, event.address) == (f"Pro for 30 days (code …{redemption.code.end})", None)
    mail = OutboxMail.objects.get(subject="The redemption of a code was undone")
    assert mail.to == user.email
    assert "Why: it was for somebody else" in mail.body
    assert "\n\n\n" not in mail.body


def test_an_undone_code_stays_used_for_everybody(user: User, other: User, staff: User) -> None:
    code = one()
    services.undo_redemption(redemption=redeemed(user, code), actor=staff, why="wrong person")

    with pytest.raises(Refused, match="You redeemed this code, and staff undid it"):
        services.redeem(user=user, code=code)
    with pytest.raises(Refused, match="used up"):
        services.redeem(user=other, code=code)


def test_an_undone_code_that_is_given_back_can_be_redeemed_again(user: User, other: User, staff: User) -> None:
    code = one()
    services.undo_redemption(redemption=redeemed(user, code), actor=staff, why="wrong person", give_back=True)

    assert services.redeem(user=other, code=code)
    with pytest.raises(Refused, match="used up"):
        services.redeem(user=user, code=code)
    assert queries.listed([Batch.objects.get()])[0].used == 1


def test_turns_that_were_given_back_are_free_again(user: User, staff: User) -> None:
    _, written = services.create_batch(tokens=1, count=4, per_account=2)
    first = redeemed(user, written[0])
    services.redeem(user=user, code=written[1])
    services.undo_redemption(redemption=first, actor=staff, why="wrong code", give_back=True)

    services.redeem(user=user, code=written[2])

    with pytest.raises(Refused, match="can redeem 2 codes"):
        services.redeem(user=user, code=written[3])


def test_days_that_were_to_begin_later_move_up(user: User, staff: User) -> None:
    first, second, third = (redeemed(user, one(plan_name="pro", days=days)) for days in (30, 10, 5))

    services.undo_redemption(redemption=first, actor=staff, why="wrong person")

    (_, first_end), (second_start, second_end), (third_start, third_end) = terms(user)
    assert first_end == second_start
    assert second_end == third_start
    assert second_start <= timezone.now()
    assert (second_end, third_end) == (second_start + 10 * DAY, third_start + 5 * DAY)
    for redemption, start, end in ((second, second_start, second_end), (third, third_start, third_end)):
        redemption.refresh_from_db()
        assert (redemption.plan_from, redemption.plan_until) == (start, end)


def test_days_after_one_in_the_middle_move_up_to_the_one_before(user: User, staff: User) -> None:
    first, second, third = (redeemed(user, one(plan_name="pro", days=days)) for days in (30, 10, 5))

    services.undo_redemption(redemption=second, actor=staff, why="wrong person")

    (first_start, first_end), (third_start, third_end) = terms(user)
    assert (first_start, first_end) == (first.plan_from, first.plan_until)
    assert (third_start, third_end) == (first_end, third_start + 5 * DAY)
    assert third.plan_from != third_start


def test_a_code_after_an_undone_one_begins_without_a_gap(user: User, staff: User) -> None:
    first, second = redeemed(user, one()), redeemed(user, one())
    services.undo_redemption(redemption=second, actor=staff, why="wrong person")
    services.undo_redemption(redemption=first, actor=staff, why="wrong person")

    assert not services.redeem(user=user, code=one()).begins_later


def test_days_of_another_plan_stay_where_they_are(user: User, staff: User) -> None:
    plan_services.put(name="max", fields={"price_minor": 9_900})
    first = redeemed(user, one())
    other = [redeemed(user, one(plan_name="max", days=3)) for _ in range(2)][1]

    services.undo_redemption(redemption=first, actor=staff, why="wrong person")

    entitlement = plans.by_reference("code", other.reference)  # type: ignore[arg-type] # as a string
    assert entitlement is not None
    assert entitlement.starts_at == other.plan_from


def test_the_redemption_of_an_account_that_is_gone_can_be_undone(user: User, staff: User) -> None:
    code = one()
    redemption = redeemed(user, code)
    Redemption.objects.update(user=None)
    redemption = queries.redemption(redemption.pk) or redemption

    assert services.undo_redemption(redemption=redemption, actor=staff, why="wrong person", give_back=True)

    assert stored(code).uses == 0
