"""What the gateway says about members and guilds, read from its messages. What does not fit is nothing.

discord.py tells of changes only for members that it remembers, so its messages are read before it does. That also
keeps them in the order in which they came.
"""

from typing import Annotated

import msgspec

Snowflake = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15,20}\Z")]


class Person(msgspec.Struct, frozen=True):
    """A Discord account, as the gateway shows it."""

    id: Snowflake
    username: str = ""
    global_name: str | None = None
    avatar: str | None = None


class Member(msgspec.Struct, frozen=True):
    """Somebody in a guild."""

    user: Person
    roles: tuple[Snowflake, ...] = ()
    pending: bool | None = False


class MemberSeen(msgspec.Struct, frozen=True):
    """Somebody joined a guild, or changed in it."""

    guild_id: str
    member: Member


class MemberGone(msgspec.Struct, frozen=True):
    """Somebody left, or was kicked or banned."""

    guild_id: str
    discord_id: str


class MembersTold(msgspec.Struct, frozen=True):
    """The answer to the question who of some people is in a guild."""

    guild_id: str
    nonce: str
    members: tuple[Member, ...]
    absent: tuple[str, ...]


class RoleGone(msgspec.Struct, frozen=True):
    """A role was deleted; who had it has lost it, and nothing else tells so."""

    guild_id: str
    role_id: str


class GuildHere(msgspec.Struct, frozen=True):
    """A guild is there: at the start, after an outage of Discord's, or because the bot was invited."""

    guild_id: str


class GuildAway(msgspec.Struct, frozen=True):
    """Discord cannot serve the guild at the moment. Nobody has left it."""

    guild_id: str


class GuildGone(msgspec.Struct, frozen=True):
    """The bot was removed from the guild, or there is no such guild any more."""

    guild_id: str


Event = MemberSeen | MemberGone | MembersTold | RoleGone | GuildHere | GuildAway | GuildGone


class _Named(msgspec.Struct):
    t: str | None = None


class _Member(msgspec.Struct):
    guild_id: Snowflake
    user: Person
    roles: tuple[Snowflake, ...] = ()
    pending: bool | None = False


class _Chunk(msgspec.Struct):
    guild_id: Snowflake
    members: tuple[Member, ...] = ()
    not_found: tuple[Snowflake, ...] = ()
    nonce: str = ""


class _Role(msgspec.Struct):
    guild_id: Snowflake
    role_id: Snowflake


class _Guild(msgspec.Struct):
    id: Snowflake
    unavailable: bool | None = False


class _OfMember(msgspec.Struct):
    d: _Member


class _OfChunk(msgspec.Struct):
    d: _Chunk


class _OfRole(msgspec.Struct):
    d: _Role


class _OfGuild(msgspec.Struct):
    d: _Guild


_named = msgspec.json.Decoder(_Named)
_of_member = msgspec.json.Decoder(_OfMember)
_of_chunk = msgspec.json.Decoder(_OfChunk)
_of_role = msgspec.json.Decoder(_OfRole)
_of_guild = msgspec.json.Decoder(_OfGuild)


def heard(message: str | bytes) -> Event | None:
    """The event in a message of the gateway, if it is one of these."""
    try:
        return _read(_named.decode(message).t, message)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _read(name: str | None, message: str | bytes) -> Event | None:
    match name:
        case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE":
            seen = _of_member.decode(message).d
            return MemberSeen(seen.guild_id, Member(seen.user, seen.roles, seen.pending))
        case "GUILD_MEMBER_REMOVE":
            gone = _of_member.decode(message).d
            return MemberGone(gone.guild_id, gone.user.id)
        case "GUILD_MEMBERS_CHUNK":
            chunk = _of_chunk.decode(message).d
            return MembersTold(chunk.guild_id, chunk.nonce, chunk.members, chunk.not_found)
        case "GUILD_ROLE_DELETE":
            role = _of_role.decode(message).d
            return RoleGone(role.guild_id, role.role_id)
        case "GUILD_CREATE":
            guild = _of_guild.decode(message).d
            return GuildAway(guild.id) if guild.unavailable else GuildHere(guild.id)
        case "GUILD_DELETE":
            guild = _of_guild.decode(message).d
            return GuildAway(guild.id) if guild.unavailable else GuildGone(guild.id)
    return None
