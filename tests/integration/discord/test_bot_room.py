"""The thread inside the server: whatever befalls the bot, it is started again, and it ends when it is asked to."""

import threading
import time

from naxios import config
from naxios.discord import bot_state
from naxios.discord.bot_state import Condition
from naxios.server.bot import BotRoom
from tests.integration.discord.bots import running_bot, settings_of, wait_for
from tests.stand_ins.discord.server import StandInDiscord


def test_a_bot_that_fails_is_started_again(at_discord: StandInDiscord) -> None:
    in_the_way = config.load().home / "bot.lock"
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()

    with running_bot(connects=False):
        time.sleep(0.5)
        assert bot_state.bot_state().condition is Condition.NOT_RUNNING
        in_the_way.rmdir()
        wait_for(lambda: bot_state.bot_state().condition is Condition.CONNECTED)


def test_it_ends_in_time_though_discord_says_nothing_any_more(at_discord: StandInDiscord) -> None:
    with running_bot() as bot:
        at_discord.freeze_gateway()
        before = time.monotonic()
        bot.stop()

    assert time.monotonic() - before < 5
    assert not any(thread.name == "bot" for thread in threading.enumerate())
    assert bot_state.bot_state().condition is Condition.NOT_RUNNING


def test_where_no_bot_is_configured_nothing_runs(at_discord: StandInDiscord) -> None:
    with settings_of(at_discord, BOT_TOKEN=""):
        bot = BotRoom(config.load())
        bot.start()
        assert not any(thread.name == "bot" for thread in threading.enumerate())
        bot.stop()


def test_of_two_in_one_home_one_is_the_bot_and_the_other_follows_it(at_discord: StandInDiscord) -> None:
    with running_bot() as first, running_bot():
        assert at_discord.core.hub.identified == 1

        first.stop()

        wait_for(lambda: at_discord.core.hub.identified == 2, seconds=5)
        wait_for(lambda: bot_state.bot_state().condition is Condition.CONNECTED)
