"""A connection to a provider, and how it is made: to judged addresses only, in bounded time."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol

from naxios.gateway.http.exchange import Exchange
from naxios.gateway.http.request import Origin

CONNECT_SECONDS = 5
"""For name resolution, TCP and TLS together."""


class Connection(asyncio.Protocol):
    """Serves one exchange after the other."""

    def __init__(self, keeper: "Keeper") -> None:
        # per connection
        self.transport: asyncio.Transport
        self.idle_since = 0.0
        self._keeper = keeper
        self._said_farewell = False
        # per exchange
        self._exchange: Exchange | None = None

    @property
    def address(self) -> str:
        """Where it leads."""
        return str(self.transport.get_extra_info("peername")[0])

    def begin(self, request: bytes, seconds: float) -> Exchange:
        """Send ``request``; between two bytes of its answer ``seconds`` may pass."""
        self._exchange = exchange = Exchange(self, seconds)
        self.transport.write(request)
        return exchange

    def exchanged(self, *, reusable: bool) -> None:
        """See :class:`naxios.gateway.http.exchange.Link`."""
        self._exchange = None
        # An answer may be complete before the request is: what is still unsent would be taken for the next one.
        if reusable and not self.transport.is_closing() and not self.transport.get_write_buffer_size():
            self._keeper.keep(self)
        else:
            self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self._exchange is None:
            self.transport.abort()  # nothing was asked
        else:
            self._exchange.received(data)

    def eof_received(self) -> None:
        # Over TLS only a provider can say this, while whoever is in between can cut the connection.
        self._said_farewell = True

    def connection_lost(self, error: Exception | None) -> None:
        self._keeper.lost(self)
        if self._exchange is not None:
            self._exchange.disconnected(cleanly=self._said_farewell)


class Resolver(Protocol):
    """Finds addresses; see :class:`naxios.gateway.guarded_resolver.GuardedResolver`."""

    async def addresses(self, host: str, port: int) -> list[str]:
        """Addresses that may be connected to, at least one."""


class Keeper(Protocol):
    """Who looks after a connection between its exchanges."""

    def keep(self, connection: Connection) -> None:
        """It can be used again."""

    def lost(self, connection: Connection) -> None:
        """It is gone."""


async def connect(
    origin: Origin,
    resolver: Resolver,
    tls: ssl.SSLContext,
    connection: Callable[[], Connection],
    *,
    first: str = "",
    seconds: float = CONNECT_SECONDS,
) -> Connection:
    """A new connection to ``origin``.

    Its addresses are tried in turn, ``first`` before the others if it is one of them, and share the time that there
    is: one that does not answer leaves some for the next.

    Raises
    ------
    TimeoutError
        It took longer than ``seconds``.
    OSError
        There is no way to connect, or none that is allowed; of TLS: the provider is not who it has to be.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    async with asyncio.timeout_at(end):
        addresses = await resolver.addresses(origin.host, origin.port)
    failure: OSError | None = None
    for number, address in enumerate(sorted(addresses, key=lambda address: address != first)):
        share = (end - loop.time()) / (len(addresses) - number)
        try:
            async with asyncio.timeout(share):
                _, connected = await loop.create_connection(
                    connection,
                    address,
                    origin.port,
                    ssl=tls if origin.tls else None,
                    server_hostname=origin.host if origin.tls else None,
                )
                return connected
        except OSError as error:
            failure = error
    raise failure or OSError("no address")
