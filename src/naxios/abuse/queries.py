"""What can be asked of abuse."""

from typing import TYPE_CHECKING, NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse

from naxios import config
from naxios.abuse import sightings
from naxios.abuse.models import Review, Settings, Sighting, Signal
from naxios.abuse.policy import Policy
from naxios.errors import Refused

if TYPE_CHECKING:
    from django.db.models import QuerySet

REVIEWS_A_PAGE = 50
MOST_RELATED = 50
SHOWN = ("open", "held", "done")
"""Which reviews a list shows."""


class Related(NamedTuple):
    """Another account that was seen at the same place: ``how`` it is tied, and its open review, if it has one."""

    user_id: int
    how: str
    review_id: int | None


def policy() -> Policy:
    """What signs weigh now, and from how much on something happens."""
    stored = Settings.objects.first()
    return Policy() if stored is None else Policy.model_validate(stored.values)


def held_review(user_id: int) -> Review | None:
    """The review because of which the free tier of an account is held; ``None`` if it is not."""
    held = Review.objects.filter(user_id=user_id, closed_at=None, hold_ended_at=None).exclude(held_at=None)
    return held.first()


def why_held(user_id: int) -> str:
    """What requests on a held free tier are told: what happened and what to do. Empty if it is not held."""
    if held_review(user_id) is None:
        return ""
    return (
        "The free tier of this account is held for a review. Its owner can end that in a minute, at "
        f"{config.load().address}{reverse('abuse:check')} . Paid plans and codes are not affected."
    )


def review(number: int) -> Review:
    """One review, with its account at hand.

    Raises
    ------
    Refused
        There is none with this number.
    """
    found = Review.objects.select_related("user").filter(pk=number).first()
    if found is None:
        raise Refused(f"There is no review {number}.")
    return found


def page(shown: str, number: str | int) -> "Page[Review]":
    """Reviews that are open (the highest score first), held, or done (the newest first)."""
    return Paginator(_shown(shown), REVIEWS_A_PAGE).get_page(number)


def counts() -> dict[str, int]:
    """How many reviews there are of each of ``SHOWN``."""
    return {shown: _shown(shown).count() for shown in SHOWN}


def signals_of(user_id: int) -> list[Signal]:
    """Every sign about an account, the newest first."""
    return list(Signal.objects.filter(user_id=user_id).order_by("-last_at", "-pk"))


def related(user_id: int) -> list[Related]:
    """Other accounts that share a browser or a network with this one now; for staff alone."""
    browsers = sightings.shared_with(user_id, Sighting.What.BROWSER)
    networks = sightings.shared_with(user_id, Sighting.What.NETWORK)
    found = sorted(browsers | networks, key=lambda other: (other not in browsers, other not in networks, other))
    reviews = dict(Review.objects.filter(user_id__in=found, closed_at=None).values_list("user_id", "pk"))
    return [Related(other, _how(other in browsers, other in networks), reviews.get(other)) for other in found]


def _how(by_browser: bool, by_network: bool) -> str:
    if by_browser and by_network:
        return "browser and network"
    return "browser" if by_browser else "network"


def _shown(shown: str) -> "QuerySet[Review]":
    reviews = Review.objects.select_related("user")
    if shown == "done":
        return reviews.exclude(closed_at=None).order_by("-closed_at", "-pk")
    reviews = reviews.filter(closed_at=None).order_by("-score", "opened_at", "pk")
    return reviews.filter(hold_ended_at=None).exclude(held_at=None) if shown == "held" else reviews
