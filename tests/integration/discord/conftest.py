"""A Discord for each test, and this process set up for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from tests.integration.discord.bots import settings_of
from tests.stand_ins.discord.server import StandInDiscord, running_discord


@pytest.fixture
def discord() -> Iterator[StandInDiscord]:
    with running_discord() as running:
        yield running


@pytest.fixture
def at_discord(discord: StandInDiscord, database: Path) -> Iterator[StandInDiscord]:
    """This process's database is fresh, and its settings are those of the stand-in."""
    cache.clear()
    with settings_of(discord):
        yield discord
