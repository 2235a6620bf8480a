"""Signs that weigh enough open a review; staff decide it; nothing but a person suspends anybody."""

from typing import Any

import pytest
from django.db import IntegrityError

from naxios.abuse import queries, reviews
from naxios.abuse.models import Review, Signal
from naxios.accounts.models import User
from naxios.errors import Refused
from naxios.invalidation.models import Change
from naxios.staff import audit
from tests.unit.abuse.people import (
    decided,
    events_of,
    look_alike,
    mails_to,
    person,
    review_of,
    reviewed,
    share_key,
    signs_of,
    steps_of,
)

# Opening


def test_signs_that_weigh_enough_open_one_review(ada: User) -> None:
    share_key(ada)
    share_key(ada, key_id=8)

    review = review_of(ada)
    assert (review.score, review.is_open, review.is_held) == (60, True, False)
    assert steps_of(review) == ["opened"]
    assert events_of(ada) == []
    assert mails_to(ada) == []


def test_signs_that_do_not_weigh_enough_open_none(ada: User) -> None:
    look_alike(ada, person("bob@example.com"))

    assert signs_of(ada)
    assert not Review.objects.exists()


def test_different_signs_add_up_and_the_same_one_does_not(database: object) -> None:
    user = person("x@mailinator.com")
    look_alike(user, person("bob@example.com"))

    assert review_of(user).score == 40 + 30
    share_key(user)
    share_key(user, networks=60)
    assert review_of(user).score == 40 + 30 + 60


def test_a_weight_of_nothing_lets_a_sign_not_count(ada: User) -> None:
    decided(weights={"shared_key": 0})
    share_key(ada)

    assert not Review.objects.exists()


def test_staff_are_not_reviewed(staff: User) -> None:
    share_key(staff)

    assert not Review.objects.exists()


def test_an_account_has_one_open_review_whatever_happens_at_once(ada: User) -> None:
    reviewed(ada)

    with pytest.raises(IntegrityError):
        Review.objects.create(user=ada)


# Holding by itself


def test_nothing_is_held_unless_the_operator_wants_it(database: object) -> None:
    user = person("x@mailinator.com")
    share_key(user)
    look_alike(user, person("bob@example.com"))

    assert review_of(user).score >= queries.policy().hold_at
    assert queries.held_review(user.pk) is None


def test_a_score_over_the_threshold_holds_the_free_tier_and_tells_its_owner(database: object) -> None:
    decided(hold=True)
    user = person("x@mailinator.com")
    look_alike(user)
    share_key(user)

    assert queries.held_review(user.pk) == review_of(user)
    assert steps_of(review_of(user)) == ["opened", "held"]
    assert events_of(user) == ["held"]
    (mail,) = mails_to(user)
    assert mail.subject == "Your free tier is held: please confirm that it is you"
    assert "/dashboard/review/" in mail.body
    assert Change.objects.filter(topic="account", subject=user.pk).exists()


def test_no_sign_holds_anybody_alone(ada: User) -> None:
    decided(hold=True, weights={"shared_key": 1000})
    share_key(ada)
    share_key(ada, key_id=8)

    assert review_of(ada).score == 1000
    assert queries.held_review(ada.pk) is None


def test_a_sign_that_weighs_nothing_is_no_second_one(database: object) -> None:
    decided(hold=True, weights={"shared_key": 1000, "disposable_mail": 0})
    user = person("x@mailinator.com")
    look_alike(user)
    share_key(user)

    assert not review_of(user).is_held


def test_who_was_released_is_not_held_again_in_the_same_review(staff: User) -> None:
    decided(hold=True)
    user = person("x@mailinator.com")
    look_alike(user)
    share_key(user)
    reviews.release(review=review_of(user), actor=staff)

    look_alike(user, person("bob@example.com"))

    assert not review_of(user).is_held


def test_no_score_suspends_anybody(database: object) -> None:
    decided(hold=True, weights={"shared_key": 1000, "shared_browser": 1000, "disposable_mail": 1000})
    user = person("x@mailinator.com")
    share_key(user, networks=64)
    look_alike(user, person("bob@example.com"))

    user.refresh_from_db()
    assert review_of(user).is_held
    assert not user.is_suspended


# Deciding


def test_clearing_closes_the_review_and_the_same_signs_do_not_open_another(ada: User, staff: User) -> None:
    review = reviewed(ada)

    reviews.clear(review=review, actor=staff, note="A build farm:\nhas a contract.")
    share_key(ada)
    share_key(ada, networks=29)

    review = review_of(ada)
    assert (review.is_open, review.outcome) == (False, "cleared")
    assert steps_of(review) == ["opened", "cleared"]
    assert review.steps.last().note == "A build farm: has a contract."  # type: ignore[union-attr]
    assert mails_to(ada) == []


