"""The front door: ``/v1/`` goes to the gateway, never into Django; probes are answered here; the rest is Django."""

import asyncio
from typing import Any

from django.core.asgi import get_asgi_application

from naxios.config import Config
from naxios.domain import clock
from naxios.gateway.limits.memory import MemoryLimiter
from naxios.gateway.plane import DataPlane
from naxios.gateway.receive import Receive, Scope, Send
from naxios.server.background import BackgroundWork
from naxios.server.probes import PATHS, Probes
from naxios.server.running import internal_token
from naxios.server.snapshot_source import DatabaseSource
from naxios.server.standing import LimiterStanding
from naxios.status import live
from naxios.usage import live as standing


class FrontDoor:
    """The embedded server's ASGI application: both planes and the background work of one process."""

    def __init__(self, config: Config, bound_to: str) -> None:
        self._source = DatabaseSource()
        self._plane = DataPlane(
            source=self._source,
            limiter=MemoryLimiter(),
            journal_directory=config.journal_directory,
            reach=config.reach(bound_to),
            max_body_bytes=config.max_body_bytes,
            body_seconds=config.body_seconds,
        )
        self._background = BackgroundWork(config.journal_directory)
        self._probes = Probes(
            self._plane, self._source, metrics_token=config.metrics_token, internal_token=internal_token()
        )
        self._gateway = self._plane.gateway
        live.register(lambda: self._plane.router.health(clock.now()))
        self._django: Any = get_asgi_application()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/v1/"):
                await self._gateway(scope, receive, send)
            elif path in PATHS:
                await self._probes(scope, receive, send)
            else:
                await self._django(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._plane.start()
        standing.register(LimiterStanding(self._plane.limiter, asyncio.get_running_loop()))
        self._background.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        standing.register(None)
        await self._plane.stop()
        await asyncio.to_thread(self._background.stop)
        self._source.close()
        await send({"type": "lifespan.shutdown.complete"})
