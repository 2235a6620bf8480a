"""Reviews: opened by what signs weigh together, decided by staff. Nothing here suspends anybody by itself.

A hold stops an account's free tier, and nothing that it has paid for, until its owner passes the check
(``challenge.py``) or staff release it.
"""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.abuse import queries
from naxios.abuse.models import Review, ReviewStep, Signal
from naxios.abuse.policy import Policy
from naxios.accounts import events
from naxios.accounts import services as accounts
from naxios.accounts.origin import NOWHERE, Origin
from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.mail import services as mail
from naxios.staff import audit

KINDS_FOR_A_HOLD = 2
"""No sign holds anybody alone, whatever it weighs."""
LONGEST_NOTE = 400
What = ReviewStep.What


def score(signals: Iterable[Signal], policy: Policy) -> int:
    """What ``signals`` weigh together: each kind once, without those that staff have found harmless."""
    return sum(getattr(policy.weights, kind) for kind in _kinds(signals))


@transaction.atomic
def weigh(*, user: AbstractBaseUser, policy: Policy) -> None:
    """Open a review of ``user`` if their signs weigh enough, and hold their free tier if the operator wants that.

    Staff are not reviewed: they decide about reviews.
    """
    if getattr(user, "is_staff", False):
        return
    accounts.lock(user=user)
    signals = queries.signals_of(user.pk)
    total = score(signals, policy)
    review = Review.objects.filter(user_id=user.pk, closed_at=None).first()
    if review is None:
        if total < policy.review_at:
            return
        review = Review.objects.create(user_id=user.pk, score=total)
        note_step(review, What.OPENED)
    elif review.score != total:
        review.score = total
        review.save(update_fields=["score"])
    counting = [kind for kind in _kinds(signals) if getattr(policy.weights, kind)]
    # Held once in a review: whoever has passed the check is not asked again because of the same thing.
    if policy.hold and total >= policy.hold_at and len(counting) >= KINDS_FOR_A_HOLD and review.held_at is None:
        _hold(review, None, "by itself, because of the score")


@transaction.atomic
def hold(*, review: Review, actor: AbstractBaseUser, note: str = "", origin: Origin = NOWHERE) -> None:
    """Hold the free tier of the account until its owner passes the check.

    Raises
    ------
    Refused
        The review is closed, or the account is held already.
    """
    review = locked(review)
    _check_open(review)
    if review.is_held:
        raise Refused("The free tier of this account is held already.")
    note = _checked(note)
    _hold(review, actor, note)
    audit.record(actor=actor, act="free_tier_held", subject=review.user, detail=note, origin=origin)


@transaction.atomic
def release(*, review: Review, actor: AbstractBaseUser, note: str = "", origin: Origin = NOWHERE) -> None:
    """End the hold; the review stays open.

    Raises
    ------
    Refused
        The review is closed, or the account is not held.
    """
    review = locked(review)
    _check_open(review)
    if not review.is_held:
        raise Refused("The free tier of this account is not held.")
    note = _checked(note)
    end_hold(review=review, why="by staff", actor=actor, note=note)
    audit.record(actor=actor, act="free_tier_released", subject=review.user, detail=note, origin=origin)


@transaction.atomic
def clear(*, review: Review, actor: AbstractBaseUser, note: str, origin: Origin = NOWHERE) -> None:
    """Find the account's signs harmless: the review closes, its hold ends, and the same signs do not open another.

    Raises
    ------
    Refused
        The review is closed already, or ``note`` does not say why.
    """
    review = locked(review)
    _check_open(review)
    note = _checked(note, needed="Say in a sentence why it is harmless: who looks at the account next will want it.")
    if review.is_held:
        end_hold(review=review, why="after a review", actor=actor)
    Signal.objects.filter(user_id=review.user_id).update(settled_amount=F("amount"))
    _close(review, Review.Outcome.CLEARED)
    note_step(review, What.CLEARED, actor, note)
    audit.record(actor=actor, act="review_cleared", subject=review.user, detail=note, origin=origin)


@transaction.atomic
def suspend(*, review: Review, actor: AbstractBaseUser, reason: str, origin: Origin = NOWHERE) -> None:
    """Suspend the account, which stops everything that it has. A decision of a person, with a reason of its own.

    Raises
    ------
    Refused
        The review is closed already, or there is no reason.
    """
    review = locked(review)
    _check_open(review)
    reason = _checked(reason, needed="Give the reason. That there are signs is none.")
    user = get_user_model().objects.select_for_update().get(pk=review.user_id)
    accounts.suspend(user=user)
    if review.is_held:
        review.hold_ended_at = timezone.now()
    _close(review, Review.Outcome.SUSPENDED)
    note_step(review, What.SUSPENDED, actor, reason)
    audit.record(actor=actor, act="account_suspended", subject=user, detail=reason, origin=origin)


def end_hold(
    *, review: Review, why: str, actor: AbstractBaseUser | None = None, note: str = "", origin: Origin = NOWHERE
) -> None:
    """End the hold of ``review``, whose row the caller has locked, and tell the account's owner."""
    review.hold_ended_at = timezone.now()
    review.save(update_fields=["hold_ended_at"])
    note_step(review, What.RELEASED, actor, note)
    events.record(user=review.user, kind=events.Kind.RELEASED, detail=why, origin=origin)
    mail.send(to=review.user.get_username(), template="abuse/mail/released.txt", context={})
    invalidation.account_changed(review.user_id)


def _hold(review: Review, actor: AbstractBaseUser | None, note: str) -> None:
    review.held_at, review.hold_ended_at, review.link_sent_at = timezone.now(), None, None
    review.save(update_fields=["held_at", "hold_ended_at", "link_sent_at"])
    note_step(review, What.HELD, actor, note)
    events.record(user=review.user, kind=events.Kind.HELD, detail="the free tier, until you confirm yourself")
    mail.send(to=review.user.get_username(), template="abuse/mail/held.txt", context={})
    invalidation.account_changed(review.user_id)


def _close(review: Review, outcome: Review.Outcome) -> None:
    review.closed_at, review.outcome = timezone.now(), outcome
    review.save(update_fields=["closed_at", "outcome", "hold_ended_at"])


def note_step(review: Review, what: ReviewStep.What, actor: AbstractBaseUser | None = None, note: str = "") -> None:
    """Note that ``actor`` (``None``: the account's owner, or nobody) did something in ``review``."""
    ReviewStep.objects.create(review=review, what=what, actor_id=None if actor is None else actor.pk, note=note)


def locked(review: Review) -> Review:
    """``review`` as it is now, and nobody else's until the transaction ends."""
    return Review.objects.select_for_update(of=("self",)).select_related("user").get(pk=review.pk)


def _check_open(review: Review) -> None:
    if not review.is_open:
        raise Refused("This review has been decided already. A new one opens when there is something new.")


def _checked(note: str, *, needed: str = "") -> str:
    note = " ".join(note.split())
    if needed and not note:
        raise Refused(needed)
    if len(note) > LONGEST_NOTE:
        raise Refused(f"A note has at most {LONGEST_NOTE} characters.")
    return note


def _kinds(signals: Iterable[Signal]) -> set[str]:
    return {signal.kind for signal in signals if signal.settled_amount is None}
