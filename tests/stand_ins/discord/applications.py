"""Addresses of the application itself, and where its bot finds the gateway."""

from aiohttp import web

from tests.stand_ins.discord import asking, payloads
from tests.stand_ins.discord.core import Core, Routes


async def get_me(core: Core, request: web.Request) -> web.Response:
    return web.json_response(payloads.application(asking.bot(core.world, request)))


async def get_gateway(core: Core, request: web.Request) -> web.Response:
    return web.json_response({"url": core.gateway_url})


async def get_bot_gateway(core: Core, request: web.Request) -> web.Response:
    asking.bot(core.world, request)
    limit = {"total": 1000, "remaining": 1000 - core.hub.identified, "reset_after": 86_400_000, "max_concurrency": 1}
    return web.json_response({"url": core.gateway_url, "shards": 1, "session_start_limit": limit})


ROUTES: Routes = [
    ("GET", "/applications/@me", get_me),
    ("GET", "/oauth2/applications/@me", get_me),
    ("GET", "/gateway", get_gateway),
    ("GET", "/gateway/bot", get_bot_gateway),
]
