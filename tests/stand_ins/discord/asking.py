"""What handlers read from requests: who asks, ids in paths, and bodies."""

import json
from email import message_from_bytes
from typing import Any

from aiohttp import web

from tests.stand_ins.discord.errors import ApiError, invalid_form, missing_access, unauthorized, unknown
from tests.stand_ins.discord.oauth_book import OAuthBook, TokenPair
from tests.stand_ins.discord.state import Application, Guild, World


def bearer(book: OAuthBook, request: web.Request, *scopes: str) -> TokenPair:
    """The user's token that asks, if it has the scopes."""
    kind, _, credential = request.headers.get("Authorization", "").partition(" ")
    pair = book.pair_of_access_token(credential) if kind == "Bearer" else None
    if pair is None or not set(scopes) <= pair.scopes:
        raise unauthorized()
    return pair


def bot(world: World, request: web.Request) -> Application:
    """The application whose bot asks."""
    kind, _, credential = request.headers.get("Authorization", "").partition(" ")
    for application in world.applications.values():
        if kind == "Bot" and credential == application.bot_token:
            return application
    raise unauthorized()


def asks_as_bot(request: web.Request) -> bool:
    return request.headers.get("Authorization", "").startswith("Bot ")


def guild_of_bot(world: World, request: web.Request, application: Application) -> Guild:
    """The guild in the path, if the bot is in it."""
    guild = world.guilds.get(snowflake_in(request, "guild"))
    if guild is None:
        raise unknown("Guild")
    if application.bot.id not in guild.members:
        raise missing_access() if world.kicked_status == 403 else unknown("Guild")
    if guild.unavailable:
        raise web.HTTPServiceUnavailable(text="upstream connect error or disconnect/reset before headers")
    return guild


def snowflake_in(request: web.Request, name: str) -> int:
    return as_snowflake(request.match_info[name], f"{name}_id")


def as_snowflake(value: Any, field: str) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 64):
        raise invalid_form(field, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


async def body(request: web.Request) -> Any:
    """The JSON of the body, or the part of a form with files that holds it."""
    raw = await request.read() or b"{}"
    if request.content_type == "multipart/form-data":
        raw = (await _parts(request)).get("payload_json", b"{}")
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def files(request: web.Request) -> dict[str, bytes]:
    """Files sent along, by name."""
    if request.content_type != "multipart/form-data":
        return {}
    return {name: content for name, content in (await _parts(request)).items() if name != "payload_json"}


async def body_object(request: web.Request) -> dict[str, Any]:
    read = await body(request)
    if not isinstance(read, dict):
        raise ApiError(400, 50035, "Invalid Form Body", errors={"_errors": []})
    return read


async def _parts(request: web.Request) -> dict[str, bytes]:
    """What a form holds, by the names of files and else of fields. The body was read before, so aiohttp cannot."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    parts = {}
    for part in message_from_bytes(head + await request.read()).walk():
        name = part.get_filename() or part.get_param("name", header="Content-Disposition")
        if name is not None:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            parts[str(name)] = content
    return parts
