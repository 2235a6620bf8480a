"""The real discord.py at the stand-in's gateway: events, commands, and everything that breaks connections."""

import asyncio
import io
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import aiohttp
import discord as library
import pytest

from tests.stand_ins.discord import StandInDiscord, User
from tests.unit.stand_ins.discord.bot import Bot, running_bot


@pytest.fixture
def bot(discord: StandInDiscord) -> Iterator[Bot]:
    with running_bot(discord) as running:
        yield running


@pytest.fixture
def ada(discord: StandInDiscord) -> User:
    return discord.world.make_user("ada", age=timedelta(days=30), global_name="Ada L.")


def test_a_bot_hears_of_members(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    guild = bot.get_guild(discord.guild.id)
    assert guild is not None
    assert (guild.name, guild.member_count, len(guild.members)) == ("Naxios users", 2, 2)
    supporter = discord.add_role(discord.guild, "Supporter")

    discord.join(discord.guild, ada, pending=True)
    discord.wait_for(lambda: bot.count("member_join"))
    assert bot.last("member_join").pending is True

    discord.update_member(discord.guild, ada, roles=[supporter], pending=False)
    discord.wait_for(lambda: bot.count("member_update"))
    assert [role.name for role in bot.last("member_update").roles] == ["@everyone", "Supporter"]

    discord.update_user(ada, username="ada2", global_name=None)
    discord.wait_for(lambda: bot.count("user_update"))
    assert (bot.last("user_update").name, bot.last("user_update").global_name) == ("ada2", None)

    discord.leave(discord.guild, ada)
    discord.wait_for(lambda: bot.count("member_remove"))
    discord.join(discord.guild, ada)
    discord.ban(discord.guild, ada)
    discord.wait_for(lambda: bot.count("member_remove") == 2)
    assert bot.last("member_ban").name == "ada2"


def test_an_outage_is_not_the_end_of_a_guild(discord: StandInDiscord, bot: Bot) -> None:
    discord.outage(discord.guild)
    discord.wait_for(lambda: bot.count("guild_unavailable"))
    assert bot.count("guild_remove") == 0
    discord.end_outage(discord.guild)
    discord.wait_for(lambda: bot.count("guild_available") == 2)
    discord.kick_bot(discord.guild, discord.application)
    discord.wait_for(lambda: bot.count("guild_remove"))
    discord.join(discord.guild, discord.application.bot)
    discord.wait_for(lambda: bot.count("guild_join"))
    discord.delete_guild(discord.guild)
    discord.wait_for(lambda: bot.count("guild_remove") == 2)


def test_members_are_told_only_to_who_asked(discord: StandInDiscord, ada: User) -> None:
    with running_bot(discord, members=False) as bot:
        discord.join(discord.guild, ada)
        discord.add_role(discord.guild, "Supporter")
        discord.wait_for(lambda: bot.count("guild_role_create"))
        assert bot.count("member_join") == 0
        assert bot.last("guild_role_create").guild.member_count == 2


def test_a_command_is_answered_to_its_caller_alone(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    discord.join(discord.guild, ada)
    outcome = discord.interact(ada, "ping")
    assert (outcome.content, outcome.ephemeral, outcome.failed) == ("pong, Ada L.", True, False)
    assert discord.world.channel(outcome.channel.id).messages == []  # type: ignore[union-attr]
    pressed = discord.press(ada, outcome.messages[0], "again")
    assert (pressed.content, pressed.components) == ("pong again", [])
    assert discord.interact(ada, "ping", direct=True).content == "pong, Ada L."


def test_commands_take_options_and_open_forms(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    discord.join(discord.guild, ada, roles=[discord.add_role(discord.guild, "Supporter")])
    outcome = discord.interact(ada, "about", {"who": ada, "loudly": True})
    assert (outcome.content, outcome.ephemeral) == ("ADA WITH ['SUPPORTER']", False)
    assert [message.content for message in outcome.channel.messages] == [outcome.content]
    assert discord.submit(discord.interact(ada, "form"), {"subject": "keys"}).content == "about keys"
    with pytest.raises(LookupError):
        discord.interact(ada, "nothing")
    with pytest.raises(AssertionError, match="required"):
        discord.interact(ada, "about")


def test_a_deferred_answer_comes_later(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    discord.join(discord.guild, ada)
    outcome = discord.interact(ada, "later")
    assert (outcome.content, outcome.ephemeral, outcome.thinking) == ("at last", True, False)
    assert outcome.wait(lambda it: it.follow_ups)
    assert outcome.follow_ups[0].content == "and another thing"


def test_silence_fails_an_interaction(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    discord.join(discord.guild, ada)
    discord.core.interaction_seconds = 0.3
    assert discord.interact(ada, "silent").failed


def test_a_bot_writes_and_reads_messages(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    channel = next(iter(discord.guild.channels.values()))
    discord.join(discord.guild, ada)

    def send(target: Any, **more: Any) -> None:
        asyncio.run_coroutine_threadsafe(target.send("hello", **more), bot.loop).result(5)

    send(bot.get_channel(channel.id), file=library.File(io.BytesIO(b"a,b\n"), "usage.csv"))
    assert channel.messages[0].files == {"usage.csv": b"a,b\n"}
    assert [message.content for message in channel.messages] == ["hello"]
    discord.say(ada, channel, "hello yourself")
    discord.wait_for(lambda: bot.count("message") == 2)
    discord.wait_for(lambda: bot.get_user(ada.id))
    send(bot.get_user(ada.id))
    assert discord.world.direct_channel(discord.application, ada).messages[0].content == "hello"
    channel.closed_to_bots = ada.closed_to_messages = True
    for target, code in ((bot.get_channel(channel.id), 50013), (bot.get_user(ada.id), 50007)):
        with pytest.raises(library.Forbidden) as refused:
            send(target)
        assert refused.value.code == code


def test_a_bot_waits_out_a_rate_limit(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    fault = discord.fault("/users", status=429, retry_after=0.1, times=2)
    fetched = asyncio.run_coroutine_threadsafe(bot.fetch_user(ada.id), bot.loop).result(5)
    assert (fetched.name, fault.times) == ("ada", 0)
    assert [asked.status for asked in discord.requests("GET", f"/users/{ada.id}")] == [429, 429, 200]


def test_a_bot_resumes_what_it_missed(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    """Asked to come back, cut off, closed with a code, or told to resume: it hears everything, once."""
    for times, disturb in enumerate(
        (
            discord.ask_to_reconnect,
            discord.drop_gateway,
            lambda: discord.close_gateway(4000),
            lambda: discord.invalidate_sessions(resumable=True),
        ),
        start=1,
    ):
        discord.do(lambda disturb=disturb: (disturb(), discord.join(discord.guild, ada)))  # type: ignore[misc]
        discord.leave(discord.guild, ada)
        discord.wait_for(lambda times=times: bot.count("resumed") == times)  # type: ignore[misc]
        discord.wait_for(lambda times=times: bot.count("member_remove") == times)  # type: ignore[misc]
        assert bot.count("member_join") == times
    assert [connection.path for connection in discord.core.hub.connections] == ["/resume"]
    assert discord.core.hub.identified == 1


def test_a_bot_comes_back_after_an_outage_of_discord(discord: StandInDiscord, bot: Bot, ada: User) -> None:
    with discord.down():
        discord.join(discord.guild, ada)
        time.sleep(2)
        assert not discord.bot_is_connected
        assert bot.count("member_join") == 0
    discord.wait_for(lambda: bot.count("member_join"), seconds=20)
    assert bot.count("resumed") == 1


def test_a_bot_leaves_a_zombie(discord: StandInDiscord, ada: User) -> None:
    discord.core.hub.heartbeat_seconds = 0.2
    with running_bot(discord, heartbeat_timeout=0.5) as bot:
        discord.ask_for_heartbeat()
        discord.wait_for(lambda: discord.core.hub.connections[0].heartbeats > 1)
        discord.freeze_gateway()
        discord.join(discord.guild, ada)
        discord.wait_for(lambda: bot.count("member_join"))
        assert bot.count("resumed") == 1


def speak(discord: StandInDiscord, *messages: dict[str, Any], query: str = "v=10&encoding=json") -> tuple[Any, Any]:
    """Say this to the gateway, in plain JSON; the last operation that it answered, and the code that it closed with."""

    async def run() -> tuple[Any, Any]:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{discord.gateway_url}/?{query}") as socket:
            for message in messages:
                await socket.send_json(message)
            op = None
            while True:
                try:
                    received = await socket.receive(timeout=0.3)
                except TimeoutError:
                    return op, None
                if received.type is not aiohttp.WSMsgType.TEXT:
                    return op, socket.close_code
                op = received.json()["op"]

    return asyncio.run(run())


def test_the_gateway_closes_with_a_reason(discord: StandInDiscord) -> None:
    token = discord.application.bot_token
    good = {"op": 2, "d": {"token": token, "intents": 3, "properties": {}}}
    resume = {"op": 6, "d": {"token": token, "session_id": "gone", "seq": 1}}
    assert speak(discord, good) == (0, None)
    assert speak(discord, good, good) == (0, 4005)
    assert speak(discord, {"op": 2, "d": {"token": "wrong", "intents": 3}}) == (10, 4004)
    assert speak(discord, {"op": 2, "d": {"token": token, "intents": 1 << 30}}) == (10, 4013)
    assert speak(discord, {"op": 8, "d": {}}) == (10, 4003)
    assert speak(discord, {"op": 99, "d": {}}) == (10, 4001)
    assert speak(discord, query="v=9") == (None, 4012)
    assert speak(discord, resume) == (9, None)
    discord.application.privileged_intents.discard("members")
    assert speak(discord, good) == (10, 4014)
    discord.core.hub.heartbeat_seconds = 0.05
    assert speak(discord) == (10, 4000)
