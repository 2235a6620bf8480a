"""Somebody with weeks of usage, who looks at pages while requests come in."""

import httpx2 as httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.inhabited import OWNER, Inhabited, inhabit
from tests.serving import Server

SECONDS = 20
"""Longer than anything takes on a busy machine; the page asks every one and a half."""


@pytest.fixture(scope="module")
def inhabited(server: Server) -> Inhabited:
    return inhabit(server)


@pytest.fixture(scope="module")
def secret(server: Server, inhabited: Inhabited) -> str:
    """A key of the owner, who is on the free plan."""
    return server.key(user=OWNER)


@pytest.fixture
def owner(window: BrowserContext, inhabited: Inhabited) -> Page:
    """A page of the owner's browser."""
    inhabited.enter(window, "owner")
    window.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    return window.new_page()


def complete(server: Server, secret: str) -> str:
    """One request to the echo model; returns its id."""
    answer = httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {secret}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 50},
    )
    assert answer.status_code == 200
    return str(answer.headers["x-request-id"])
