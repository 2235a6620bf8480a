"""The dashboard's way to the running limiter, which lives in the event loop while pages are made in threads."""

import asyncio

from naxios.domain.limits import LimitState, Scopes
from naxios.gateway.limits import Limiter
from naxios.usage.live import Unanswered

ANSWER_SECONDS = 0.25
"""Pages do without the present minute rather than wait longer for it."""


class LimiterStanding:
    """See :class:`naxios.usage.live.StandingSource`."""

    def __init__(self, limiter: Limiter, loop: asyncio.AbstractEventLoop) -> None:
        self._limiter = limiter
        self._loop = loop

    def standing(self, scopes: Scopes, now: int) -> list[LimitState]:
        asked = asyncio.run_coroutine_threadsafe(self._limiter.standing(scopes, now), self._loop)
        try:
            return asked.result(ANSWER_SECONDS)
        except TimeoutError:
            asked.cancel()
            raise Unanswered from None
