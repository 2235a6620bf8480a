"""The check: the owner of a held account ends the hold alone, one account a person."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naxios.abuse import challenge, queries, reviews, sightings
from naxios.abuse.models import Review, ReviewStep, Sighting
from naxios.accounts.models import User
from naxios.accounts.origin import Origin
from naxios.errors import Refused
from tests.unit.abuse.people import events_of, mails_to, person, review_of, share_key, steps_of

HOME = Origin("8.8.8.8", "curl/8.11.0")


@pytest.fixture
def held(ada: User, staff: User) -> User:
    """Ada, whose free tier is held."""
    return _hold(ada, staff)


def _hold(user: User, staff: User) -> User:
    share_key(user)
    reviews.hold(review=review_of(user), actor=staff)
    return user


def asked(user: User, origin: Origin = HOME) -> str:
    """The token in the link that ``user`` has asked for."""
    challenge.send_link(user=user, origin=origin)
    mail = mails_to(user)[-1]
    assert mail.subject == "Confirm that your account is yours"
    found = re.search(r"/dashboard/review/([^/\s]+)/", mail.body)
    assert found, mail.body
    return found[1]


def test_the_link_releases_the_free_tier_and_leaves_the_review_to_staff(held: User) -> None:
    assert challenge.confirm(user=held, token=asked(held), origin=HOME) is challenge.Passed.RELEASED

    review = review_of(held)
    assert queries.held_review(held.pk) is None
    assert review.is_open
    assert steps_of(review) == ["opened", "held", "link_sent", "passed", "released"]
    assert events_of(held) == ["held", "released"]
    assert mails_to(held)[-1].subject == "Your free tier works again"


def test_a_link_works_once(held: User, staff: User) -> None:
    token = asked(held)
    challenge.confirm(user=held, token=token)
    with pytest.raises(Refused, match="Nothing of your account is held"):
        challenge.confirm(user=held, token=token)

    reviews.hold(review=review_of(held), actor=staff)

    with pytest.raises(Refused, match="This link is over"):
        challenge.confirm(user=held, token=token)


def test_only_the_last_link_counts(held: User) -> None:
    first, second = asked(held), asked(held)

    with pytest.raises(Refused, match="This link is over"):
        challenge.confirm(user=held, token=first)
    assert challenge.confirm(user=held, token=second) is challenge.Passed.RELEASED


def test_a_link_runs_out(held: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = asked(held)
    later = signing.time.time() + challenge.LINK_LIFE.total_seconds() + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)

    with pytest.raises(Refused, match="This link is over"):
        challenge.confirm(user=held, token=token)


def test_a_link_is_good_for_its_own_account_alone(held: User, staff: User) -> None:
    other = _hold(person("bob@example.com"), staff)
    token = asked(held)
    asked(other)

    with pytest.raises(Refused, match="This link is over"):
        challenge.confirm(user=other, token=token)


def test_a_link_is_over_once_the_address_is_another(held: User) -> None:
    token = asked(held)
    User.objects.filter(pk=held.pk).update(email="new@example.com")

    with pytest.raises(Refused, match="This link is over"):
        challenge.confirm(user=held, token=token)


def test_an_address_to_throw_away_shows_nothing(staff: User) -> None:
    user = _hold(person("x@mailinator.com"), staff)

    with pytest.raises(Refused, match="Change it under Settings first"):
        challenge.send_link(user=user)

    User.objects.filter(pk=user.pk).update(email="kept@example.com")
    user.refresh_from_db()
    assert challenge.confirm(user=user, token=asked(user)) is challenge.Passed.RELEASED


def test_who_is_not_held_has_nothing_to_confirm(ada: User) -> None:
    with pytest.raises(Refused, match="Nothing of your account is held"):
        challenge.send_link(user=ada)


def test_a_browser_passes_it_for_one_account(held: User, staff: User) -> None:
    other = _hold(person("bob@example.com"), staff)
    for user in (held, other):
        sightings.note_browser(user=user, device="the same browser")
    challenge.confirm(user=held, token=asked(held, Origin("8.8.8.8")), origin=Origin("8.8.8.8"))

    passed = challenge.confirm(user=other, token=asked(other, Origin("9.9.9.9")), origin=Origin("9.9.9.9"))

    assert passed is challenge.Passed.LEFT_TO_STAFF
    assert queries.held_review(other.pk) is not None
    assert challenge.waits_for_staff(review_of(other))
    assert steps_of(review_of(other))[-2:] == ["link_sent", "left_to_staff"]


def test_a_network_passes_it_for_few(staff: User) -> None:
    outcomes = []
    for number in range(challenge.MOST_BY_NETWORK + 1):
        user = _hold(person(f"person{number}@example.com"), staff)
        sightings.note_browser(user=user, device=f"browser {number}")
        outcomes.append(challenge.confirm(user=user, token=asked(user), origin=HOME))

    assert outcomes == [challenge.Passed.RELEASED] * challenge.MOST_BY_NETWORK + [challenge.Passed.LEFT_TO_STAFF]


def test_after_thirty_days_it_can_be_passed_from_there_again(held: User, staff: User) -> None:
    other = _hold(person("bob@example.com"), staff)
    for user in (held, other):
        sightings.note_browser(user=user, device="the same browser")
    challenge.confirm(user=held, token=asked(held))
    ReviewStep.objects.filter(what="passed").update(at=timezone.now() - timedelta(days=30))

    assert challenge.confirm(user=other, token=asked(other)) is challenge.Passed.RELEASED


def test_who_was_left_to_staff_once_may_try_again_after_the_next_hold(held: User, staff: User) -> None:
    review = review_of(held)
    reviews.note_step(review, ReviewStep.What.LEFT_TO_STAFF)
    assert challenge.waits_for_staff(review_of(held))

    reviews.release(review=review, actor=staff)
    reviews.hold(review=review, actor=staff)

    assert not challenge.waits_for_staff(review_of(held))


@given(token=st.text(max_size=200))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_made_up_token_is_a_link(held: User, token: str) -> None:
    with pytest.raises(Refused, match="This link is over"):
        challenge.verify(user=held, token=token)


def test_what_was_left_behind_says_no_network(held: User) -> None:
    challenge.confirm(user=held, token=asked(held), origin=HOME)

    assert {sighting.what for sighting in Sighting.objects.filter(user=held)} == {"network"}
    assert Review.objects.get().link_sent_at is None