def test_what_has_become_twice_as_strong_or_is_new_opens_another(ada: User, staff: User) -> None:
    reviews.clear(review=reviewed(ada), actor=staff, note="A build farm.")

    share_key(ada, networks=30)

    second = queries.page("open", 1).object_list[0]
    assert second.score == 60
    reviews.clear(review=second, actor=staff, note="It grew.")
    share_key(ada, key_id=8)
    assert Review.objects.filter(user=ada).count() == 3


def test_clearing_needs_a_note(ada: User, staff: User) -> None:
    with pytest.raises(Refused, match="Say in a sentence why"):
        reviews.clear(review=reviewed(ada), actor=staff, note=" \n ")

    assert review_of(ada).is_open


def test_clearing_ends_a_hold_and_tells_so(ada: User, staff: User) -> None:
    review = reviewed(ada)
    reviews.hold(review=review, actor=staff)
    reviews.clear(review=review, actor=staff, note="Talked to them.")

    assert queries.held_review(ada.pk) is None
    assert events_of(ada) == ["held", "released"]
    assert [mail.subject for mail in mails_to(ada)][1:] == ["Your free tier works again"]


def test_staff_hold_and_release(ada: User, staff: User) -> None:
    review = reviewed(ada)
    reviews.hold(review=review, actor=staff, note="Looks like eleven others.")
    assert queries.held_review(ada.pk) == review
    with pytest.raises(Refused, match="held already"):
        reviews.hold(review=review, actor=staff)

    reviews.release(review=review, actor=staff, note="They called.")

    assert queries.held_review(ada.pk) is None
    with pytest.raises(Refused, match="is not held"):
        reviews.release(review=review, actor=staff)
    assert steps_of(review) == ["opened", "held", "released"]
    assert len(mails_to(ada)) == 2


def test_suspending_is_an_act_of_its_own_with_a_reason(ada: User, staff: User) -> None:
    review = reviewed(ada)
    with pytest.raises(Refused, match="Give the reason"):
        reviews.suspend(review=review, actor=staff, reason="")

    reviews.hold(review=review, actor=staff)
    reviews.suspend(review=review, actor=staff, reason="Sold keys, seen on a forum.")

    ada.refresh_from_db()
    review.refresh_from_db()
    assert ada.is_suspended
    assert (review.outcome, review.is_open, review.is_held) == ("suspended", False, False)
    assert events_of(ada) == ["held", "suspended"]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (reviews.clear, {"note": "again"}),
        (reviews.hold, {}),
        (reviews.release, {}),
        (reviews.suspend, {"reason": "again"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_has_been_decided_is_not_decided_again(ada: User, staff: User, act: Any, fields: dict[str, str]) -> None:
    review = reviewed(ada)
    reviews.clear(review=review, actor=staff, note="Harmless.")

    with pytest.raises(Refused, match="decided already"):
        act(review=review, actor=staff, **fields)


def test_a_note_has_an_end(ada: User, staff: User) -> None:
    with pytest.raises(Refused, match="at most 400"):
        reviews.clear(review=reviewed(ada), actor=staff, note="x" * 401)


def test_every_decision_is_in_the_audit_with_its_reason(ada: User, staff: User) -> None:
    review = reviewed(ada)
    reviews.hold(review=review, actor=staff, note="one")
    reviews.release(review=review, actor=staff, note="two")
    reviews.suspend(review=review, actor=staff, reason="three")

    recorded = [(event.act, event.detail, event.actor, event.subject) for event in audit.events()]
    assert recorded == [
        ("account_suspended", "three", staff, ada),
        ("free_tier_released", "two", staff, ada),
        ("free_tier_held", "one", staff, ada),
    ]


def test_reviews_and_signs_go_with_their_account(ada: User) -> None:
    reviewed(ada)
    ada.delete()

    assert (Review.objects.count(), Signal.objects.count()) == (0, 0)


# Asking


def test_the_queue_has_the_highest_score_first(ada: User, staff: User) -> None:
    bob, eve = person("bob@example.com"), person("eve@mailinator.com")
    for user in (ada, bob, eve):
        look_alike(user, device=user.email)
        share_key(user)
    reviews.clear(review=review_of(bob), actor=staff, note="Harmless.")
    reviews.hold(review=review_of(ada), actor=staff)

    assert [review.user for review in queries.page("open", 1)] == [eve, ada]
    assert [review.user for review in queries.page("held", 1)] == [ada]
    assert [review.user for review in queries.page("done", 1)] == [bob]
    assert queries.counts() == {"open": 2, "held": 1, "done": 1}


def test_what_the_operator_decides_is_told_as_changes(database: object) -> None:
    from naxios.abuse import services
    from naxios.abuse.policy import Policy, Weights

    wanted = Policy(hold=True, weights=Weights(shared_key=10))

    assert services.put_policy(policy=wanted) == {"hold": (False, True), "weights.shared_key": (60, 10)}
    assert services.put_policy(policy=wanted) == {}
    assert queries.policy() == wanted
