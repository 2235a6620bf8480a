"""An upstream for a test, and what is asked of it."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from naxios.domain.addresses import Reach
from naxios.domain.catalogue import Provider, ProviderKind, Secret
from naxios.gateway.http.client import HttpUpstream
from naxios.gateway.http.exchange import Exchange
from tests.unit.gateway.http.server import Server

PATH = "/chat/completions"


def provider(server: Server | None = None, *, url: str = "", seconds: float = 20, **fields: Any) -> Provider:
    """A provider at ``url``, or at the server's."""
    where = url or f"http://127.0.0.1:{server.port if server else 1}/v1"
    told = {"credential": Secret("sk-1"), **fields}
    return Provider("stand-in", ProviderKind.OPENAI, where, timeout_seconds=seconds, **told)


@asynccontextmanager
async def upstream(reach: Reach = Reach.LOOPBACK) -> AsyncIterator[HttpUpstream]:
    """An open upstream."""
    upstream = HttpUpstream(reach)
    await upstream.open()
    try:
        yield upstream
    finally:
        await upstream.close()


async def ask(upstream: HttpUpstream, server: Server, body: bytes = b"{}", *, seconds: float = 20) -> Exchange:
    """Send a request to ``server``; returns once the status is known."""
    return await upstream.post(provider(server, seconds=seconds), PATH, body)


async def whole(asking: Awaitable[Exchange]) -> tuple[int, bytes]:
    """Status and whole body of an answer."""
    exchange = await asking
    try:
        return exchange.status, await exchange.read()
    finally:
        exchange.close()
