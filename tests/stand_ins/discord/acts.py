"""What people do on Discord, with the events that bots get of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tests.stand_ins.discord import payloads
from tests.stand_ins.discord.core import Core
from tests.stand_ins.discord.sessions import (
    DIRECT_MESSAGES,
    GUILD_MEMBERS,
    GUILD_MESSAGES,
    GUILD_MODERATION,
    GUILDS,
)
from tests.stand_ins.discord.snowflakes import snowflake
from tests.stand_ins.discord.state import Application, Channel, Guild, Member, Message, Role, User

T = TypeVar("T")


class Acts:
    """Every method takes effect on the server's loop before it returns, from whatever thread it is called."""

    core: Core

    def do(self, act: Callable[[], T]) -> T:
        raise NotImplementedError

    def join(self, guild: Guild, user: User, *, roles: list[Role] | None = None, pending: bool | None = None) -> Member:
        """``pending`` unless said is what the guild's screening makes of newcomers."""

        def act() -> Member:
            assert user.id not in guild.banned, f"{user.username} is banned"
            waits = (guild.screening and not user.bot) if pending is None else pending
            member = Member(user, [role.id for role in roles or []], pending=waits)
            guild.members[user.id] = member
            for application in self._of_bots(guild):
                if application.bot is user:
                    self.core.hub.dispatch(application, "GUILD_CREATE", payloads.created_guild(guild, member), intent=1)
                else:
                    data = {**payloads.member(member), "guild_id": str(guild.id)}
                    self.core.hub.dispatch(application, "GUILD_MEMBER_ADD", data, intent=GUILD_MEMBERS)
            return member

        return self.do(act)

    def leave(self, guild: Guild, user: User) -> None:
        self.do(lambda: self._remove(guild, user))

    kick = leave  # bots cannot tell one from the other

    def update_member(
        self,
        guild: Guild,
        user: User,
        *,
        roles: list[Role] | None = None,
        pending: bool | None = None,
        nick: str | None = "",
    ) -> None:
        def act() -> None:
            member = guild.members[user.id]
            if roles is not None:
                member.roles = [role.id for role in roles]
            if pending is not None:
                member.pending = pending
            if nick != "":
                member.nick = nick
            self._tell_of_update(guild, member)

        self.do(act)

    def ban(self, guild: Guild, user: User) -> None:
        def act() -> None:
            guild.banned.add(user.id)
            data = {"guild_id": str(guild.id), "user": payloads.user(user)}
            self._tell(guild, "GUILD_BAN_ADD", data, GUILD_MODERATION)
            self._remove(guild, user)

        self.do(act)

    def unban(self, guild: Guild, user: User) -> None:
        def act() -> None:
            guild.banned.discard(user.id)
            data = {"guild_id": str(guild.id), "user": payloads.user(user)}
            self._tell(guild, "GUILD_BAN_REMOVE", data, GUILD_MODERATION)

        self.do(act)

    def update_user(self, user: User, **changes: Any) -> None:
        """Change attributes of a user. A bot hears of others by their memberships, of itself by USER_UPDATE."""

        def act() -> None:
            for name, value in changes.items():
                assert hasattr(user, name), f"users have no {name}"
                setattr(user, name, value)
            for guild in self.core.world.guilds.values():
                if user.id in guild.members:
                    self._tell_of_update(guild, guild.members[user.id])
            for application in self.core.world.applications.values():
                if application.bot is user:
                    self.core.hub.dispatch(application, "USER_UPDATE", payloads.oneself(user, email=True))

        self.do(act)

    def delete_user(self, user: User) -> None:
        """The account is gone: out of every guild, unknown to every address, its tokens ended."""

        def act() -> None:
            for guild in list(self.core.world.guilds.values()):
                if user.id in guild.members:
                    self._remove(guild, user)
            del self.core.world.users[user.id]
            self.core.book.pairs[:] = [pair for pair in self.core.book.pairs if pair.user is not user]

        self.do(act)

    def add_role(self, guild: Guild, name: str) -> Role:
        def act() -> Role:
            role = Role(snowflake(), name, position=len(guild.roles))
            guild.roles[role.id] = role
            data = {"guild_id": str(guild.id), "role": payloads.role(role)}
            self._tell(guild, "GUILD_ROLE_CREATE", data, GUILDS)
            return role

        return self.do(act)

    def delete_role(self, guild: Guild, role: Role) -> None:
        """Members lose the role without an event of their own."""

        def act() -> None:
            del guild.roles[role.id]
            for member in guild.members.values():
                member.roles = [id_ for id_ in member.roles if id_ != role.id]
            self._tell(guild, "GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, GUILDS)

        self.do(act)

    def kick_bot(self, guild: Guild, application: Application) -> None:
        self.do(lambda: self._remove(guild, application.bot))

    def delete_guild(self, guild: Guild) -> None:
        def act() -> None:
            del self.core.world.guilds[guild.id]
            self._tell(guild, "GUILD_DELETE", {"id": str(guild.id)}, GUILDS)

        self.do(act)

    def outage(self, guild: Guild) -> None:
        """The guild becomes unavailable: nobody left, but nothing can be asked."""

        def act() -> None:
            guild.unavailable = True
            self._tell(guild, "GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, GUILDS)

        self.do(act)

    def end_outage(self, guild: Guild) -> None:
        def act() -> None:
            guild.unavailable = False
            for application in self._of_bots(guild):
                data = {**payloads.created_guild(guild, guild.members[application.bot.id]), "unavailable": False}
                self.core.hub.dispatch(application, "GUILD_CREATE", data, intent=GUILDS)

        self.do(act)

    def say(self, user: User, channel: Channel, content: str) -> Message:
        """A user writes into a channel."""

        def act() -> Message:
            message = Message(snowflake(), channel, user, content)
            tell_of_message(self.core, message)
            return message

        return self.do(act)

    def _remove(self, guild: Guild, user: User) -> None:
        left = guild.members.pop(user.id)
        for application in self.core.world.applications.values():
            if application.bot is user:
                self.core.hub.dispatch(application, "GUILD_DELETE", {"id": str(guild.id)}, intent=GUILDS)
        data = {"guild_id": str(guild.id), "user": payloads.user(left.user)}
        self._tell(guild, "GUILD_MEMBER_REMOVE", data, GUILD_MEMBERS)

    def _tell_of_update(self, guild: Guild, member: Member) -> None:
        """A bot hears of its own membership whatever it asked for."""
        data = {**payloads.member(member), "guild_id": str(guild.id)}
        for application in self._of_bots(guild):
            intent = 0 if member.user is application.bot else GUILD_MEMBERS
            self.core.hub.dispatch(application, "GUILD_MEMBER_UPDATE", data, intent=intent)

    def _tell(self, guild: Guild, event: str, data: dict[str, Any], intent: int) -> None:
        for application in self._of_bots(guild):
            self.core.hub.dispatch(application, event, data, intent=intent)

    def _of_bots(self, guild: Guild) -> list[Application]:
        return [app for app in self.core.world.applications.values() if app.bot.id in guild.members]


def tell_of_message(core: Core, message: Message) -> None:
    """Keep a message in its channel, and tell the bots that can see it."""
    channel = message.channel
    channel.messages.append(message)
    for application in core.world.applications.values():
        data = payloads.message(message, read_by=application)
        if channel.guild is not None and application.bot.id in channel.guild.members:
            data |= {"guild_id": str(channel.guild.id)}
            member = channel.guild.members.get(message.author.id)
            if member is not None:
                data |= {"member": payloads.member(member, with_user=False)}
            core.hub.dispatch(application, "MESSAGE_CREATE", data, intent=GUILD_MESSAGES)
        elif channel in core.world.direct.values() and _is_of(core, channel, application):
            core.hub.dispatch(application, "MESSAGE_CREATE", data, intent=DIRECT_MESSAGES)


def _is_of(core: Core, channel: Channel, application: Application) -> bool:
    return channel.recipient is not None and core.world.direct.get((application.id, channel.recipient.id)) is channel
