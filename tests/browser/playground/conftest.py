"""A server with a provider that can be slow or stop, and its owner's page on the playground."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.inhabited import Inhabited, inhabit
from tests.serving import Server, running_server
from tests.stand_ins.provider import StandInProvider, running_provider

_CATALOGUE = """
[providers.stand-in]
kind = "openai"
base_url = "{url}"
api_key = "${{STAND_IN_KEY}}"

[models.slow]
routes = [ {{ provider = "stand-in", model = "slow" }} ]

[models.doubled]
multiplier = "2"
routes = [ {{ provider = "stand-in", model = "doubled" }} ]

[plans.free]
tokens_per_day = 1000000
requests_per_minute = 600
tokens_per_minute = 500000
models = ["*"]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[StandInProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: StandInProvider) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("naxios")) as server:
        server.apply(_CATALOGUE.format(url=provider.url), STAND_IN_KEY=provider.credential)
        yield server


@pytest.fixture(scope="module")
def inhabited(server: Server) -> Inhabited:
    return inhabit(server)


@pytest.fixture
def playground(window: BrowserContext, inhabited: Inhabited) -> Page:
    """The playground on ``naxios/echo``, its limits shown."""
    inhabited.enter(window, "owner")
    page = window.new_page()
    page.goto(f"/dashboard/playground/?key={inhabited.key_id}&model=naxios/echo")
    page.locator("[data-limits] progress").first.wait_for()
    return page
