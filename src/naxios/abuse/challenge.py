"""The check by which an account's owner ends a hold alone: a minute for a person, dear for somebody with a hundred.

They confirm who they are once more, and open a link that is sent to an address that is not one to throw away. What
makes it dear is that a browser passes it for one account within 30 days, and a network for few: others wait for staff.
"""

from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from naxios.abuse import disposable, queries, reviews, sightings
from naxios.abuse.models import Review, ReviewStep, Sighting
from naxios.accounts.origin import NOWHERE, Origin
from naxios.domain.moments import microseconds
from naxios.errors import Refused
from naxios.mail import services as mail

LINK_LIFE = timedelta(minutes=30)
MOST_BY_BROWSER = 1
MOST_BY_NETWORK = 3
"""Accounts that may pass the check from one browser or network within 30 days."""
_SALT = "naxios.abuse-check"
_OVER = "This link is over: it works once, for 30 minutes, and only the last one counts. Ask for another."


class Passed(StrEnum):
    """What has become of a check."""

    RELEASED = "released"
    LEFT_TO_STAFF = "left_to_staff"


@transaction.atomic
def send_link(*, user: AbstractBaseUser, origin: Origin = NOWHERE) -> None:
    """Mail ``user``, who has just confirmed who they are, the link that ends the hold.

    Raises
    ------
    Refused
        The account is not held, or its address is one to throw away.
    """
    review = reviews.locked(_held(user))
    if disposable.domain_of(review.user.get_username()):
        raise Refused(
            "Your e-mail address is at a provider of addresses to throw away. Change it under Settings first, to one "
            "that you keep; then come back here."
        )
    sightings.note_network(user=user, address=origin.address)
    review.link_sent_at = timezone.now()
    review.save(update_fields=["link_sent_at"])
    reviews.note_step(review, ReviewStep.What.LINK_SENT)
    path = reverse("abuse:confirm", args=[signing.dumps(_content(review), salt=_SALT)])
    mail.send(to=review.user.get_username(), template="abuse/mail/check.txt", context={"path": path})


def verify(*, user: AbstractBaseUser, token: str) -> Review:
    """The review of ``user`` that the link with ``token`` is for.

    Raises
    ------
    Refused
        The link is over or somebody else's, or the account is not held any more.
    """
    review = _held(user)
    _check(review, token)
    return review


@transaction.atomic
def confirm(*, user: AbstractBaseUser, token: str, origin: Origin = NOWHERE) -> Passed:
    """End the hold, or leave it to staff where others have passed the check from the same browser or network.

    Raises
    ------
    Refused
        As for :func:`verify`.
    """
    review = reviews.locked(_held(user))
    _check(review, token)  # once nobody else can use it: of two clicks at once, one counts
    review.link_sent_at = None
    review.save(update_fields=["link_sent_at"])
    sightings.note_network(user=user, address=origin.address)
    if (
        _passed_by_others(user.pk, Sighting.What.BROWSER) >= MOST_BY_BROWSER
        or _passed_by_others(user.pk, Sighting.What.NETWORK) >= MOST_BY_NETWORK
    ):
        reviews.note_step(review, ReviewStep.What.LEFT_TO_STAFF)
        return Passed.LEFT_TO_STAFF
    reviews.note_step(review, ReviewStep.What.PASSED)
    reviews.end_hold(review=review, why="confirmed by its owner", origin=origin)
    return Passed.RELEASED


def waits_for_staff(review: Review) -> bool:
    """Whether the owner has done what they can during the present hold."""
    return review.steps.filter(what=ReviewStep.What.LEFT_TO_STAFF, at__gte=review.held_at).exists()


def _held(user: AbstractBaseUser) -> Review:
    review = queries.held_review(user.pk)
    if review is None:
        raise Refused("Nothing of your account is held.")
    return review


def _check(review: Review, token: str) -> None:
    try:
        content = signing.loads(token, salt=_SALT, max_age=LINK_LIFE)
    except signing.BadSignature:
        raise Refused(_OVER) from None
    if not review.is_held or review.link_sent_at is None or content != _content(review):
        raise Refused(_OVER)


def _passed_by_others(user_id: int, what: Sighting.What) -> int:
    since = timezone.now() - sightings.KEPT
    passed = ReviewStep.objects.filter(what=ReviewStep.What.PASSED, at__gt=since)
    others = passed.filter(review__user_id__in=sightings.shared_with(user_id, what))
    return others.values("review__user_id").distinct().count()


def _content(review: Review) -> list[object]:
    """What a link is good for: this review, the account's present address, and only the last time it was sent."""
    sent_at = 0 if review.link_sent_at is None else microseconds(review.link_sent_at)
    return [review.pk, review.user.get_username(), sent_at]
