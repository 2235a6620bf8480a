"""The bot's life: wait until this process may be the bot, connect, and connect again whatever happens."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple, Protocol

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from django.db import Error as DatabaseError

from naxios.config import Config
from naxios.discord import bot_state, services
from naxios.discord.bot.client import Bot
from naxios.discord.bot.models import BotState
from naxios.discord.bot.throttle import Throttle
from naxios.discord.bot.worker import Worker
from naxios.discord.models import Problem

ASK_TO_LEAD_SECONDS = 1.0
CLOSE_SECONDS = 3.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
WRONG_TOKEN_PAUSE_SECONDS = 900.0
"""A token does not become right by asking, and Discord bans addresses that ask too often."""
WRONG_INTENTS_PAUSE_SECONDS = 120.0
"""They are switched on in Discord's portal, without a restart here."""
STEADY_SECONDS = 60.0
"""A connection that has lasted so long was a good one: the next pause is short again."""

_TOKEN_REFUSED = 4004
_INTENTS_MISSING = 4014

log = structlog.get_logger(__name__)


class Lead(Protocol):
    """Decides which of several processes is the bot; see ``naxios.server.leadership``. All methods block."""

    def take(self) -> bool: ...

    def is_held(self) -> bool: ...

    def release(self) -> None: ...


class _Ended(NamedTuple):
    """Why a connection is over: what staff are told, and for how long to stay away (``None``: longer each time)."""

    why: str
    refused: bool = False
    pause: float | None = None
    error: BaseException | None = None


async def run(
    config: Config,
    *,
    lead: Lead,
    process: str,
    stopping: asyncio.Event,
    on_change: Callable[[str], None] = lambda _: None,
) -> None:
    """Be the bot whenever ``lead`` lets this process, until ``stopping``.

    Parameters
    ----------
    process : which one this is, for staff.
    on_change : called with a line for the terminal whenever something changes.
    """
    _point(config)
    worker = Worker()
    waited = False
    try:
        while not stopping.is_set():
            if await worker.do(lead.take):
                waited = False
                try:
                    await _be_the_bot(config, lead, process, worker, stopping, on_change)
                finally:
                    await worker.do(lead.release)
            elif not waited:
                waited = True
                on_change("Another process is the bot. This one takes over when that one ends.")
            await _pause(stopping, ASK_TO_LEAD_SECONDS)
    finally:
        worker.close()


def _point(config: Config) -> None:
    """Make discord.py ask the configured Discord, and not miss what voice needs; it has no other settings for that."""
    Route.BASE = f"{config.discord_api_url}/v10"
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


async def _be_the_bot(
    config: Config,
    lead: Lead,
    process: str,
    worker: Worker,
    stopping: asyncio.Event,
    on_change: Callable[[str], None],
) -> None:
    """Connect again and again, until stopped or no longer leading."""
    over = asyncio.Event()
    present: list[Bot] = []
    watching = asyncio.create_task(_watch(lead, worker, stopping, over, present))
    throttles: dict[str, Throttle] = {}
    pause, quiet = FIRST_PAUSE_SECONDS, False
    await _note(worker, state=BotState.State.CONNECTING, process=process, guilds={})
    on_change("This process is the bot, and connects to Discord.")
    try:
        while not over.is_set():
            began = time.monotonic()
            bot = Bot(config, worker, throttles)
            present[:] = [bot]
            ended = await _connection(config, bot, over)
            if ended is None:
                break
            if bot.was_ready and time.monotonic() - began >= STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            if bot.was_ready or not quiet:
                log.log(40 if ended.refused else 30, ended.why, exc_info=ended.error)
                on_change(ended.why)
            quiet = not bot.was_ready  # said once, not at every attempt
            await _trouble(worker, ended)
            await _pause(over, ended.pause or pause * random.uniform(0.5, 1))  # noqa: S311 - spreads load
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
    finally:
        watching.cancel()
        if await worker.do(lead.is_held):  # else the row is another process's by now
            await _note(worker, state=BotState.State.STOPPED)


