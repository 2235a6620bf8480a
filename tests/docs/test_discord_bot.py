"""What the page about the Discord bot says is so: commands, limits, times and permissions."""

import re

import discord
import pytest

from naxios.discord.bot import running
from naxios.discord.bot.commands import COMMANDS, FEW_A_MINUTE, MANY_A_MINUTE
from naxios.discord.bot.outages import PATIENCE
from tests.docs import markdown

PAGE = markdown.ROOT / "docs" / "operators" / "discord-bot.md"
WORDS = {5: "five", 12: "twelve"}


@pytest.fixture(scope="module")
def said() -> str:
    return " ".join(PAGE.read_text().split())


def test_every_command_is_in_the_table() -> None:
    rows = markdown.table(PAGE, "Commands on Discord")

    assert [name for name, _ in rows] == [f"`/{command}`" for command in COMMANDS]


def test_commands_may_be_given_as_often_as_it_says(said: str) -> None:
    assert f"each command {WORDS[MANY_A_MINUTE]} times a minute, `/redeem` {WORDS[FEW_A_MINUTE]} times" in said
    assert {command.name: command.a_minute for command in COMMANDS.values() if command.a_minute != MANY_A_MINUTE} == {
        "redeem": FEW_A_MINUTE
    }


def test_outages_are_told_when_it_says(said: str) -> None:
    assert f"nothing has succeeded for {PATIENCE.begins_after:.0f} seconds" in said
    assert f"has worked again for {PATIENCE.over_after:.0f} seconds" in said
    assert f"nobody asks for {PATIENCE.quiet_after / 60:.0f} minutes" in said


def test_it_tries_again_when_it_says(said: str) -> None:
    assert (running.FIRST_PAUSE_SECONDS, running.LONGEST_PAUSE_SECONDS) == (1, 60)
    assert "after a second at first and a minute at most" in said
    assert f"tried again every {running.WRONG_TOKEN_PAUSE_SECONDS / 60:.0f} minutes" in said
    assert f"every {running.WRONG_INTENTS_PAUSE_SECONDS / 60:.0f} minutes: switch it on" in said


def test_the_invitation_asks_for_the_permissions_in_the_table(said: str) -> None:
    asked = re.search(r"permissions=(\d+)", said)
    assert asked is not None

    wanted = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)
    assert int(asked[1]) == wanted.value
    assert "view channels, send messages, embed links" in said
