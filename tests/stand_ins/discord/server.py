"""The stand-in as tests hold it: a server in a thread of its own, with everything that a test can do to it."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from aiohttp import web

from tests.stand_ins.discord import (
    applications,
    channels,
    commands,
    front,
    gateway,
    guilds,
    interactions,
    oauth,
    pictures,
    users,
)
from tests.stand_ins.discord.acts import Acts
from tests.stand_ins.discord.core import Asked, Core, Routes
from tests.stand_ins.discord.disturbances import Disturbances
from tests.stand_ins.discord.faults import Fault
from tests.stand_ins.discord.interacting import Interacting
from tests.stand_ins.discord.limits import Limits
from tests.stand_ins.discord.oauth_book import OAuthBook
from tests.stand_ins.discord.state import Application, Guild, User, World

T = TypeVar("T")
API: Routes = [
    *oauth.API_ROUTES,
    *users.ROUTES,
    *guilds.ROUTES,
    *channels.ROUTES,
    *applications.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
]


class StandInDiscord(Acts, Disturbances, Interacting):
    """Discord between :meth:`start` and :meth:`stop`, with an application, and its bot in a guild."""

    application: Application
    guild: Guild

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="stand-in-discord")
        self.core = Core(self._loop)
        self.application = self.world.make_application("Naxios")
        self.guild = self.world.make_guild("Naxios users", self.application)

    @property
    def world(self) -> World:
        return self.core.world

    @property
    def book(self) -> OAuthBook:
        return self.core.book

    @property
    def limits(self) -> Limits:
        return self.core.limits

    @property
    def asked(self) -> list[Asked]:
        return self.core.asked

    @property
    def url(self) -> str:
        """Also the pictures' server (``https://cdn.discordapp.com``)."""
        return self.core.url

    @property
    def api_url(self) -> str:
        """In place of ``https://discord.com/api``."""
        return f"{self.url}/api"

    @property
    def authorize_url(self) -> str:
        return f"{self.url}/oauth2/authorize"

    @property
    def gateway_url(self) -> str:
        """In place of ``wss://gateway.discord.gg``."""
        return self.core.gateway_url

    def environment(self) -> dict[str, str]:
        """What makes Naxios speak to this Discord."""
        return {
            "NAXIOS_DISCORD_API_URL": self.api_url,
            "NAXIOS_DISCORD_CLIENT_ID": self.application.client_id,
            "NAXIOS_DISCORD_CLIENT_SECRET": self.application.client_secret,
            "NAXIOS_DISCORD_BOT_TOKEN": self.application.bot_token,
            "NAXIOS_DISCORD_GUILD_ID": str(self.guild.id),
        }

    def sign_in(self, user: User | None) -> None:
        """Who sits at the browser, for the page that asks for consent; ``None`` is nobody."""
        self.world.signed_in = user

    def fault(self, path: str = "/", **how: Any) -> Fault:
        """Spoil the answers under a path, as :class:`Fault` describes; :meth:`mend` ends it."""
        fault = Fault(path, **how)
        self.core.faults.append(fault)
        return fault

    def mend(self) -> None:
        self.core.faults.clear()

    @contextmanager
    def down(self) -> Iterator[None]:
        """All of Discord refuses connections, and the open ones are cut; sessions survive."""
        self._wait(self._go_down())
        try:
            yield
        finally:
            self._wait(self._listen())

    def requests(self, method: str, path: str) -> list[Asked]:
        """What was asked of a path, without ``/api`` and the version."""
        return [asked for asked in list(self.asked) if (asked.method, asked.path) == (method, path)]

    def wait_for(self, what: Callable[[], T], seconds: float = 10) -> T:
        """What a condition says once it holds."""
        end = time.monotonic() + seconds
        while not (value := what()):
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.01)
        return value

    def do(self, act: Callable[[], T]) -> T:
        if threading.current_thread() is self._thread or not self._thread.is_alive():
            return act()

        async def run() -> T:
            return act()

        return self._wait(run())

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        self._port = 0
        app = web.Application(middlewares=[front.middleware(self.core)])
        for prefix, routes in (
            ("/api/v10", API),
            ("/api", [*API, *oauth.PAGE_ROUTES]),
            ("", [*oauth.PAGE_ROUTES, *pictures.ROUTES, *gateway.ROUTES]),
        ):
            self._add(app, prefix, routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()
        self._ready.set()
        await self._stopped.wait()
        await self._go_down()
        await self._runner.cleanup()

    def _add(self, app: web.Application, prefix: str, routes: Routes) -> None:
        for method, path, handler in routes:
            app.router.add_route(method, prefix + path, partial(handler, self.core))

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]
        self.core.url = f"http://127.0.0.1:{self._port}"
        self.core.gateway_url = f"ws://127.0.0.1:{self._port}"

    async def _go_down(self) -> None:
        await self._site.stop()
        assert self._runner.server is not None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()


@contextmanager
def running_discord() -> Iterator[StandInDiscord]:
    """A Discord for as long as the context lasts."""
    discord = StandInDiscord()
    discord.start()
    try:
        yield discord
    finally:
        discord.stop()
