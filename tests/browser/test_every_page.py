"""Every page, light on a small screen and dark on a large one: for everybody, within its width, and from here alone."""

from collections.abc import Callable
from functools import cache

import pytest
from playwright.sync_api import Browser

from tests.browser import accessibility
from tests.browser.chromium import Faults
from tests.browser.inhabited import Inhabited, inhabit
from tests.browser.pages import PAGES, Visit
from tests.serving import Server

SCREENS = [("light", 390), ("dark", 1280)]

_NOT_OURS = {"/api/docs"}  # Swagger UI's own page: its accessibility is its makers'


@pytest.fixture(scope="module")
def inhabited(server: Server) -> Inhabited:
    return inhabit(server)


class Viewer:
    """Somebody at a screen, in one window from page to page: a new one for each takes as long as the page itself."""

    def __init__(self, browser: Browser, inhabited: Inhabited, who: str, screen: tuple[str, int]) -> None:
        theme, width = screen
        context = browser.new_context(
            base_url=inhabited.server.url,
            color_scheme=theme,  # type: ignore[arg-type] # one of SCREENS
            viewport={"width": width, "height": 900},
        )
        inhabited.enter(context, who)
        self.faults = Faults(context)
        self.page = context.new_page()


@pytest.fixture(scope="module")
def viewers(browser: Browser, inhabited: Inhabited) -> Callable[[str, tuple[str, int]], Viewer]:
    """Everybody at every screen."""
    return cache(lambda who, screen: Viewer(browser, inhabited, who, screen))


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]} at {screen[1]} px")
@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.path)
def test_a_page_is_fit_to_be_seen(
    viewers: Callable[[str, tuple[str, int]], Viewer], inhabited: Inhabited, visit: Visit, screen: tuple[str, int]
) -> None:
    viewer = viewers(visit.who, screen)
    page, faults = viewer.page, viewer.faults
    page.goto("about:blank")  # what the page before still wanted to say is not this one's
    faults.forget()

    answer = page.goto(inhabited.path(visit), wait_until="load")

    assert answer is not None
    assert answer.status == (404 if visit.path == "/nowhere" else 200)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), "the page is wider than the screen"
    if visit.path not in _NOT_OURS:
        assert accessibility.findings(page) == []
    assert faults.complaints == []
    assert faults.strangers(inhabited.server.url) == []
