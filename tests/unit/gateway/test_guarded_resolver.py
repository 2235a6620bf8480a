"""Names to addresses that may be connected to, looked up once a minute and judged every time."""

import asyncio
import socket
from collections.abc import Callable

import pytest

from naxios.domain.addresses import Reach
from naxios.gateway.guarded_resolver import ForbiddenAddress, GuardedResolver

PUBLIC, OTHER_PUBLIC, PRIVATE = "1.1.1.1", "2606:4700:4700::1111", "10.0.0.1"


class NameServer:
    """Answers the operating system's look-ups in its place, and counts them."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked = 0
        self.away = False

    def getaddrinfo(self, host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.asked += 1
        if self.away:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return [(0, kind, 0, "", (address, port)) for address in self.addresses for kind in (1, 2)]


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., NameServer]:
    def answering(*addresses: str) -> NameServer:
        server = NameServer(*addresses)
        monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
        return server

    return answering


def test_addresses_come_once_each_and_in_their_order(name_server: Callable[..., NameServer]) -> None:
    name_server(OTHER_PUBLIC, PUBLIC)

    found = asyncio.run(GuardedResolver(Reach.PUBLIC).addresses("a.example.com", 443))

    assert found == [OTHER_PUBLIC, PUBLIC]


def test_addresses_that_lead_inwards_are_left_out(name_server: Callable[..., NameServer]) -> None:
    name_server(PRIVATE, PUBLIC, "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1%eth0")

    found = asyncio.run(GuardedResolver(Reach.PUBLIC).addresses("a.example.com", 443))

    assert found == [PUBLIC]


def test_a_name_that_leads_inwards_only_is_forbidden(name_server: Callable[..., NameServer]) -> None:
    name_server(PRIVATE, "127.0.0.1")

    with pytest.raises(ForbiddenAddress):
        asyncio.run(GuardedResolver(Reach.PUBLIC).addresses("a.example.com", 443))


def test_a_name_is_looked_up_once_however_many_ask(name_server: Callable[..., NameServer]) -> None:
    server = name_server(PUBLIC)

    async def scenario() -> None:
        resolver = GuardedResolver(Reach.PUBLIC)
        await asyncio.gather(*(resolver.addresses("a.example.com", 443) for _ in range(10)))
        await resolver.addresses("a.example.com", 443)

    asyncio.run(scenario())
    assert server.asked == 1


def test_who_stops_waiting_takes_nothing_from_the_others(name_server: Callable[..., NameServer]) -> None:
    server = name_server(PUBLIC)

    async def scenario() -> list[str]:
        resolver = GuardedResolver(Reach.PUBLIC)
        impatient = asyncio.ensure_future(resolver.addresses("a.example.com", 443))
        patient = asyncio.ensure_future(resolver.addresses("a.example.com", 443))
        await asyncio.sleep(0)
        impatient.cancel()
        return await patient

    assert asyncio.run(scenario()) == [PUBLIC]
    assert server.asked == 1


def test_a_failure_is_not_remembered(name_server: Callable[..., NameServer]) -> None:
    server = name_server(PUBLIC)

    async def scenario() -> list[str]:
        resolver = GuardedResolver(Reach.PUBLIC)
        server.away = True
        with pytest.raises(socket.gaierror):
            await resolver.addresses("a.example.com", 443)
        server.away = False
        return await resolver.addresses("a.example.com", 443)

    assert asyncio.run(scenario()) == [PUBLIC]
    assert server.asked == 2
