"""Connections to one origin, kept for the next request while they are fresh."""

import asyncio
import ssl
from collections import deque

from naxios.gateway.http.connection import Connection, Resolver, connect
from naxios.gateway.http.exchange import Exchange
from naxios.gateway.http.request import Origin
from naxios.gateway.upstream import UpstreamError, UpstreamTimeout

IDLE_SECONDS = 60
MOST_CONNECTIONS = 2_000


class Pool:
    """The last connection used is the first to be used again, so that in quiet times the others grow old."""

    def __init__(self, origin: Origin, resolver: Resolver, tls: ssl.SSLContext) -> None:
        self._origin = origin
        self._resolver = resolver
        self._tls = tls
        self._idle: deque[Connection] = deque()
        self._all: set[Connection] = set()
        self._connecting = 0
        self._answering_address = ""

    @property
    def is_unused(self) -> bool:
        """Whether there is no connection and none on its way."""
        return not self._all and not self._connecting

    async def ask(self, request: bytes, seconds: float) -> Exchange:
        """Send ``request``; returns once the status of its answer is known.

        A provider may close a kept connection just when it is used again. If not a byte of an answer has come then,
        the request is sent once more, over a connection of its own.

        Raises
        ------
        UpstreamError
            There is no answer.
        """
        connection = self._fresh()
        if connection is not None:
            exchange = connection.begin(request, seconds)
            try:
                await _head(exchange)
            except UpstreamTimeout:
                raise
            except UpstreamError:
                if not exchange.unheard:
                    raise
            else:
                return exchange
        connection = await self._connect()
        exchange = connection.begin(request, seconds)
        await _head(exchange)
        return exchange

    def keep(self, connection: Connection) -> None:
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def close_old(self) -> None:
        """Close what has not been used for ``IDLE_SECONDS``."""
        oldest_allowed = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle and self._idle[0].idle_since <= oldest_allowed:
            self._idle.popleft().transport.close()

    def close(self) -> None:
        """Cut every connection."""
        self._idle.clear()
        for connection in list(self._all):
            connection.transport.abort()

    def _fresh(self) -> Connection | None:
        self.close_old()
        while self._idle:
            connection = self._idle.pop()
            if not connection.transport.is_closing():
                return connection
        return None

    async def _connect(self) -> Connection:
        if len(self._all) + self._connecting >= MOST_CONNECTIONS:
            raise UpstreamError
        self._connecting += 1
        try:
            connection = await connect(
                self._origin, self._resolver, self._tls, lambda: Connection(self), first=self._answering_address
            )
        except TimeoutError:
            raise UpstreamTimeout from None
        except (OSError, ValueError):
            raise UpstreamError from None
        finally:
            self._connecting -= 1
        if connection.transport.is_closing():
            raise UpstreamError
        self._all.add(connection)
        self._answering_address = connection.address
        return connection


async def _head(exchange: Exchange) -> None:
    try:
        await exchange.head()
    except BaseException:
        exchange.close()
        raise
