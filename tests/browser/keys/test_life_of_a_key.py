"""A key's life in a browser: made, copied, used, rotated when it leaked, revoked."""

import time
from collections.abc import Iterator

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.inhabited import Inhabited, inhabit
from tests.serving import Server


@pytest.fixture(scope="module")
def inhabited(server: Server) -> Inhabited:
    return inhabit(server)


@pytest.fixture
def owner(window: BrowserContext, inhabited: Inhabited) -> Page:
    """A page of somebody who is signed in."""
    window.grant_permissions(["clipboard-read", "clipboard-write"])
    inhabited.enter(window, "owner")
    return window.new_page()


@pytest.fixture
def without_script(browser: Browser, server: Server, inhabited: Inhabited) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    inhabited.enter(context, "owner")
    yield context.new_page()
    context.close()


def status(server: Server, secret: str) -> int:
    """The gateway's answer to whoever shows ``secret``."""
    return httpx.get(f"{server.api}/models", headers={"authorization": f"Bearer {secret}"}).status_code


def wait_until_refused(server: Server, secret: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while status(server, secret) != 401:
        assert time.monotonic() < end, "the secret goes on working"
        time.sleep(0.05)


def make_key(page: Page, name: str) -> str:
    """Make a key by hand; returns its secret."""
    page.goto("/dashboard/keys/")
    page.get_by_role("link", name="Create key").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create key").click()
    return page.locator("#secret").inner_text()


def test_a_key_from_making_to_revoking(server: Server, owner: Page) -> None:
    secret = make_key(owner, "life")
    owner.locator(".secret").get_by_role("button", name="Copy").click()
    expect(owner.locator(".secret").get_by_role("button")).to_have_text("Copied")
    assert owner.evaluate("navigator.clipboard.readText()") == secret
    assert status(server, secret) == 200

    owner.get_by_role("link", name="I have copied it").click()
    owner.get_by_role("link", name="Rotate").click()  # two clicks, from its page
    owner.get_by_role("button", name="Rotate key").click()

    new = owner.locator("#secret").inner_text()
    assert new != secret
    assert status(server, new) == 200
    wait_until_refused(server, secret)

    owner.get_by_role("link", name="I have copied it").click()
    owner.get_by_role("link", name="Revoke").click()
    expect(owner.get_by_role("dialog")).to_contain_text("Revoke life")
    owner.get_by_role("button", name="Revoke key").click()

    expect(owner.get_by_role("status").first).to_contain_text("life is revoked")
    wait_until_refused(server, new)


def test_a_leaked_key_is_rotated_from_the_list_in_two_clicks(server: Server, owner: Page) -> None:
    secret = make_key(owner, "leaked")
    owner.goto("/dashboard/keys/")

    owner.get_by_role("link", name="Rotate leaked").click()
    owner.get_by_role("button", name="Rotate key").click()

    assert status(server, owner.locator("#secret").inner_text()) == 200
    wait_until_refused(server, secret)


def test_a_reload_shows_the_secret_no_more_and_makes_no_second_key(owner: Page) -> None:
    secret = make_key(owner, "reloaded")

    owner.reload()

    expect(owner.get_by_role("status").first).to_contain_text("sent already")
    assert secret not in owner.content()
    owner.goto("/dashboard/keys/")
    expect(owner.get_by_role("link", name="reloaded", exact=True)).to_have_count(1)


def test_revoking_can_be_thought_over(server: Server, owner: Page) -> None:
    secret = make_key(owner, "kept")
    owner.get_by_role("link", name="I have copied it").click()

    owner.get_by_role("link", name="Revoke").click()
    owner.get_by_role("button", name="Cancel").click()

    expect(owner.get_by_role("dialog")).to_be_hidden()
    assert status(server, secret) == 200


def test_models_are_there_to_choose_once_asked_for(owner: Page) -> None:
    owner.goto("/dashboard/keys/create/")
    box = owner.get_by_label("naxios/echo")
    expect(box).to_be_hidden()

    owner.get_by_label("Only these").check()
    box.check()
    owner.get_by_label("Name").fill("narrow")
    owner.get_by_role("button", name="Create key").click()
    owner.get_by_role("link", name="I have copied it").click()

    expect(owner.get_by_text("naxios/echo")).to_be_visible()


def test_it_all_works_without_script(server: Server, without_script: Page) -> None:
    page = without_script
    secret = make_key(page, "plain")
    page.get_by_text("Python", exact=True).click()
    expect(page.get_by_label("Python").locator("code")).to_contain_text(secret)

    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Rotate").click()
    page.get_by_label("After 1 hour").check()
    page.get_by_role("button", name="Rotate key").click()

    assert status(server, page.locator("#secret").inner_text()) == 200
    assert status(server, secret) == 200  # for an hour
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke key").click()
    wait_until_refused(server, secret)
