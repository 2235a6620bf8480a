"""Discord is tested as configured, with one server and a bot, unless a test says otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import override_settings

from naxios.accounts.models import User
from naxios.discord import rest
from tests.unit.accounts.people import person
from tests.unit.discord.members import configured


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
