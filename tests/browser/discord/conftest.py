"""A server whose people sign in at a Discord of the tests' own. It has no bot, so their own tokens are asked."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.chromium import Faults
from tests.serving import Server, running_server
from tests.stand_ins.discord import StandInDiscord, running_discord


@pytest.fixture(scope="module")
def discord() -> Iterator[StandInDiscord]:
    with running_discord() as discord:
        yield discord


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, discord: StandInDiscord) -> Iterator[Server]:
    settings = discord.environment() | {"NAXIOS_DISCORD_BOT_TOKEN": "", "NAXIOS_DISCORD_INVITE_URL": f"{discord.url}/x"}
    with running_server(tmp_path_factory.mktemp("naxios"), **settings) as server:
        discord.application.redirect_uris.append(f"{server.url}/accounts/discord/login/callback/")
        yield server


@pytest.fixture
def window(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """As everywhere, but people may go to Discord's page: by themselves, and to that alone."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
    faults = Faults(context)
    yield context
    context.close()
    assert faults.complaints == []
    paths = {urlsplit(url).path for url in faults.strangers(server.url)}
    assert paths <= {"/api/oauth2/authorize", "/oauth2/authorize"}
