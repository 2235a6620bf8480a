"""From leaving a Discord server to the gateway's refusal, and which process is the bot: real processes."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2 as httpx
import pytest
from django.conf import settings
from django.db import connections

from naxios.accounts.models import User
from naxios.discord import bot_state
from naxios.discord.bot_state import Condition
from naxios.discord.verification import Presence, Seen
from tests.integration.discord.bots import is_verified, settings_of, wait_for
from tests.integration.operation.postgres import turned_to
from tests.serving import Server, running_server
from tests.stand_ins.discord.server import StandInDiscord, running_discord
from tests.unit.discord.members import connected

ECHO = {"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def discord() -> Iterator[StandInDiscord]:
    with running_discord() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, discord: StandInDiscord) -> Iterator[Server]:
    """A server whose bot is in the stand-in's server; this process reads its database, with the same secret."""
    with running_server(
        tmp_path_factory.mktemp("naxios"), NAXIOS_SECRET_KEY=settings.SECRET_KEY, **discord.environment()
    ) as server:
        embedded = {**connections.databases["default"], "NAME": server.home / "naxios.sqlite3"}
        with turned_to(embedded), settings_of(discord):
            wait_for(lambda: bot_state.bot_state().condition is Condition.CONNECTED)
            yield server


def ask(server: Server, key: str) -> httpx.Response:
    return httpx.post(f"{server.api}/chat/completions", headers={"x-api-key": key}, json=ECHO)


def wait_until(server: Server, key: str, status: int, seconds: float = 5) -> None:
    """Until the gateway answers for the key like this; asked about the key itself, which counts against no limit."""
    wait_for(lambda: httpx.get(f"{server.api}/key", headers={"x-api-key": key}).status_code == status, seconds)


def test_leave_is_403_within_seconds_and_coming_back_goes_on_with_the_same_day(
    server: Server, discord: StandInDiscord
) -> None:
    ada = discord.world.make_user("ada")
    discord.join(discord.guild, ada)
    server.cli("user", "create", "ada@example.com")
    account = User.objects.get(email="ada@example.com")
    connected(account, str(ada.id), Seen(str(discord.guild.id), Presence.MEMBER))
    key = server.cli("key", "create", "--user", "ada@example.com", "--name", "free")["secret"]
    wait_until(server, key, 200)
    first = ask(server, key)

    discord.leave(discord.guild, ada)
    wait_until(server, key, 403)
    refused = ask(server, key)
    discord.join(discord.guild, ada)
    wait_until(server, key, 200)
    again = ask(server, key)

    assert [answer.status_code for answer in (first, refused, again)] == [200, 403, 200]
    assert "not a member of our Discord server" in refused.json()["error"]["message"]
    used = int(first.json()["usage"]["total_tokens"])
    left = [int(answer.headers["x-ratelimit-remaining-tokens-day"]) for answer in (first, again)]
    assert left[0] - left[1] >= used


def test_a_paid_plan_does_not_depend_on_membership(server: Server, discord: StandInDiscord) -> None:
    eve = discord.world.make_user("eve")
    discord.join(discord.guild, eve)
    server.cli("user", "create", "eve@example.com")
    account = User.objects.get(email="eve@example.com")
    connected(account, str(eve.id), Seen(str(discord.guild.id), Presence.MEMBER), username="eve")
    key = server.cli("key", "create", "--user", "eve", "--name", "paid")["secret"]
    server.apply("[plans.pro]\ntokens_per_day = 5000000\nprice_minor = 1500\ncurrency = 'usd'\n")

    discord.leave(discord.guild, eve)
    wait_until(server, key, 403)
    shown = server.cli("user", "grant", str(eve.id), "--plan", "pro") and server.cli("user", "show", "@eve")
    wait_until(server, key, 200)
    discord.join(discord.guild, eve)
    wait_for(lambda: is_verified(account))
    discord.leave(discord.guild, eve)
    wait_for(lambda: not is_verified(account))

    answers = [ask(server, key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].headers["x-ratelimit-limit-tokens-day"] == "5000000"
    assert (shown["plan"], shown["plan_state"]) == ("pro", "entitled")
    assert shown["discord"] == {
        "id": str(eve.id),
        "username": "eve",
        "verification": "lapsed",
        "reason": "not_a_member",
    }


def test_how_routes_fare_is_told_to_nobody_without_the_servers_own_token(server: Server) -> None:
    assert httpx.get(f"{server.url}/internal/health").status_code == 404
    assert httpx.get(f"{server.url}/internal/health", headers={"authorization": "Bearer x"}).status_code == 404


def test_without_a_token_the_command_says_which_setting_is_missing(server: Server) -> None:
    refused = server.run("bot", NAXIOS_DISCORD_BOT_TOKEN="")

    assert refused.returncode == 1
    assert refused.stderr.startswith("naxios: There is no bot: NAXIOS_DISCORD_BOT_TOKEN is not set.")


def test_another_process_takes_over_when_the_bots_dies(server: Server, discord: StandInDiscord) -> None:
    with bot_process(server) as second:
        assert "Another process is the bot" in said(second)

        server.kill()
        assert "This process is the bot" in said(second)
        wait_for(lambda: f"naxios bot, process {second.pid}" in bot_state.bot_state().process)
        wait_for(lambda: bot_state.bot_state().condition is Condition.CONNECTED)

        server.start()
        bob = discord.world.make_user("bob")
        discord.join(discord.guild, bob)
        assert "All is well" in discord.interact(bob, "status").content  # the server is asked how models fare

        second.send_signal(signal.SIGTERM)
        assert second.wait(10) == 0
    wait_for(lambda: f"naxios serve, process {server.pid}" in bot_state.bot_state().process)


@contextmanager
def bot_process(server: Server) -> Iterator["subprocess.Popen[str]"]:
    """``naxios bot`` on the same data."""
    process = subprocess.Popen(
        [sys.executable, "-m", "naxios", "bot", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=server.environment,
        cwd=server.log.parent,
    )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(10) == 0


def said(process: "subprocess.Popen[str]") -> str:
    """The next thing that ``naxios bot --json`` says."""
    assert process.stdout is not None
    text = ""
    while not text.rstrip().endswith("}"):
        line = process.stdout.readline()
        assert line, "the bot ended"
        text += line
    told: dict[str, str] = json.loads(text)
    return told["bot"]
