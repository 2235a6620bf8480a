"""The bot as one connection to Discord: what it hears goes to the database in order, and commands are answered."""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
import discord
import structlog
from django.db import Error as DatabaseError
from django.utils import timezone

from naxios.config import Config
from naxios.discord import bot_state, services
from naxios.discord.bot import answers, commands, events, members, wording
from naxios.discord.bot.catching_up import CatchingUp
from naxios.discord.bot.models import BotState
from naxios.discord.bot.reporting import report
from naxios.discord.bot.throttle import Throttle
from naxios.discord.bot.worker import Worker
from naxios.errors import Refused

ANSWER_SECONDS = 1.5
"""Discord waits three seconds for the first word. What takes longer than this is announced, and follows."""

AFTER_TROUBLE_SECONDS = 5.0

ASK_EVERY_SECONDS = 0.6
"""A connection may say 120 things a minute; then questions about members leave room for the rest."""

_TOLD_STAFF = {
    events.MemberSeen: "somebody joined or changed",
    events.MemberGone: "somebody left",
    events.GuildHere: "a server is there",
    events.GuildAway: "a server cannot be reached",
    events.GuildGone: "the bot was removed from a server",
}

log = structlog.get_logger(__name__)


class Bot(discord.Client):
    """One connection. ``throttles`` outlive it, so that they cannot be reset by a lost connection."""

    def __init__(self, config: Config, worker: Worker, throttles: dict[str, Throttle]) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.members = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            guild_ready_timeout=0.5,  # servers are heard of one by one; what is done with each waits for none of them
            enable_debug_events=True,  # discord.py's name for handing on what the gateway says
        )
        self.was_ready = False
        self.last_event: tuple[str, datetime] | None = None
        self._config = config
        self._worker = worker
        self._throttles = throttles
        self._heard: asyncio.Queue[events.Event] = asyncio.Queue()
        self._catching_up: dict[str, CatchingUp] = {}
        self._trouble = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def setup_hook(self) -> None:
        """Called by discord.py once it is logged in, before it connects."""
        self._begin(self._follow())
        if self.application is not None and self.application.interactions_endpoint_url:
            self._trouble = (
                "Commands do not reach the bot: its application has an Interactions Endpoint URL. Remove that at "
                "discord.com/developers, General Information."
            )

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await super().close()

    async def on_ready(self) -> None:
        """Called at the start of each session."""
        first, self.was_ready = not self.was_ready, True
        await self._note(
            state=BotState.State.CONNECTED, name=str(self.user), guilds=self._names(), last_error=self._trouble
        )
        for guild_id in self._config.discord_guild_id:
            if self.get_guild(int(guild_id)) is None:
                await self._do(partial(services.note_guild_gone, guild_id=guild_id))
        if first and not self._config.discord_guild_id:
            await self._register(None)
        if first and self._config.discord_status_channel_id:
            self._begin(report(self, self._config.discord_status_channel_id, self._worker))

    async def on_resumed(self) -> None:
        """Called when a connection that was lost goes on; what happened meanwhile comes by itself."""
        await self._note(state=BotState.State.CONNECTED)
        for guild_id in self._catching_up:  # answers may have been lost with the connection
            self._heard.put_nowait(events.GuildHere(guild_id))

    async def on_disconnect(self) -> None:
        """Called when the connection is lost."""
        if not self.is_closed():
            await self._note(state=BotState.State.CONNECTING)

    async def on_socket_raw_receive(self, message: str) -> None:
        """Called with everything that the gateway says, in order."""
        event = events.heard(message)
        if event is not None:
            self._heard.put_nowait(event)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Called when somebody gives a command."""
        if interaction.type is not discord.InteractionType.application_command:
            return
        answer = asyncio.ensure_future(self._answer(interaction))
        try:
            done, _ = await asyncio.wait({answer}, timeout=ANSWER_SECONDS)
            if done:
                await interaction.response.send_message(answer.result(), ephemeral=True)
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
                await interaction.edit_original_response(content=await answer)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("an answer did not reach Discord", exc_info=error)

    async def _answer(self, interaction: discord.Interaction) -> str:
        """The answer, whatever happens."""
        given = commands.given(interaction.data)
        if given is None:
            return wording.UNKNOWN_COMMAND
        command, typed = given
        throttle = self._throttles.setdefault(command.name, Throttle(command.a_minute, 60))
        wait = throttle.wait(str(interaction.user.id), time.monotonic())
        if wait:
            return wording.too_often(wait)
        asked = answers.Asked(str(interaction.user.id), typed, _membership(interaction))
        try:
            return wording.clipped(await self._worker.do(lambda: command.answer(asked)))
        except Refused as refused:
            return wording.clipped(str(refused))
        except Exception as error:  # a person waits: whatever it is, they get a sentence
            log.error("a command failed", exc_info=error)
            return wording.NOT_NOW

    async def _follow(self) -> None:
        """Take what was heard, one after the other. When the database fails, Discord is asked again afterwards."""
        while True:
            event = await self._heard.get()
            if type(event) in _TOLD_STAFF:
                self.last_event = _TOLD_STAFF[type(event)], timezone.now()
            try:
                await self._take(event)
            except DatabaseError as error:
                log.error("what Discord said could not be written down; it is asked again", exc_info=error)
                await asyncio.sleep(AFTER_TROUBLE_SECONDS)
                if not isinstance(event, events.GuildGone):
                    event = events.GuildHere(event.guild_id)
                self._heard.put_nowait(event)
            except Exception as error:  # the next event must not wait for somebody to look at this one
                log.error("what Discord said could not be understood", exc_info=error)

    async def _take(self, event: events.Event) -> None:
        guild_id = event.guild_id
        match event:
            case events.MemberSeen(member=member):
                await self._worker.do(partial(members.seen, guild_id, member))
            case events.MemberGone(discord_id=discord_id):
                await self._worker.do(partial(members.gone, guild_id, discord_id))
            case events.MembersTold():
                await self._told(event)
            case events.RoleGone(role_id=role_id):
                if role_id == self._config.discord_role_id:
                    await self._catch_up(guild_id)
            case events.GuildHere():
                await self._guild_here(guild_id)
            case events.GuildAway():
                self._catching_up.pop(guild_id, None)
            case events.GuildGone():
                self._catching_up.pop(guild_id, None)
                if guild_id in self._config.discord_guild_id:
                    await self._worker.do(partial(services.note_guild_gone, guild_id=guild_id))
                await self._worker.do(partial(bot_state.note, guilds=self._names()))

    async def _guild_here(self, guild_id: str) -> None:
        if guild_id not in self._config.discord_guild_id:
            return
        await self._worker.do(partial(services.note_guild_there, guild_id=guild_id))
        if self.was_ready:
            await self._worker.do(partial(bot_state.note, guilds=self._names()))
        await self._catch_up(guild_id)
        await self._register(guild_id)

    async def _catch_up(self, guild_id: str) -> None:
        ids = await self._worker.do(members.known)
        self._catching_up[guild_id] = CatchingUp(ids, secrets.token_hex(8))
        await self._ask_on(guild_id)

    async def _told(self, told: events.MembersTold) -> None:
        catching_up = self._catching_up.get(told.guild_id)
        if catching_up is None or not catching_up.is_answered_by(told):
            return
        await self._worker.do(partial(members.told, told.guild_id, told.members, told.absent))
        self._begin(self._ask_on(told.guild_id, after=ASK_EVERY_SECONDS))

    async def _ask_on(self, guild_id: str, *, after: float = 0) -> None:
        """Ask the next question about a guild, not in a hurry, and without letting anything wait for it."""
        catching_up = self._catching_up[guild_id]
        question = catching_up.next()
        if question is None:
            del self._catching_up[guild_id]
            return
        await asyncio.sleep(after)
        if self._catching_up.get(guild_id) is catching_up:
            await self.ws.request_chunks(int(guild_id), limit=0, user_ids=question.discord_ids, nonce=question.nonce)

    async def _register(self, guild_id: str | None) -> None:
        """Tell Discord the commands, unless it knows them so."""
        wanted = commands.declared(in_guild=guild_id is not None)
        application = self.application_id or 0  # known since the login
        try:
            if guild_id is None:
                if not commands.are_known(wanted, await self.http.get_global_commands(application)):
                    await self.http.bulk_upsert_global_commands(application, wanted)
            elif not commands.are_known(wanted, await self.http.get_guild_commands(application, int(guild_id))):
                await self.http.bulk_upsert_guild_commands(application, int(guild_id), wanted)
        except discord.HTTPException as error:
            why = (
                "invite it again with the scope applications.commands"
                if isinstance(error, discord.Forbidden)
                else f"Discord answered {error.status}; tried at the next connection"
            )
            self._trouble = f"The commands could not be registered: {why}."
            await self._note(last_error=self._trouble)
            log.warning("the commands could not be registered", exc_info=error)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` for as long as this connection lasts."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _names(self) -> dict[str, str]:
        return {str(guild.id): guild.name or str(guild.id) for guild in self.guilds}

    async def _note(self, **changes: Any) -> None:
        await self._do(partial(bot_state.note, **changes))

    async def _do(self, act: Callable[[], None]) -> None:
        try:
            await self._worker.do(act)
        except DatabaseError as error:
            log.warning("the bot's state could not be written down", exc_info=error)


def _membership(interaction: discord.Interaction) -> answers.Seen | None:
    """What Discord says of the membership of who gives a command, in a server that is there."""
    user, guild = interaction.user, interaction.guild
    if guild is None or guild.unavailable or not isinstance(user, discord.Member):
        return None
    return answers.Seen(str(guild.id), tuple(str(role.id) for role in user.roles), user.pending)
