"""Usage as it happens: requests appear by themselves, and nothing moves under the eyes of who reads."""

import httpx2 as httpx
from playwright.sync_api import Browser, Page, expect

from tests.browser.inhabited import Inhabited
from tests.browser.usage.conftest import SECONDS, complete
from tests.serving import Server

PAGE = "/dashboard/usage/?period=24h"


def test_a_request_appears_without_a_reload(owner: Page, server: Server, secret: str) -> None:
    owner.goto(PAGE)
    owner.evaluate("window.sameDocument = true")
    figure = owner.locator("#usage-figures .stat", has_text="Requests").locator("dd")
    before = figure.inner_text()

    request_id = complete(server, secret)

    expect(owner.locator("#usage-requests tbody tr").first).to_contain_text(request_id)
    expect(figure).not_to_have_text(before)
    expect(owner.locator("#usage-groups")).to_contain_text("naxios/echo")
    assert owner.evaluate("window.sameDocument") is True


def test_an_opened_table_stays_open_and_its_chart_is_drawn_anew(owner: Page, server: Server, secret: str) -> None:
    owner.goto(PAGE)
    chart = owner.locator("figure", has=owner.get_by_role("heading", name="Requests", exact=True))
    chart.get_by_text("Show as table").click()
    owner.evaluate("canvas => { window.drawnBefore = canvas }", chart.locator("canvas").element_handle())

    request_id = complete(server, secret)

    expect(owner.locator("#usage-requests")).to_contain_text(request_id)
    expect(chart.locator("table")).to_be_visible()
    owner.wait_for_function("!window.drawnBefore.isConnected")
    expect(chart.locator("canvas")).to_have_count(1)


def test_a_list_that_is_read_holds_still_until_its_beginning_is_in_view(
    owner: Page, server: Server, secret: str
) -> None:
    owner.goto(PAGE)
    rows = owner.locator("#usage-requests tbody tr")
    rows.nth(15).scroll_into_view_if_needed()
    owner.evaluate("document.getElementById('usage-requests').scrollIntoView(); scrollBy(0, 200)")
    first = rows.first.inner_text()

    request_id = complete(server, secret)
    owner.wait_for_timeout(4000)  # more than two refreshes, if there were any
    assert rows.first.inner_text() == first

    owner.evaluate("scrollTo(0, 0)")
    expect(rows.first).to_contain_text(request_id)


def test_older_pages_are_left_alone(owner: Page) -> None:
    asked: list[str] = []
    owner.on("request", lambda request: asked.append(request.url))
    owner.goto("/dashboard/usage/?period=30d")

    owner.get_by_role("link", name="Older").click()
    owner.wait_for_url("**before=*")
    asked.clear()
    owner.wait_for_timeout(4000)

    assert [url for url in asked if "/live/" in url] == []
    expect(owner.get_by_role("link", name="Newest")).to_be_visible()


def test_a_refused_request_is_counted_by_reason(owner: Page, server: Server, secret: str) -> None:
    owner.goto(PAGE)

    httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {secret}"},
        json={"model": "no-such-model", "messages": [{"role": "user", "content": "Hello"}]},
    )

    expect(owner.locator("#usage-refusals")).to_contain_text("No such model")


def test_who_is_signed_out_elsewhere_is_asked_to_sign_in(owner: Page) -> None:
    owner.goto(PAGE)

    owner.context.clear_cookies()

    owner.wait_for_url("**/accounts/login/**")


def test_a_server_that_does_not_answer_is_told_and_forgiven(
    browser: Browser, inhabited: Inhabited, server: Server, secret: str
) -> None:
    context = browser.new_context(base_url=server.url)  # whose complaints about the server are right
    inhabited.enter(context, "owner")
    page = context.new_page()
    page.goto(PAGE)
    note = page.get_by_text("The server does not answer")

    context.set_offline(True)
    expect(note).to_be_visible(timeout=SECONDS * 1000)
    context.set_offline(False)

    expect(note).to_be_hidden(timeout=SECONDS * 1000)
    expect(page.locator("#usage-requests")).to_contain_text(complete(server, secret), timeout=SECONDS * 1000)
    context.close()
