"""How the bot fares, as staff see it from any process."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.discord import bot_state
from naxios.discord.bot.models import BotState
from naxios.discord.bot_state import SILENT_AFTER, Condition
from naxios.domain.checks import Health
from tests.unit.discord.members import GUILD, configured

pytestmark = pytest.mark.usefixtures("database", "discord_settings")
CONNECTED = {"state": BotState.State.CONNECTED, "name": "Naxios#0", "guilds": {GUILD: "Users"}}


def test_without_a_token_there_is_none() -> None:
    with configured(BOT_TOKEN=""):
        assert bot_state.bot_state().condition is Condition.NOT_CONFIGURED
        assert bot_state.check().settings


def test_until_one_has_run_it_does_not_run() -> None:
    assert bot_state.bot_state().condition is Condition.NOT_RUNNING
    assert bot_state.check().health is Health.PARTLY


def test_a_connected_one_names_its_servers() -> None:
    bot_state.note(**CONNECTED)

    assert bot_state.bot_state().condition is Condition.CONNECTED
    assert bot_state.check().health is Health.WORKS
    assert "Users" in bot_state.check().text


def test_a_server_that_it_is_not_in_is_named() -> None:
    bot_state.note(**{**CONNECTED, "guilds": {}})

    assert bot_state.bot_state().missing_guilds == (GUILD,)
    assert bot_state.check().health is Health.PARTLY
    assert GUILD in bot_state.check().text


def test_one_that_is_silent_is_gone() -> None:
    bot_state.note(**CONNECTED)
    BotState.objects.update(seen_at=timezone.now() - SILENT_AFTER - timedelta(seconds=1))

    assert bot_state.bot_state().condition is Condition.NOT_RUNNING
    assert bot_state.bot_state().guilds == {}


def test_a_refused_one_says_why() -> None:
    bot_state.note(state=BotState.State.REFUSED, last_error="Discord refuses the token.")

    assert bot_state.check().health is Health.BROKEN
    assert bot_state.check().text == "Discord refuses the token."


def test_the_time_of_a_state_is_that_of_its_beginning() -> None:
    bot_state.note(**CONNECTED)
    since = bot_state.bot_state().since

    bot_state.note(last_event="somebody left")

    assert bot_state.bot_state().since == since


def test_a_trouble_that_is_over_is_forgotten() -> None:
    bot_state.note(state=BotState.State.CONNECTING, last_error="x" * 1000)
    assert len(bot_state.bot_state().last_error) == 300

    bot_state.note(**CONNECTED, last_error="")

    assert bot_state.bot_state().last_error_at is None


def test_connecting_says_its_last_trouble() -> None:
    bot_state.note(state=BotState.State.CONNECTING, last_error="Discord does not answer.")

    assert "Discord does not answer." in bot_state.check().text
