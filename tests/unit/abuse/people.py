"""People, and reviews of their accounts as signs bring them about."""

from typing import Any

from naxios.abuse import services
from naxios.abuse.models import Review, ReviewStep, Signal
from naxios.abuse.policy import Policy
from naxios.accounts.models import SecurityEvent, User
from naxios.accounts.services import create_user
from naxios.domain.journal import SharedKeyEntry
from naxios.mail.models import OutboxMail

PASSWORD = "four unrelated words"
HOUR = 490_000


def person(email: str, **fields: Any) -> User:
    """An account whose address is verified."""
    return create_user(email=email, password=PASSWORD, is_verified=True, **fields)


def decided(**fields: Any) -> None:
    """The operator has decided ``fields`` otherwise."""
    services.put_policy(policy=Policy.model_validate(fields))


def share_key(user: User, networks: int = 15, key_id: int = 7) -> None:
    """A key of ``user`` is used from many networks."""
    services.note_shared_keys(entries=[SharedKeyEntry(user.pk, key_id, HOUR, networks)])


def look_alike(*users: User, device: str = "the same browser") -> None:
    """``users`` sign in with one browser, and no network that says anything."""
    for user in users:
        services.signed_in(user=user, address=None, device=device)


def review_of(user: User) -> Review:
    """The one review of ``user``."""
    return Review.objects.select_related("user").get(user=user)


def reviewed(user: User) -> Review:
    """An open review of ``user``, who shares a key."""
    share_key(user)
    return review_of(user)


def signs_of(user: User) -> dict[str, int]:
    """The amount of each sign of ``user`` by its kind."""
    return dict(Signal.objects.filter(user=user).values_list("kind", "amount"))


def steps_of(review: Review) -> list[str]:
    """What was done in ``review``, oldest first."""
    return list(ReviewStep.objects.filter(review=review).order_by("pk").values_list("what", flat=True))


def events_of(user: User) -> list[str]:
    """What happened to ``user`` since their account was made."""
    kinds = SecurityEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
    return [kind for kind in kinds if kind != "signed_up"]


def mails_to(user: User) -> list[OutboxMail]:
    """The mails to ``user``, oldest first."""
    return list(OutboxMail.objects.filter(to=user.email).order_by("pk"))
