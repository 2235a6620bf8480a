"""What the gateway needs from the database, and how it stays up to date: one of its two interfaces to the other plane.

The second is the journal's directory, which the control plane drains.
"""

import asyncio
from typing import NamedTuple, Protocol

import structlog

from naxios.domain.catalogue import Catalogue
from naxios.domain.stored_usage import StoredUsage
from naxios.gateway.authenticate import Authenticator, KeySource, SourceUnavailable

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.25
"""A revoked key stops working within a second; four polls leave room for a slow database."""


class Changes(NamedTuple):
    """What changed up to change number ``latest``."""

    latest: int
    keys: frozenset[int]
    accounts: frozenset[int]
    catalogue: bool
    everything: bool


class SnapshotSource(KeySource, Protocol):
    """The control plane, as far as the gateway knows it. Every method may raise :class:`SourceUnavailable`."""

    async def catalogue(self) -> Catalogue:
        """All models that can be asked for."""

    async def stored_usage(self) -> StoredUsage:
        """Use of the present day and of the last minute, from records that have reached the database."""

    async def latest_change(self) -> int:
        """The number of the latest change."""

    async def changes_since(self, number: int) -> Changes | None:
        """What changed after change ``number``; ``None`` if nothing did."""


class Snapshot:
    """The catalogue at hand, kept up to date together with the authenticator's cache."""

    def __init__(self, source: SnapshotSource, authenticator: Authenticator) -> None:
        self.catalogue = Catalogue({})
        self._source = source
        self._authenticator = authenticator
        self._seen = 0

    async def load(self) -> None:
        """Take the first snapshot."""
        self._seen = await self._source.latest_change()
        self.catalogue = await self._source.catalogue()

    async def follow(self) -> None:
        """Poll for changes until cancelled. While the database is away, what is known stays in use."""
        away = False
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._poll()
                away = False
            except SourceUnavailable:
                if not away:
                    log.warning("the database cannot be asked for changes; going on with what is known")
                away = True
            except Exception:  # whatever it is: if the polling ended here, revoked keys would go on working
                if not away:
                    log.exception("changes could not be learned; going on with what is known")
                away = True

    async def _poll(self) -> None:
        changes = await self._source.changes_since(self._seen)
        if changes is None:
            return
        for key_id in changes.keys:
            self._authenticator.forget_key(key_id)
        for account_id in changes.accounts:
            self._authenticator.forget_account(account_id)
        if changes.catalogue or changes.everything:
            self._authenticator.forget_all()  # plans are part of every principal
            self.catalogue = await self._source.catalogue()
        self._seen = changes.latest
