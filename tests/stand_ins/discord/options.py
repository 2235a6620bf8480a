"""What a person's Discord client makes of a command and what was typed after it."""

from typing import Any

from tests.stand_ins.discord import payloads
from tests.stand_ins.discord.state import Application, Channel, Guild, Member, Role, User

SUB_COMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, _, NUMBER = range(1, 11)
_KINDS = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    NUMBER: (int, float),
}
_ADMINISTRATOR = 1 << 3


def permissions(guild: Guild, user: User) -> int:
    """What a member may do in a guild."""
    if user is guild.owner:
        return (1 << 53) - 1
    roles = [guild.id, *guild.members[user.id].roles]
    together = 0
    for role in roles:
        together |= guild.roles[role].permissions
    return (1 << 53) - 1 if together & _ADMINISTRATOR else together


def visible_command(application: Application, name: str, user: User, guild: Guild | None) -> dict[str, Any]:
    """The registered command of this name that the person is shown; ``LookupError`` if there is none."""
    of_guild = application.guild_commands.get(guild.id, {}) if guild else {}
    for command in [*of_guild.values(), *application.commands.values()]:
        if command["name"] == name and command["type"] == 1 and _is_shown(command, user, guild):
            return command
    raise LookupError(f"/{name} is not shown here")


def chosen(command: dict[str, Any], words: list[str], given: dict[str, Any], guild: Guild | None) -> dict[str, Any]:
    """The interaction's data. ``words`` are the names of the subcommands; what a client would not send is an error."""
    level, data = command, {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    inner = data
    for word in words:
        level = next((one for one in level.get("options") or [] if one["name"] == word), {})
        assert level.get("type") in (SUB_COMMAND, GROUP), f"/{command['name']} has no subcommand {word}"
        inner["options"] = [{"name": word, "type": level["type"]}]
        inner = inner["options"][0]
    declared = {option["name"]: option for option in level.get("options") or []}
    assert not any(one["type"] in (SUB_COMMAND, GROUP) for one in declared.values()), "a subcommand must be named"
    missing = [name for name, option in declared.items() if option.get("required") and name not in given]
    assert not missing, f"required and not given: {missing}"
    inner["options"] = [_typed(declared, name, value) for name, value in given.items()]
    resolved = _resolved(list(given.values()), guild)
    return data | ({"resolved": resolved} if resolved else {})


def _is_shown(command: dict[str, Any], user: User, guild: Guild | None) -> bool:
    contexts = command.get("contexts")
    if contexts is not None and (0 if guild else 1) not in contexts:
        return False
    if guild is None:
        return "guild_id" not in command and command.get("dm_permission") is not False
    needed = command.get("default_member_permissions")
    return needed is None or (
        int(needed) & ~permissions(guild, user) == 0 and (int(needed) or user is guild.owner) != 0
    )


def _typed(declared: dict[str, dict[str, Any]], name: str, value: Any) -> dict[str, Any]:
    assert name in declared, f"there is no option {name}"
    option = declared[name]
    assert isinstance(value, _KINDS[option["type"]]), f"{name} is of another kind"
    choices = [choice["value"] for choice in option.get("choices") or []]
    assert not choices or value in choices, f"{name} is one of {choices}"
    sent = str(value.id) if isinstance(value, User | Role | Channel) else value
    if isinstance(value, str):
        assert option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000), f"{name} has a wrong length"
    return {"name": name, "type": option["type"], "value": sent}


def _resolved(values: list[Any], guild: Guild | None) -> dict[str, Any]:
    resolved: dict[str, Any] = {}
    for value in values:
        if isinstance(value, User):
            resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
            member = guild.members.get(value.id) if guild else None
            if guild is not None and member is not None:
                resolved.setdefault("members", {})[str(value.id)] = caller(guild, member, with_user=False)
        elif isinstance(value, Role):
            resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
        elif isinstance(value, Channel):
            shown = {**payloads.channel(value), "permissions": payloads.MEMBER_PERMISSIONS}
            resolved.setdefault("channels", {})[str(value.id)] = shown
    return resolved


def caller(guild: Guild, member: Member, *, with_user: bool = True) -> dict[str, Any]:
    """A member as interactions show them: with what they may do."""
    return {**payloads.member(member, with_user=with_user), "permissions": str(permissions(guild, member.user))}