async def _connection(config: Config, bot: Bot, over: asyncio.Event) -> _Ended | None:
    """Hold one connection for as long as it lasts; ``None`` if it was ended from here."""
    session = asyncio.create_task(_session(config, bot))
    stopped = asyncio.create_task(over.wait())
    try:
        await asyncio.wait({session, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return await session if session.done() else None
    finally:
        for task in (session, stopped):
            task.cancel()
        await asyncio.gather(session, stopped, return_exceptions=True)
        with suppress(TimeoutError, aiohttp.ClientError, OSError):  # whether Discord knows is its own affair
            await asyncio.wait_for(bot.close(), CLOSE_SECONDS)


async def _session(config: Config, bot: Bot) -> _Ended:
    try:
        await bot.login(config.discord_bot_token)
        _, address, starts = await bot.http.get_bot_gateway()
        if starts["remaining"] < 1:
            wait = max(1.0, starts["reset_after"] / 1000)
            return _Ended("The bot has connected too often today; Discord wants it to wait.", pause=wait)
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
        await bot.connect(reconnect=False)
    except discord.LoginFailure as error:
        return _wrong_token(error)
    except discord.PrivilegedIntentsRequired as error:
        return _wrong_intents(error)
    except discord.ConnectionClosed as error:
        if error.code == _TOKEN_REFUSED:
            return _wrong_token(error)
        if error.code == _INTENTS_MISSING:
            return _wrong_intents(error)
        return _Ended(f"Discord closed the connection (code {error.code}).", error=error)
    except Exception as error:  # a connection may fail in many ways; all of them mean to try again
        return _Ended(f"Discord does not answer ({type(error).__name__}); tried again.", error=error)
    return _Ended("Discord closed the connection.")


def _wrong_token(error: Exception) -> _Ended:
    why = "Discord refuses the bot's token (NAXIOS_DISCORD_BOT_TOKEN). Set the right one, and start again."
    return _Ended(why, refused=True, pause=WRONG_TOKEN_PAUSE_SECONDS, error=error)


def _wrong_intents(error: Exception) -> _Ended:
    why = "The bot may not see members. Switch on its Server Members Intent: discord.com/developers, Bot."
    return _Ended(why, refused=True, pause=WRONG_INTENTS_PAUSE_SECONDS, error=error)


async def _watch(lead: Lead, worker: Worker, stopping: asyncio.Event, over: asyncio.Event, present: list[Bot]) -> None:
    """Set ``over`` once this process stops or no longer leads; meanwhile let staff see that it lives."""
    renew_at = 0.0
    while not stopping.is_set():
        if not await worker.do(lead.is_held):
            log.warning("another process may be the bot now: the lock was lost with the database")
            break
        if time.monotonic() >= renew_at:
            renew_at = time.monotonic() + bot_state.RENEWED_EVERY.total_seconds()
            event = present[0].last_event if present else None
            await _note(worker, **({"last_event": event[0], "last_event_at": event[1]} if event else {}))
        await _pause(stopping, ASK_TO_LEAD_SECONDS)
    over.set()


async def _trouble(worker: Worker, ended: _Ended) -> None:
    state = BotState.State.REFUSED if ended.refused else BotState.State.CONNECTING
    await _note(worker, state=state, last_error=ended.why)
    if ended.pause == WRONG_TOKEN_PAUSE_SECONDS:
        try:
            await worker.do(partial(services.note_problem, kind=Problem.Kind.BOT_REFUSED))
        except DatabaseError as error:
            log.warning("the bot's state could not be written down", exc_info=error)


async def _note(worker: Worker, **changes: object) -> None:
    try:
        await worker.do(partial(bot_state.note, **changes))
    except DatabaseError as error:
        log.warning("the bot's state could not be written down", exc_info=error)


async def _pause(until: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(until.wait(), seconds)
