"""Providers over HTTP: which request goes where, and when connections grow too old."""

import asyncio
import ssl
from typing import NamedTuple

from naxios.domain.addresses import Reach
from naxios.domain.catalogue import Provider
from naxios.gateway.guarded_resolver import GuardedResolver
from naxios.gateway.http.exchange import Exchange
from naxios.gateway.http.pool import IDLE_SECONDS, Pool
from naxios.gateway.http.request import Origin, PreparedRequest, prepare
from naxios.gateway.upstream import UpstreamError

USER_AGENT = "naxios"


class _Known(NamedTuple):
    """What was worked out for a provider, for as long as it is this very one."""

    provider: Provider
    request: PreparedRequest
    pool: Pool


class HttpUpstream:
    """An :class:`naxios.gateway.upstream.Upstream`. One for each process; open it inside the running event loop."""

    def __init__(self, reach: Reach) -> None:
        self._resolver = GuardedResolver(reach)
        self._tls: ssl.SSLContext | None = None
        self._known: dict[tuple[str, str, str], _Known] = {}
        self._pools: dict[Origin, Pool] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Get ready."""
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._sweep()

    async def close(self) -> None:
        """Close every connection."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for pool in self._pools.values():
            pool.close()
        await asyncio.sleep(0)  # a transport closes in the loop's next round

    async def post(self, provider: Provider, path: str, body: bytes) -> Exchange:
        known = self._known.get((provider.name, "POST", path))
        if known is None or known.provider is not provider:
            known = self._know(provider, "POST", path)
        return await known.pool.ask(known.request.with_body(body), provider.timeout_seconds)

    async def get(self, provider: Provider, path: str) -> Exchange:
        """Ask for ``path`` under the provider's base URL; otherwise as :meth:`post`."""
        known = self._know(provider, "GET", path)
        return await known.pool.ask(known.request.with_body(None), provider.timeout_seconds)

    def _know(self, provider: Provider, method: str, path: str) -> _Known:
        assert self._tls is not None, "open() comes first"  # noqa: S101
        try:
            request = prepare(method, provider.base_url + path, _headers(provider))
        except ValueError:
            raise UpstreamError from None
        pool = self._pools.get(request.origin)
        if pool is None:
            pool = self._pools[request.origin] = Pool(request.origin, self._resolver, self._tls)
        known = self._known[provider.name, method, path] = _Known(provider, request, pool)
        return known

    def _sweep(self) -> None:
        for pool in self._pools.values():
            pool.close_old()
        self._pools = {origin: pool for origin, pool in self._pools.items() if not pool.is_unused}
        self._known.clear()  # so that no credential outlives its provider for long
        self._sweeper = asyncio.get_running_loop().call_later(IDLE_SECONDS / 4, self._sweep)


def _headers(provider: Provider) -> list[tuple[str, str]]:
    headers = [
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        ("content-type", "application/json"),
        ("user-agent", USER_AGENT),
    ]
    if provider.credential:
        headers.append(("authorization", f"Bearer {provider.credential.reveal()}"))
    return headers + [(name, value.reveal()) for name, value in provider.headers]
