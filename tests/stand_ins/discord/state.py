"""What the stand-in knows: plain dataclasses that tests read and change. A changed attribute counts at once.

Changes that Discord tells its bots of are made with the methods of ``acts``, which send the events too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.stand_ins.discord.snowflakes import snowflake

TEXT, DIRECT = 0, 1  # types of channels
EPHEMERAL, LOADING = 1 << 6, 1 << 7  # flags of messages
PRIVILEGED_INTENTS = {"members": 1 << 1, "presences": 1 << 8, "message_content": 1 << 15}


@dataclass
class Clock:
    """Time as codes, tokens and interactions see it; a test lets it pass with :meth:`skip`."""

    skipped: float = 0

    def now(self) -> float:
        return time.time() + self.skipped

    def skip(self, seconds: float) -> None:
        self.skipped += seconds


@dataclass(eq=False)
class User:
    id: int
    username: str
    global_name: str | None = None
    avatar: str | None = None
    email: str | None = None
    verified: bool = True
    bot: bool = False
    locale: str = "en-US"
    closed_to_messages: bool = False


@dataclass(eq=False)
class Role:
    id: int
    name: str
    position: int = 1
    color: int = 0
    permissions: int = 0
    managed: bool = False


@dataclass(eq=False)
class Member:
    """``roles`` are ids, without the role that everyone has."""

    user: User
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    joined_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    pending: bool = False
    avatar: str | None = None


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    flags: int = 0
    edited_at: datetime | None = None
    application: Application | None = None
    type: int = 0

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, or the direct messages between a bot and a user.

    ``closed_to_bots`` takes from bots the permission to write.
    """

    id: int
    name: str = ""
    type: int = TEXT
    guild: Guild | None = None
    recipient: User | None = None
    messages: list[Message] = field(default_factory=list)
    closed_to_bots: bool = False


@dataclass(eq=False)
class Guild:
    """``screening`` makes who joins ``pending`` until the rules are accepted; ``unavailable`` is an outage."""

    id: int
    name: str
    owner: User
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    banned: set[int] = field(default_factory=set)
    screening: bool = False
    unavailable: bool = False


@dataclass(eq=False)
class Application:
    """``privileged_intents`` are those switched on in the developer portal."""

    id: int
    name: str
    owner: User
    bot: User
    client_secret: str
    bot_token: str
    redirect_uris: list[str] = field(default_factory=list)
    privileged_intents: set[str] = field(default_factory=lambda: set(PRIVILEGED_INTENTS))
    commands: dict[int, dict[str, Any]] = field(default_factory=dict)
    guild_commands: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return str(self.id)

    @property
    def allowed_intents(self) -> int:
        """All intents but the privileged ones that are off."""
        off = sum(bit for name, bit in PRIVILEGED_INTENTS.items() if name not in self.privileged_intents)
        return (1 << 26) - 1 & ~off


@dataclass
class World:
    """``kicked_status`` is how a guild's address answers a bot outside of it: 403 Missing Access or 404."""

    clock: Clock = field(default_factory=Clock)
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    applications: dict[int, Application] = field(default_factory=dict)
    direct: dict[tuple[int, int], Channel] = field(default_factory=dict)
    signed_in: User | None = None
    kicked_status: int = 403

    def make_user(
        self,
        username: str,
        *,
        age: timedelta = timedelta(days=400),
        global_name: str | None = None,
        avatar: str | None = None,
        email: str | None = "",
        verified: bool = True,
        bot: bool = False,
    ) -> User:
        """A user whose account is ``age`` old; without a word about it, with an address of their own."""
        address = None if bot else f"{username}@example.com" if email == "" else email
        user = User(snowflake(age), username, global_name, avatar, address, verified, bot)
        self.users[user.id] = user
        return user

    def make_application(self, name: str) -> Application:
        id_ = snowflake(timedelta(days=100))
        bot = self.make_user(f"{name.lower()}-bot", age=timedelta(days=100), bot=True)
        owner = self.make_user(f"{name.lower()}-owner")
        secret, token = f"stand-in-client-secret-{id_}", f"stand-in.bot.token-{id_}"
        application = Application(id_, name, owner, bot, secret, token)
        self.applications[id_] = application
        return application

    def make_guild(self, name: str, application: Application) -> Guild:
        """A guild with the application's bot and its owner in it, the role of everyone and one channel."""
        guild = Guild(snowflake(timedelta(days=90)), name, application.owner)
        guild.roles[guild.id] = Role(guild.id, "@everyone", position=0, permissions=0x400 | 0x800)
        for user in (application.owner, application.bot):
            guild.members[user.id] = Member(user)
        self.make_channel(guild, "general")
        self.guilds[guild.id] = guild
        return guild

    def make_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(snowflake(), name, guild=guild)
        guild.channels[channel.id] = channel
        return channel

    def direct_channel(self, application: Application, user: User) -> Channel:
        key = (application.id, user.id)
        if key not in self.direct:
            self.direct[key] = Channel(snowflake(), type=DIRECT, recipient=user)
        return self.direct[key]

    def channel(self, id_: int) -> Channel | None:
        for guild in self.guilds.values():
            if id_ in guild.channels:
                return guild.channels[id_]
        return next((channel for channel in self.direct.values() if channel.id == id_), None)
