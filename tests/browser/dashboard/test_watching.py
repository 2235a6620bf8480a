"""Home and limits as they change."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.inhabited import STAFF, Inhabited
from tests.browser.usage.conftest import complete
from tests.serving import Server


def test_a_newcomer_sees_the_steps_ticked_and_the_first_request_arrive(
    window: BrowserContext, server: Server, inhabited: Inhabited
) -> None:
    inhabited.enter(window, "staff")  # who has neither a key nor a request yet
    page = window.new_page()
    page.goto("/dashboard/")
    done = page.locator("#home-steps > .done")
    expect(done).to_have_count(1)

    secret = server.key(user=STAFF)
    expect(done).to_have_count(2, timeout=20_000)
    request_id = complete(server, secret)

    expect(done).to_have_count(4, timeout=20_000)
    expect(page.locator("#home-requests")).to_contain_text(request_id)
    expect(page.locator("#home-models")).to_contain_text("naxios/echo")


def test_limits_tell_of_a_request_of_this_minute(owner: Page, server: Server, secret: str) -> None:
    owner.goto("/dashboard/limits/")
    requests = owner.locator("#limits-account .stat", has_text="Requests per minute")
    expect(requests).to_contain_text("of 10")
    left = requests.inner_text()

    complete(server, secret)

    expect(requests).not_to_have_text(left)
    expect(requests).to_contain_text("Full again in")
