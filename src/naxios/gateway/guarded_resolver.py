"""The SSRF guard at the moment that counts: every address is judged when a connection to it is about to be made.

Checking a URL when it is saved is not enough: a name can resolve to another address later.
"""

import asyncio
import socket
from typing import NamedTuple

from naxios.domain.addresses import Reach, is_reachable

KNOWN_SECONDS = 60
"""How long the addresses of a name are used before it is looked up again."""


class ForbiddenAddress(OSError):
    """A provider's URL leads to an address that this server may not connect to."""


class _Lookup(NamedTuple):
    found: asyncio.Task[list[str]]
    good_until: float


class GuardedResolver:
    """Names to addresses, without those that ``reach`` does not allow. One for each event loop."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._lookups: dict[tuple[str, int], _Lookup] = {}

    async def addresses(self, host: str, port: int) -> list[str]:
        """The allowed addresses of ``host``, a name or an address in whatever notation, in the order to try them.

        Raises
        ------
        ForbiddenAddress
            It has no address that is allowed.
        OSError
            It cannot be resolved.
        """
        loop = asyncio.get_running_loop()
        lookup = self._lookups.get((host, port))
        if lookup is None or lookup.good_until <= loop.time():
            lookup = _Lookup(loop.create_task(_resolve(host, port)), loop.time() + KNOWN_SECONDS)
            self._lookups[host, port] = lookup
        try:
            found = await asyncio.shield(lookup.found)
        except OSError:
            if self._lookups.get((host, port)) is lookup:
                del self._lookups[host, port]  # a failure is not worth remembering
            raise
        allowed = [address for address in found if is_reachable(address, self._reach)]
        if not allowed:
            raise ForbiddenAddress("no address that may be connected to")
        return allowed


async def _resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
