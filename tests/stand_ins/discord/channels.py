"""Addresses of channels, for bots that write into them."""

from datetime import UTC, datetime

from aiohttp import web

from tests.stand_ins.discord import asking, payloads
from tests.stand_ins.discord.acts import tell_of_message
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.errors import ApiError, missing_access, unknown
from tests.stand_ins.discord.state import Application, Channel
from tests.stand_ins.discord.writing import rewrite, written


async def get_channel(core: Core, request: web.Request) -> web.Response:
    return web.json_response(payloads.channel(_channel(core, request, asking.bot(core.world, request))))


async def list_messages(core: Core, request: web.Request) -> web.Response:
    application = asking.bot(core.world, request)
    channel = _channel(core, request, application)
    newest = list(reversed(channel.messages))[: int(request.query.get("limit", 50))]
    return web.json_response([payloads.message(message, read_by=application) for message in newest])


async def post_message(core: Core, request: web.Request) -> web.Response:
    application = asking.bot(core.world, request)
    channel = _channel(core, request, application)
    if channel.closed_to_bots:
        raise ApiError(403, 50013, "Missing Permissions")
    if channel.recipient is not None and channel.recipient.closed_to_messages:
        raise ApiError(403, 50007, "Cannot send messages to this user")
    message = written(application, channel, await asking.body_object(request), await asking.files(request))
    tell_of_message(core, message)
    return web.json_response(payloads.message(message))


async def edit_message(core: Core, request: web.Request) -> web.Response:
    application = asking.bot(core.world, request)
    channel = _channel(core, request, application)
    message_id = asking.snowflake_in(request, "message")
    message = next((message for message in channel.messages if message.id == message_id), None)
    if message is None:
        raise unknown("Message")
    if message.author is not application.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    rewrite(message, await asking.body_object(request))
    message.edited_at = datetime.now(UTC)
    return web.json_response(payloads.message(message))


ROUTES: Routes = [
    ("GET", "/channels/{channel}", get_channel),
    ("GET", "/channels/{channel}/messages", list_messages),
    ("POST", "/channels/{channel}/messages", post_message),
    ("PATCH", "/channels/{channel}/messages/{message}", edit_message),
]


def _channel(core: Core, request: web.Request, application: Application) -> Channel:
    """The channel in the path, if the bot can see it."""
    channel = core.world.channel(asking.snowflake_in(request, "channel"))
    if channel is None:
        raise unknown("Channel")
    if channel.guild is not None:
        visible = application.bot.id in channel.guild.members
    else:
        assert channel.recipient is not None
        visible = core.world.direct.get((application.id, channel.recipient.id)) is channel
    if not visible:
        raise missing_access()
    return channel
