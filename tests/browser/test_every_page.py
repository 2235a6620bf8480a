"""Every page, in both themes and on small and large screens: accessible, within its width, and from here alone."""

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import Faults
from tests.browser.inhabited import Inhabited, inhabit
from tests.browser.pages import PAGES, THEMES, WIDTHS, Visit
from tests.serving import Server

_AXE = next(Path(axe_playwright_python.__path__[0]).rglob("axe.min.js")).read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_NOT_OURS = {"/api/docs"}  # Swagger UI's own page: its accessibility is its makers'


@pytest.fixture(scope="module")
def inhabited(server: Server) -> Inhabited:
    return inhabit(server)


@pytest.fixture(scope="module", params=[(theme, width) for theme in THEMES for width in WIDTHS], ids=str)
def screen(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[dict[str, object]]:
    theme, width = request.param
    yield {"color_scheme": theme, "viewport": {"width": width, "height": 900}, "base_url": server.url}


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.path)
def test_a_page_can_be_used_by_everyone(
    browser: Browser, inhabited: Inhabited, screen: dict[str, object], visit: Visit
) -> None:
    context = browser.new_context(**screen, bypass_csp=True)  # type: ignore[arg-type] # axe is put into the page
    inhabited.enter(context, visit.who)
    page = context.new_page()

    page.goto(visit.path.format(key=inhabited.key_id), wait_until="load")

    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), "the page is wider than the screen"
    if visit.path not in _NOT_OURS:
        assert _accessibility(page) == []
    context.close()


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.path)
def test_a_page_keeps_the_security_policy_and_asks_nobody_else(
    browser: Browser, inhabited: Inhabited, visit: Visit
) -> None:
    context = browser.new_context(base_url=inhabited.server.url)
    faults = Faults(context)
    inhabited.enter(context, visit.who)

    answer = context.new_page().goto(visit.path.format(key=inhabited.key_id), wait_until="load")

    assert answer is not None
    assert answer.status == (404 if visit.path == "/nowhere" else 200)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert faults.complaints == []
    assert faults.strangers(inhabited.server.url) == []
    context.close()


def _accessibility(page: Page) -> list[str]:
    """Moderate and worse findings of axe-core, with where they are."""
    page.evaluate(_AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
        for violation in found["violations"]
        if violation["impact"] in ("moderate", "serious", "critical")
        for node in violation["nodes"]
    ]
