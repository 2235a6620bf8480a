"""Tells the status channel of outages: looks how everything fares, writes down what is new, and sends it."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

import aiohttp
import discord
import structlog
from django.db import Error as DatabaseError
from django.utils import timezone

from naxios.discord import bot_state
from naxios.discord.bot import posts, wording
from naxios.discord.bot.models import OutagePost
from naxios.discord.bot.outages import PATIENCE, End, Patience, Watch
from naxios.discord.bot.worker import Worker
from naxios.status import evidence
from naxios.status.evidence import Kind

LOOK_SECONDS = 1.0
"""Shorter than the shortest rest of a route, so that none is overlooked."""
AFTER_TROUBLE_SECONDS = 60.0

_RED, _GREEN, _GREY = 0xC62828, 0x2E7D32, 0x757575
_COLOURS = {None: _RED, End.WORKS: _GREEN}

log = structlog.get_logger(__name__)


async def report(client: discord.Client, channel_id: str, worker: Worker, patience: Patience = PATIENCE) -> None:
    """Report until cancelled. What cannot be sent is tried again, and staff see why."""
    known = await worker.do(posts.running)
    watch = Watch(known, time.monotonic(), patience)
    await worker.do(posts.forget_old)
    not_before, failing = 0.0, False
    while True:
        try:
            await worker.do(partial(_look, watch, channel_id))
            untold = await worker.do(posts.untold) if time.monotonic() >= not_before else []
            for post in untold:
                await _tell(client, post, worker)
            if failing and not_before <= time.monotonic():
                failing = False
                await worker.do(partial(bot_state.note, last_error=""))
        except DatabaseError as error:
            log.warning("outages cannot be looked at; tried again", exc_info=error)
            await asyncio.sleep(AFTER_TROUBLE_SECONDS / 10)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            failing, not_before = True, time.monotonic() + AFTER_TROUBLE_SECONDS
            await worker.do(partial(bot_state.note, last_error=_why(channel_id, error)))
        await asyncio.sleep(LOOK_SECONDS)


def _look(watch: Watch, channel_id: str) -> None:
    observed = evidence.observed()
    told = watch.look(observed, time.monotonic())
    for subject, seconds in told.begun.items():
        began_at = timezone.now() - timedelta(seconds=seconds)
        affected = observed[subject].models if observed else ()
        posts.begin(subject, affected=affected, began_at=began_at, channel_id=channel_id)
    for subject, how in told.ended.items():
        posts.end(subject, how)


async def _tell(client: discord.Client, post: OutagePost, worker: Worker) -> None:
    channel = client.get_partial_messageable(int(post.channel_id))
    if not post.message_id and post.ended_at is None:
        # Told again with the same nonce, Discord makes no second message of it.
        message = await channel.send(embed=_embed(post), nonce=f"outage-{post.pk}")
        await worker.do(partial(posts.sent, post, str(message.id)))
    elif post.ended_at is not None:
        if post.message_id:
            with suppress(discord.NotFound):  # somebody has deleted it
                await channel.get_partial_message(int(post.message_id)).edit(embed=_embed(post))
        await worker.do(partial(posts.settle, post))


def _embed(post: OutagePost) -> discord.Embed:
    kind, how = Kind(post.kind), End(post.end) if post.end else None
    return discord.Embed(
        title=wording.outage_title(kind, post.name, how),
        description=wording.outage_text(kind, post.affected, post.began_at, post.ended_at, how),
        colour=_COLOURS.get(how, _GREY),
    )


def _why(channel_id: str, error: Exception) -> str:
    if isinstance(error, discord.Forbidden):
        return (
            f"The bot may not write into the channel {channel_id} (NAXIOS_DISCORD_STATUS_CHANNEL_ID). Let it view the "
            "channel, send messages and embed links there."
        )
    if isinstance(error, discord.NotFound):
        return f"There is no channel {channel_id} (NAXIOS_DISCORD_STATUS_CHANNEL_ID). Correct the id."
    return f"The status channel could not be told of an outage ({type(error).__name__}); tried again."
