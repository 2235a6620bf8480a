"""Discord is tested as configured, with one server and a bot, unless a test says otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import override_settings

from naxios.accounts.models import User
from naxios.discord import rest
from tests.stand_ins.discord import StandInDiscord, running_discord
from tests.unit.accounts.people import person
from tests.unit.discord.members import configured, settings_of
from tests.unit.discord.signing_in import CALLBACK


@pytest.fixture(autouse=True)
def _quick_and_fresh() -> Iterator[None]:
    cache.clear()
    rest.pace.forget()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def discord_settings() -> Iterator[None]:
    """A configured Discord that nobody asks."""
    with configured():
        yield


@pytest.fixture
def ada(database: Path, discord_settings: None) -> User:
    """An account with a password and a verified address."""
    return person()


@pytest.fixture
def bob(database: Path, discord_settings: None) -> User:
    """Another one."""
    return person("bob@example.com")


@pytest.fixture(scope="module")
def running_stand_in() -> Iterator[StandInDiscord]:
    with running_discord() as discord:
        discord.application.redirect_uris.append(f"http://testserver{CALLBACK}")
        yield discord


@pytest.fixture
def discord(running_stand_in: StandInDiscord, database: Path, pages: None) -> Iterator[StandInDiscord]:
    """A Discord that behaves well until the test says otherwise, and settings that lead to it."""
    running_stand_in.mend()
    running_stand_in.limits.forget()
    running_stand_in.asked.clear()
    with configured(**settings_of(running_stand_in)):
        yield running_stand_in
    guild = running_stand_in.guild
    for user in [member.user for member in guild.members.values() if not member.user.bot]:
        if user is not guild.owner:
            running_stand_in.leave(guild, user)


@pytest.fixture
def without_bot(discord: StandInDiscord) -> Iterator[StandInDiscord]:
    """The same without a bot."""
    with configured(**settings_of(discord) | {"BOT_TOKEN": ""}):
        yield discord
