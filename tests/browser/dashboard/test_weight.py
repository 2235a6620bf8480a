"""What the first visit costs."""

from playwright.sync_api import BrowserContext

from tests.browser.inhabited import Inhabited
from tests.browser.transfer import visit

MOST_BYTES = 100_000


def test_the_first_visit_of_home_is_light_and_asks_nobody_else(window: BrowserContext, inhabited: Inhabited) -> None:
    inhabited.enter(window, "owner")

    transferred = visit(window, inhabited.server.url, "/dashboard/")

    assert transferred.bytes < MOST_BYTES
    assert transferred.files > 5
    assert transferred.strangers == []
