"""How often a form may be sent: allauth's limits, by client address, account or e-mail address."""

from collections.abc import Callable
from typing import TypeVar

from allauth.decorators import rate_limit
from django.http import HttpResponse

View = TypeVar("View", bound=Callable[..., HttpResponse])


def limited(action: str, *, reading: bool = False) -> Callable[[View], View]:
    """Answer 429 when the form has been sent more often than ``ACCOUNT_RATE_LIMITS[action]`` allows.

    Parameters
    ----------
    reading : count requests that only read, too.
    """
    decorate: Callable[[View], View] = rate_limit(action=action, limit_get=reading)
    return decorate
