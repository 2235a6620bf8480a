"""Asking the limiter, which lives in an event loop, from a thread."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from naxios.domain import clock
from naxios.domain.limits import Limits, account_scope
from naxios.gateway.limits.memory import MemoryLimiter
from naxios.server.standing import LimiterStanding
from naxios.usage.live import Unanswered

SCOPES = (account_scope(1, Limits(requests_per_minute=5, concurrency=2)),)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread of its own, as the gateway's does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_it_tells_what_the_present_minute_has_taken(loop: asyncio.AbstractEventLoop) -> None:
    limiter, now = MemoryLimiter(), clock.now()
    asyncio.run_coroutine_threadsafe(limiter.admit(SCOPES, 10, now), loop).result()

    standing = LimiterStanding(limiter, loop).standing(SCOPES, now)

    assert [(state.name, state.limit, state.remaining) for state in standing] == [
        ("requests_per_minute", 5, 4),
        ("concurrency", 2, 1),
    ]


def test_a_loop_that_is_busy_is_not_waited_for(loop: asyncio.AbstractEventLoop) -> None:
    free = threading.Event()
    loop.call_soon_threadsafe(free.wait)

    with pytest.raises(Unanswered):
        LimiterStanding(MemoryLimiter(), loop).standing(SCOPES, clock.now())

    free.set()
