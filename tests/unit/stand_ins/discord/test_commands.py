"""Commands and answers to interactions by plain HTTP, where a bot does something wrong."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.stand_ins.discord import Interaction, StandInDiscord, User
from tests.unit.stand_ins.discord.conftest import Client

PING = {"name": "ping", "description": "Answers"}


@pytest.fixture
def ada(discord: StandInDiscord) -> User:
    user = discord.world.make_user("ada")
    discord.join(discord.guild, user)
    return user


def commands(discord: StandInDiscord, *, guild: bool = False) -> str:
    of_guild = f"/guilds/{discord.guild.id}" if guild else ""
    return f"/applications/{discord.application.id}{of_guild}/commands"


def error(answer: requests.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


def begin(discord: StandInDiscord, user: User) -> tuple["Future[Interaction]", Interaction]:
    """Someone uses /ping; the outcome to come, and what the bot is told of it."""
    outcome = ThreadPoolExecutor().submit(discord.interact, user, "ping", seconds=0.1)
    discord.wait_for(lambda: discord.core.interactions)
    return outcome, next(iter(discord.core.interactions.values()))


def answer(discord: StandInDiscord, interaction: Interaction, body: dict[str, Any]) -> requests.Response:
    url = f"{discord.api_url}/v10/interactions/{interaction.id}/{interaction.token}/callback"
    return requests.post(url, json=body, timeout=5)


def test_overwriting_keeps_the_ids_of_what_keeps_its_name(discord: StandInDiscord, client: Client) -> None:
    first = client.as_bot("POST", commands(discord), json=PING)
    again = client.as_bot("POST", commands(discord), json=PING | {"description": "Still answers"})
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, first.json()["id"])
    put = client.as_bot("PUT", commands(discord), json=[PING, PING | {"name": "pong"}]).json()
    assert [command["id"] == first.json()["id"] for command in put] == [True, False]
    assert client.as_bot("GET", commands(discord)).json() == put
    assert client.as_bot("DELETE", f"{commands(discord)}/{put[1]['id']}").status_code == 204
    assert error(client.as_bot("GET", f"{commands(discord)}/{put[1]['id']}")) == (404, 10063)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [({"name": "Ping"}, "name"), ({"name": ""}, "name"), ({"description": ""}, "description")],
)
def test_a_wrong_command_is_refused(discord: StandInDiscord, client: Client, wrong: dict[str, str], where: str) -> None:
    refused = client.as_bot("PUT", commands(discord), json=[PING | wrong])
    assert error(refused) == (400, 50035)
    assert where in refused.json()["errors"]["0"]


def test_a_guild_that_the_bot_left_takes_no_commands(discord: StandInDiscord, client: Client) -> None:
    assert client.as_bot("PUT", commands(discord, guild=True), json=[PING]).status_code == 200
    discord.kick_bot(discord.guild, discord.application)
    assert error(client.as_bot("PUT", commands(discord, guild=True), json=[PING])) == (403, 50001)


def test_a_command_for_the_few_is_not_shown_to_others(discord: StandInDiscord, client: Client, ada: User) -> None:
    for_managers = PING | {"default_member_permissions": str(1 << 5), "contexts": [0]}
    client.as_bot("PUT", commands(discord, guild=True), json=[for_managers])
    with pytest.raises(LookupError):
        discord.interact(ada, "ping")
    discord.core.interaction_seconds = 0.1
    assert discord.interact(discord.guild.owner, "ping").failed
    manager = discord.add_role(discord.guild, "Manager")
    manager.permissions = 1 << 5
    discord.update_member(discord.guild, ada, roles=[manager])
    assert discord.interact(ada, "ping").failed


def test_an_interaction_is_answered_once_and_in_time(discord: StandInDiscord, client: Client, ada: User) -> None:
    client.as_bot("PUT", commands(discord), json=[PING])
    outcome, interaction = begin(discord, ada)
    hook = f"/webhooks/{discord.application.id}/{interaction.token}"
    assert error(client.as_bot("POST", hook, json={"content": "too early"})) == (404, 10015)
    assert error(answer(discord, interaction, {"type": 4, "data": {"content": ""}})) == (400, 50006)
    assert answer(discord, interaction, {"type": 4, "data": {"content": "pong", "flags": 64}}).status_code == 204
    assert (outcome.result(5).content, outcome.result().ephemeral) == ("pong", True)
    assert error(answer(discord, interaction, {"type": 4, "data": {"content": "pong"}})) == (400, 40060)
    edited = client.as_bot("PATCH", f"{hook}/messages/@original", json={"content": "pong!"})
    assert (edited.status_code, interaction.content) == (200, "pong!")
    discord.world.clock.skip(15 * 60 + 1)
    assert error(client.as_bot("POST", hook, json={"content": "too late"})) == (401, 50027)


def test_an_answer_after_the_deadline_is_to_nobody(discord: StandInDiscord, client: Client, ada: User) -> None:
    client.as_bot("PUT", commands(discord), json=[PING])
    discord.core.interaction_seconds = 0.1
    outcome, interaction = begin(discord, ada)
    assert outcome.result(5).failed
    assert error(answer(discord, interaction, {"type": 4, "data": {"content": "pong"}})) == (404, 10062)
