"""The bot on the console's Discord page."""

import re
from html import unescape

import pytest
from django.test import Client

from naxios.discord import bot_state
from naxios.discord.bot.models import BotState
from tests.unit.accounts.people import person, signed_in, text_of
from tests.unit.discord.members import GUILD, configured

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def console(database: object, discord_settings: None) -> Client:
    person("staff@example.com", is_staff=True)
    return signed_in("staff@example.com")


def shown_to(browser: Client) -> str:
    html = text_of(browser.get("/staff/discord/"))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_a_connected_bot_is_shown_with_its_servers(console: Client) -> None:
    bot_state.note(state=BotState.State.CONNECTED, name="Naxios#0", guilds={GUILD: "Users"}, process="naxios serve, 17")

    shown = shown_to(console)

    assert "The bot connected" in shown
    assert f"Users ({GUILD})" in shown
    assert "naxios serve, 17" in shown


def test_a_refused_bot_says_why(console: Client) -> None:
    bot_state.note(state=BotState.State.REFUSED, last_error="Discord refuses the bot's token.")

    assert "Discord refuses the bot's token." in shown_to(console)


def test_without_a_bot_the_setting_is_named(console: Client) -> None:
    with configured(BOT_TOKEN=""):
        shown = shown_to(console)

    assert "NAXIOS_DISCORD_BOT_TOKEN" in shown
