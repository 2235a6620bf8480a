"""A Chromium for each module, and a window in it for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import Faults, chromium
from tests.serving import Server, running_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: Playwright keeps an event loop running, in which other tests could use no database."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Naxios with nothing but `naxios/echo`."""
    with running_server(tmp_path_factory.mktemp("naxios")) as server:
        yield server


@pytest.fixture
def window(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A window without cookies, at the server's address. Scripts' errors and breaches of the policy fail the test."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
    faults = Faults(context)
    yield context
    context.close()
    assert faults.complaints == []
    assert faults.strangers(server.url) == []


@pytest.fixture
def page(window: BrowserContext) -> Page:
    return window.new_page()
