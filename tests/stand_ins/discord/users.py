"""Addresses of users: oneself, others, and oneself in a guild."""

from typing import Any

from aiohttp import web

from tests.stand_ins.discord import asking, payloads
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.errors import ApiError, unknown


async def get_me(core: Core, request: web.Request) -> web.Response:
    if asking.asks_as_bot(request):
        return web.json_response(payloads.oneself(asking.bot(core.world, request).bot, email=True))
    pair = asking.bearer(core.book, request, "identify")
    return web.json_response(payloads.oneself(pair.user, email="email" in pair.scopes))


async def get_user(core: Core, request: web.Request) -> web.Response:
    asking.bot(core.world, request)
    user = core.world.users.get(asking.snowflake_in(request, "user"))
    if user is None:
        raise unknown("User")
    return web.json_response(payloads.user(user))


async def list_my_guilds(core: Core, request: web.Request) -> web.Response:
    if asking.asks_as_bot(request):
        user = asking.bot(core.world, request).bot
    else:
        user = asking.bearer(core.book, request, "guilds").user
    shown: list[dict[str, Any]] = [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner is user,
            "permissions": payloads.MEMBER_PERMISSIONS,
            "features": [],
        }
        for guild in core.world.guilds.values()
        if user.id in guild.members
    ]
    return web.json_response(shown)


async def get_my_membership(core: Core, request: web.Request) -> web.Response:
    pair = asking.bearer(core.book, request, "guilds.members.read")
    guild = core.world.guilds.get(asking.snowflake_in(request, "guild"))
    member = guild.members.get(pair.user.id) if guild else None
    if member is None:
        raise unknown("Guild")
    return web.json_response(payloads.member(member))


async def open_direct_channel(core: Core, request: web.Request) -> web.Response:
    application = asking.bot(core.world, request)
    recipient = (await asking.body_object(request)).get("recipient_id", "")
    user = core.world.users.get(asking.as_snowflake(recipient, "recipient_id"))
    if user is None or user.bot:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return web.json_response(payloads.channel(core.world.direct_channel(application, user)))


ROUTES: Routes = [
    ("GET", "/users/@me", get_me),
    ("GET", "/users/@me/guilds", list_my_guilds),
    ("GET", "/users/@me/guilds/{guild}/member", get_my_membership),
    ("POST", "/users/@me/channels", open_direct_channel),
    ("GET", "/users/{user}", get_user),
]
