"""Addresses of guilds: the guild itself, members, roles and channels, for the bots in it."""

from aiohttp import web

from tests.stand_ins.discord import asking, payloads
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.errors import invalid_form, missing_access, unknown


async def get_guild(core: Core, request: web.Request) -> web.Response:
    guild = asking.guild_of_bot(core.world, request, asking.bot(core.world, request))
    shown = payloads.guild(guild)
    if request.query.get("with_counts", "").lower() in ("true", "1"):
        shown |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
    return web.json_response(shown)


async def get_member(core: Core, request: web.Request) -> web.Response:
    guild = asking.guild_of_bot(core.world, request, asking.bot(core.world, request))
    user_id = asking.snowflake_in(request, "user")
    if user_id not in core.world.users:
        raise unknown("User")
    if user_id not in guild.members:
        raise unknown("Member")
    return web.json_response(payloads.member(guild.members[user_id]))


async def list_members(core: Core, request: web.Request) -> web.Response:
    application = asking.bot(core.world, request)
    guild = asking.guild_of_bot(core.world, request, application)
    if "members" not in application.privileged_intents:
        raise missing_access()
    limit = request.query.get("limit", "1")
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
        raise invalid_form("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 1000.")
    after = asking.as_snowflake(request.query.get("after", "0"), "after")
    later = sorted(user_id for user_id in guild.members if user_id > after)[: int(limit)]
    return web.json_response([payloads.member(guild.members[user_id]) for user_id in later])


async def list_roles(core: Core, request: web.Request) -> web.Response:
    guild = asking.guild_of_bot(core.world, request, asking.bot(core.world, request))
    return web.json_response([payloads.role(role) for role in guild.roles.values()])


async def list_channels(core: Core, request: web.Request) -> web.Response:
    guild = asking.guild_of_bot(core.world, request, asking.bot(core.world, request))
    return web.json_response([payloads.channel(channel) for channel in guild.channels.values()])


ROUTES: Routes = [
    ("GET", "/guilds/{guild}", get_guild),
    ("GET", "/guilds/{guild}/members", list_members),
    ("GET", "/guilds/{guild}/members/{user}", get_member),
    ("GET", "/guilds/{guild}/roles", list_roles),
    ("GET", "/guilds/{guild}/channels", list_channels),
]
