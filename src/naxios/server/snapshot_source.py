"""The control plane's side of the gateway's snapshot interface: questions to the database, asked in a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections

from naxios.catalogue import queries as catalogue
from naxios.domain import clock
from naxios.domain.catalogue import Catalogue
from naxios.domain.principal import Principal
from naxios.domain.stored_usage import StoredUsage
from naxios.gateway.authenticate import SourceUnavailable
from naxios.gateway.snapshot import Changes
from naxios.invalidation import queries as invalidation
from naxios.invalidation.models import Topic
from naxios.keys import queries as keys
from naxios.usage import queries as usage

log = structlog.get_logger(__name__)
T = TypeVar("T")

THREADS = 2
"""Enough for look-ups of keys that are not cached yet; connections stay open in these threads."""


class DatabaseSource:
    """See :class:`naxios.gateway.snapshot.SnapshotSource` for the methods."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="snapshot")
        self._away = False

    async def find_key(self, digest: bytes) -> Principal | None:
        return await self._ask(lambda: keys.principal(digest))

    async def catalogue(self) -> Catalogue:
        return await self._ask(catalogue.snapshot)

    async def stored_usage(self) -> StoredUsage:
        return await self._ask(lambda: usage.stored_usage(clock.now()))

    async def latest_change(self) -> int:
        return await self._ask(invalidation.latest)

    async def changes_since(self, number: int) -> Changes | None:
        return await self._ask(lambda: _changes_since(number))

    async def is_reachable(self) -> bool:
        """Whether the database answers."""
        try:
            await self.latest_change()
        except SourceUnavailable:
            return False
        return True

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question)

    def _answer(self, question: Callable[[], T]) -> T:
        try:
            close_old_connections()
            answer = question()
        except DatabaseError as error:
            if not self._away:  # said once: it is asked several times a second
                log.warning("the database does not answer", exc_info=error)
            self._away = True
            raise SourceUnavailable from None
        if self._away:
            log.warning("the database answers again")
        self._away = False
        return answer


def _changes_since(number: int) -> Changes | None:
    latest = invalidation.latest()
    if latest == number:
        return None
    changes = invalidation.since(number)
    if changes is None:
        return Changes(latest, frozenset(), frozenset(), catalogue=True, everything=True)
    return Changes(
        changes[-1][0],
        frozenset(subject for _, topic, subject in changes if topic == Topic.KEY),
        frozenset(subject for _, topic, subject in changes if topic == Topic.ACCOUNT),
        catalogue=any(topic == Topic.CATALOGUE for _, topic, _ in changes),
        everything=False,
    )
