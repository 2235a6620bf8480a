"""The newcomer's path, from nothing to a metered request and back: everything with a browser and an SDK."""

import re
import time

import openai
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import Server

EMAIL = "newcomer@example.com"
PASSWORD = "a dozen unrelated plums"


def test_from_sign_up_to_a_revoked_key(page: Page, browser: Browser, server: Server) -> None:
    _sign_up(page, server)
    secret = _create_key(page)

    client = openai.OpenAI(base_url=server.api, api_key=secret, max_retries=0)
    page.goto("/dashboard/usage/")
    answer = client.chat.completions.create(model="naxios/echo", messages=[{"role": "user", "content": "Hello"}])
    assert answer.choices[0].message.content is not None
    # Without reload, within seconds; the machine may be busy, so the test waits longer than people would have to.
    expect(page.get_by_role("row").filter(has_text="naxios/echo").filter(has_text="first program")).not_to_have_count(
        0, timeout=15_000
    )

    rotated = _rotate(page)
    assert _is_refused(client)
    client = openai.OpenAI(base_url=server.api, api_key=rotated, max_retries=0)
    assert client.models.list().data

    _revoke(page)
    assert _is_refused(client)

    _sign_out_another_session(page, browser, server)


def _sign_up(page: Page, server: Server) -> None:
    page.goto("/")
    page.get_by_role("link", name="Get a key").first.click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("13 or older").check()
    page.get_by_role("button", name="Create account").click()
    page.goto(_printed_link(server))
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page).to_have_url(re.compile("/dashboard/"))


def _printed_link(server: Server) -> str:
    """The link of the mail that the terminal shows while no mail server is configured."""
    for _ in range(100):
        for line in server.printed:
            found = re.search(r'https?://[^\s"]+/accounts/confirm-email/[^\s"]+', line)
            if found and EMAIL[0] in line:
                return found[0]
        time.sleep(0.1)
    pytest.fail("no link was printed")


def _sign_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _create_key(page: Page) -> str:
    page.goto("/dashboard/keys/create/")
    page.get_by_label("Name").fill("first program")
    page.get_by_role("button", name="Create key").click()
    return _shown_secret(page)


def _shown_secret(page: Page) -> str:
    shown = page.locator(".secret code").first.inner_text()
    assert re.fullmatch(r"nx_[0-9A-Za-z]{36}", shown)
    return shown


def _rotate(page: Page) -> str:
    page.goto("/dashboard/keys/")
    page.get_by_role("link", name="Rotate first program").click()
    page.get_by_role("button", name="Rotate key").click()
    return _shown_secret(page)


def _revoke(page: Page) -> None:
    page.goto("/dashboard/keys/")
    page.get_by_role("link", name="first program", exact=True).click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_role("status").first).to_contain_text("is revoked")


def _is_refused(client: openai.OpenAI) -> bool:
    """Whether the key stops working; it has a second to, and gets more on a busy machine."""
    for _ in range(100):
        try:
            client.models.list()
        except openai.AuthenticationError:
            return True
        time.sleep(0.1)
    return False


def _sign_out_another_session(page: Page, browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url)
    elsewhere = context.new_page()
    elsewhere.goto("/accounts/login/")
    _sign_in(elsewhere)
    expect(elsewhere).to_have_url(re.compile("/dashboard/"))

    page.goto("/dashboard/security/")
    page.get_by_role("button", name=re.compile("Sign out")).filter(has_not_text="everywhere").last.click()
    elsewhere.reload()

    expect(elsewhere).to_have_url(re.compile("/accounts/login/"))
    context.close()
