"""The real bot in a thread of this process, at a Discord of the test's own, on this process's database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from naxios import config
from naxios.accounts.models import User
from naxios.discord import bot_state
from naxios.discord.bot_state import Condition
from naxios.discord.models import Identity
from naxios.discord.verification import Presence, Seen
from naxios.server.bot import BotRoom
from tests.stand_ins.discord.pointing import pointed
from tests.stand_ins.discord.server import StandInDiscord
from tests.stand_ins.discord.state import User as Person
from tests.unit.accounts.people import person
from tests.unit.discord.members import configured, connected

T = TypeVar("T")


@contextmanager
def settings_of(discord: StandInDiscord, **more: str) -> Iterator[None]:
    """This process is configured for ``discord``."""
    prefix = "NAXIOS_DISCORD_"
    named = {name.removeprefix(prefix): value for name, value in discord.environment().items()}
    with pointed(discord), configured(**{**named, **more}):
        yield


@contextmanager
def running_bot(*, connects: bool = True) -> Iterator[BotRoom]:
    """A bot, connected unless it cannot be."""
    bot = BotRoom(config.load())
    bot.start()
    try:
        if connects:
            wait_for(lambda: bot_state.bot_state().condition is Condition.CONNECTED)
        yield bot
    finally:
        bot.stop()


def member(discord: StandInDiscord, name: str = "ada") -> tuple[Person, User]:
    """Somebody who is in the server, and has an account that is verified by it."""
    on_discord = discord.world.make_user(name)
    discord.join(discord.guild, on_discord)
    account = person(f"{name}@example.com")
    connected(account, str(on_discord.id), Seen(str(discord.guild.id), Presence.MEMBER), username=name)
    return on_discord, account


def is_verified(account: User) -> bool:
    """Whether the account's identity counts as verified now."""
    return Identity.objects.get(user=account).is_verified


def wait_for(what: Callable[[], T], seconds: float = 10) -> T:
    """What a condition says once it holds."""
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return value
