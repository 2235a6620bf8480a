"""The data plane of one process: its parts put together, started and stopped."""

import asyncio
from pathlib import Path

import structlog

from naxios.domain import clock
from naxios.domain.addresses import Reach
from naxios.domain.catalogue import ProviderKind
from naxios.gateway import metrics
from naxios.gateway.app import Gateway
from naxios.gateway.authenticate import Authenticator
from naxios.gateway.echo import EchoUpstream
from naxios.gateway.http.client import HttpUpstream
from naxios.gateway.journal import Journal
from naxios.gateway.limits import Limiter
from naxios.gateway.route import Router
from naxios.gateway.snapshot import Snapshot, SnapshotSource

log = structlog.get_logger(__name__)

TICK_SECONDS = 1
LAST_WORDS_SECONDS = 2
"""Requests that are cut off at the end are settled at once; a client that does not read its error is not waited for."""


class DataPlane:
    """Owns everything that lives as long as the process. Start it inside the event loop."""

    def __init__(
        self,
        *,
        source: SnapshotSource,
        limiter: Limiter,
        journal_directory: Path,
        reach: Reach,
        max_body_bytes: int,
        body_seconds: int,
    ) -> None:
        self._source = source
        self.limiter = limiter
        self.journal = Journal(journal_directory, on_trouble=_journal_trouble)
        self._upstream = HttpUpstream(reach)
        self.router = Router()
        authenticator = Authenticator(source)
        self._snapshot = Snapshot(source, authenticator)
        self.gateway = Gateway(
            authenticator=authenticator,
            snapshot=self._snapshot,
            limiter=limiter,
            router=self.router,
            upstreams={ProviderKind.OPENAI: self._upstream, ProviderKind.ECHO: EchoUpstream()},
            journal=self.journal,
            max_body_bytes=max_body_bytes,
            body_seconds=body_seconds,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load the snapshot, continue the counters, begin the background work.

        Raises
        ------
        SourceUnavailable
            The database does not answer.
        """
        await self._upstream.open()
        await self._snapshot.load()
        await self.limiter.restore(await self._source.stored_usage(), clock.now())
        self._tasks = [asyncio.create_task(self._snapshot.follow()), asyncio.create_task(self._tick())]

    async def stop(self) -> None:
        """Settle what is still running, end the background work and release the journal."""
        await self.gateway.finish(LAST_WORDS_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._upstream.close()
        self.gateway.refusals.flush(self.journal)
        self.gateway.networks.flush(self.journal)
        self.journal.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.gateway.refusals.flush(self.journal)
            self.gateway.networks.flush(self.journal)
            self.journal.flush()
            try:
                await asyncio.to_thread(self.journal.sync)
            except OSError:
                _journal_trouble()


def _journal_trouble() -> None:
    metrics.JOURNAL_TROUBLE.inc()
    log.error("the journal cannot be written; requests are refused until it can. Is the disk full?")
