"""Addresses of an application's commands, global ones and those of one guild."""

import re
from typing import Any

from aiohttp import web

from tests.stand_ins.discord import asking
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.errors import ApiError, invalid_form, unknown
from tests.stand_ins.discord.snowflakes import snowflake
from tests.stand_ins.discord.state import Application

Commands = dict[int, dict[str, Any]]
CHAT_INPUT = 1
_NAME = re.compile(r"^[-_'\w]{1,32}$")


async def list_commands(core: Core, request: web.Request) -> web.Response:
    _, commands = _kept(core, request)
    return web.json_response(list(commands.values()))


async def get_command(core: Core, request: web.Request) -> web.Response:
    _, commands = _kept(core, request)
    return web.json_response(commands[_known(commands, request)])


async def create_command(core: Core, request: web.Request) -> web.Response:
    """A command of the same name and kind is replaced."""
    application, commands = _kept(core, request)
    wanted = _checked(await asking.body_object(request), "")
    is_new = _id_of(commands, wanted) is None
    command = _keep(application, commands, wanted, request)
    return web.json_response(command, status=201 if is_new else 200)


async def edit_command(core: Core, request: web.Request) -> web.Response:
    application, commands = _kept(core, request)
    id_ = _known(commands, request)
    wanted = _checked({**commands[id_], **await asking.body_object(request)}, "")
    del commands[id_]
    return web.json_response(_keep(application, commands, wanted, request, id_=id_))


async def delete_command(core: Core, request: web.Request) -> web.Response:
    _, commands = _kept(core, request)
    del commands[_known(commands, request)]
    return web.Response(status=204)


async def overwrite_commands(core: Core, request: web.Request) -> web.Response:
    """What is not named goes; what keeps its name keeps its id."""
    application, commands = _kept(core, request)
    body = await asking.body(request)
    if not isinstance(body, list):
        raise ApiError(400, 50035, "Invalid Form Body", errors={"_errors": []})
    wanted = [_checked(one, f"{number}.") for number, one in enumerate(body)]
    names = [(one["type"], one["name"]) for one in wanted]
    if len(set(names)) < len(names):
        raise invalid_form("0.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    ids = [_id_of(commands, one) for one in wanted]
    commands.clear()
    kept = [_keep(application, commands, one, request, id_=id_) for one, id_ in zip(wanted, ids, strict=True)]
    return web.json_response(kept)


ROUTES: Routes = [
    (method, place + path, handler)
    for place in ("/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands")
    for method, path, handler in (
        ("GET", "", list_commands),
        ("POST", "", create_command),
        ("PUT", "", overwrite_commands),
        ("GET", "/{command}", get_command),
        ("PATCH", "/{command}", edit_command),
        ("DELETE", "/{command}", delete_command),
    )
]


def _kept(core: Core, request: web.Request) -> tuple[Application, Commands]:
    """The application that asks, and those of its commands that the path means."""
    application = asking.bot(core.world, request)
    if asking.snowflake_in(request, "application") != application.id:
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if "guild" not in request.match_info:
        return application, application.commands
    guild = asking.guild_of_bot(core.world, request, application)
    return application, application.guild_commands.setdefault(guild.id, {})


def _known(commands: Commands, request: web.Request) -> int:
    id_ = asking.snowflake_in(request, "command")
    if id_ not in commands:
        raise unknown("application command")
    return id_


def _checked(wanted: Any, where: str) -> dict[str, Any]:
    """A command as the application sent it, if Discord would take it."""
    if not isinstance(wanted, dict):
        raise invalid_form(f"{where}_errors", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    command: dict[str, Any] = {**wanted, "type": wanted.get("type", CHAT_INPUT)}
    _check_name(command, where, lower=command["type"] == CHAT_INPUT)
    if command["type"] == CHAT_INPUT:
        _check_description(command, where)
        _check_options(command.get("options") or [], f"{where}options.")
    return command


def _check_options(options: list[dict[str, Any]], where: str) -> None:
    if len(options) > 25:
        raise invalid_form(where.rstrip("."), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional = False
    for number, option in enumerate(options):
        place = f"{where}{number}."
        _check_name(option, place, lower=True)
        _check_description(option, place)
        _check_options(option.get("options") or [], f"{place}options.")
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            raise invalid_form(f"{place}required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")


def _check_name(named: dict[str, Any], where: str, *, lower: bool) -> None:
    name = named.get("name")
    if not isinstance(name, str) or (lower and (not _NAME.match(name) or name != name.lower())) or len(name) > 32:
        raise invalid_form(f"{where}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_description(described: dict[str, Any], where: str) -> None:
    if not 1 <= len(described.get("description") or "") <= 100:
        message = "Must be between 1 and 100 in length."
        raise invalid_form(f"{where}description", "BASE_TYPE_BAD_LENGTH", message)


def _id_of(commands: Commands, wanted: dict[str, Any]) -> int | None:
    same = (wanted["type"], wanted["name"])
    return next((id_ for id_, command in commands.items() if (command["type"], command["name"]) == same), None)


def _keep(
    application: Application, commands: Commands, wanted: dict[str, Any], request: web.Request, id_: int | None = None
) -> dict[str, Any]:
    id_ = id_ or _id_of(commands, wanted) or snowflake()
    command = {
        "description": "",
        "options": [],
        "default_member_permissions": None,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "nsfw": False,
        "name_localizations": None,
        "description_localizations": None,
        **wanted,
        "id": str(id_),
        "application_id": str(application.id),
        "version": str(snowflake()),
    }
    if "guild" in request.match_info:
        command["guild_id"] = request.match_info["guild"]
    commands[id_] = command
    return command
