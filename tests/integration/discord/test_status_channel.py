"""Outages in the status channel: told once, changed when they are over, in spite of restarts and closed channels."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import discord as discord_py
import pytest

from naxios.catalogue.models import Model, Provider, Route
from naxios.discord import bot_state
from naxios.discord.bot.models import OutagePost
from naxios.discord.bot.outages import Patience
from naxios.discord.bot.reporting import report
from naxios.discord.bot.worker import Worker
from naxios.domain.health import RouteHealth, RouteState
from naxios.status import live
from tests.integration.discord.bots import wait_for
from tests.stand_ins.discord.server import StandInDiscord
from tests.stand_ins.discord.state import Channel

PATIENCE = Patience(begins_after=0, over_after=0, quiet_after=60)
WORKING, RESTING = RouteState.WORKING, RouteState.RESTING


@pytest.fixture
def channel(at_discord: StandInDiscord) -> Iterator[Channel]:
    """A channel, and a provider whose one model is served by it alone."""
    provider = Provider.objects.create(name="acme", kind="openai", base_url="https://example.com")
    Route.objects.create(model=Model.objects.create(name="large_model"), provider=provider, upstream_model="m")
    yield next(iter(at_discord.guild.channels.values()))
    live.register(None)


def acme_is(state: RouteState) -> None:
    live.register(lambda: [RouteHealth("acme", "m", state)])


@contextmanager
def reporting(discord: StandInDiscord, channel: Channel) -> Iterator[None]:
    """The real discord.py writes into the channel, as the bot does while it is connected."""
    loop = asyncio.new_event_loop()
    done = threading.Event()

    async def run() -> None:
        worker = Worker()
        async with discord_py.Client(intents=discord_py.Intents.none()) as client:
            await client.login(discord.application.bot_token)
            reports = asyncio.create_task(report(client, str(channel.id), worker, PATIENCE))
            await asyncio.to_thread(done.wait)
            reports.cancel()
        worker.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(10)
        loop.close()


def told(channel: Channel) -> list[str]:
    """The titles of the messages in the channel."""
    return [message.embeds[0]["title"] for message in channel.messages]


def test_an_outage_is_told_once_and_its_message_changed_when_it_is_over(
    at_discord: StandInDiscord, channel: Channel
) -> None:
    acme_is(RESTING)
    with reporting(at_discord, channel):
        wait_for(lambda: told(channel) == ["Provider acme does not work"])
        assert "large\\_model" in channel.messages[0].embeds[0]["description"]
        wait_for(lambda: OutagePost.objects.get().message_id)

    with reporting(at_discord, channel):  # after a restart
        acme_is(WORKING)
        wait_for(lambda: told(channel) == ["Provider acme works again"])
        wait_for(lambda: OutagePost.objects.filter(is_settled=True).exists())

    assert OutagePost.objects.count() == 1


def test_a_closed_channel_is_told_to_staff_and_costs_no_outage(at_discord: StandInDiscord, channel: Channel) -> None:
    channel.closed_to_bots = True
    acme_is(RESTING)

    with reporting(at_discord, channel):
        wait_for(lambda: bot_state.bot_state().last_error)
        assert "may not write into the channel" in bot_state.bot_state().last_error

    channel.closed_to_bots = False
    with reporting(at_discord, channel):
        wait_for(lambda: told(channel) == ["Provider acme does not work"])


def test_an_outage_that_ended_before_it_could_be_told_is_not_told(at_discord: StandInDiscord, channel: Channel) -> None:
    channel.closed_to_bots = True
    acme_is(RESTING)
    with reporting(at_discord, channel):
        wait_for(OutagePost.objects.exists)

    channel.closed_to_bots = False
    acme_is(WORKING)
    with reporting(at_discord, channel):
        wait_for(lambda: OutagePost.objects.get().is_settled)

    assert channel.messages == []


def test_a_message_that_somebody_deleted_stays_deleted(at_discord: StandInDiscord, channel: Channel) -> None:
    acme_is(RESTING)
    with reporting(at_discord, channel):
        wait_for(lambda: OutagePost.objects.exclude(message_id="").exists())
        channel.messages.clear()
        acme_is(WORKING)
        wait_for(lambda: OutagePost.objects.get().is_settled)

    assert channel.messages == []
