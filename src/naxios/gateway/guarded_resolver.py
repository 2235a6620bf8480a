"""The SSRF guard at the moment that counts: every address is judged when a connection to it is about to be made.

Checking a URL when it is saved is not enough: a name can resolve to another address later.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from naxios.domain.addresses import Reach, is_reachable


class ForbiddenAddress(OSError):
    """A provider's URL leads to an address that this server may not connect to."""


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver, without the addresses that ``reach`` does not allow."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The allowed addresses of ``host``.

        Raises
        ------
        ForbiddenAddress
            It resolves to nothing that is allowed.
        """
        found = await self._resolver.resolve(host, port, family)
        allowed = [result for result in found if is_reachable(result["host"], self._reach)]
        if not allowed:
            raise ForbiddenAddress(f"{host} is not a public address")
        return allowed

    async def close(self) -> None:
        """Release the resolver underneath."""
        await self._resolver.close()


def check_literal(url: str, reach: Reach) -> None:
    """Judge a URL whose host is an address already; resolvers are not asked about those.

    Raises
    ------
    ForbiddenAddress
        It may not be connected to.
    """
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_reachable(host, reach):
        raise ForbiddenAddress(f"{host} is not a public address")
