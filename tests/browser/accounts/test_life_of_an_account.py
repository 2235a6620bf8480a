"""Accounts in a real browser: from signing up to losing a telephone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import accessibility
from tests.browser.accounts.authenticator import VirtualAuthenticator
from tests.serving import Server
from tests.unit.accounts.codes import code_for
from tests.visiting import mailed_link

pytestmark = pytest.mark.browser

PASSWORD = "four unrelated words"


def _sign_up(page: Page, server: Server, email: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("I am 13 or older").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()
    page.goto(mailed_link(server, email, "Confirm your e-mail address"))
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page).to_have_url(re.compile("/dashboard/$"))


def _sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(page).to_have_url(re.compile(r":\d+/$"))


def _confirm(page: Page) -> None:
    """Answer the page that asks whether it is still the same person."""
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def _set_up_app(page: Page) -> str:
    """Set up an authenticator app from the security page; returns its secret."""
    page.goto("/dashboard/security/")
    page.get_by_role("link", name="Set up app").click()
    _confirm(page)
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Six-digit code from the app").fill(code_for(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret


def _second_step(page: Page, code: str) -> None:
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()


def _dashboard(page: Page) -> None:
    expect(page).to_have_url(re.compile("/dashboard/$"))


def test_pages_on_the_way_can_be_used_by_everyone(page: Page, server: Server) -> None:
    VirtualAuthenticator(page)
    found = {}

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        found[heading] = accessibility.findings(page)

    _sign_up(page, server, "lena@example.com")
    page.goto("/accounts/password/change/")
    look("Confirm that it is you")
    _confirm(page)
    look("Change password")
    page.goto("/dashboard/settings/email/")
    look("Change e-mail address")
    page.goto("/accounts/2fa/totp/activate/")
    look("Set up an authenticator app")
    page.goto("/accounts/2fa/webauthn/add/")
    look("Add a passkey")
    page.get_by_role("button", name="Add passkey").click()
    look("Recovery codes")
    page.goto("/accounts/2fa/recovery-codes/generate/")
    look("Make new recovery codes?")
    page.goto("/dashboard/security/")
    look("Security")
    page.get_by_role("link", name="Rename").click()
    look("Rename passkey")
    _sign_out(page)
    _sign_in(page, "lena@example.com")
    look("Second step")

    assert {heading: findings for heading, findings in found.items() if findings} == {}


def test_staff_hand_the_link_over_from_the_outbox(page: Page, browser: Browser, server: Server) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail address").fill("olga@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("I am 13 or older").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("staff can read it in the outbox")).to_be_visible()

    staff = browser.new_context(base_url=server.url).new_page()
    assert server.first_staff_link
    staff.goto(server.first_staff_link)
    staff.get_by_label("E-mail address").fill("staff@example.com")
    staff.get_by_label("Password", exact=True).fill(PASSWORD)
    staff.get_by_role("button", name="Make the account").click()
    staff.get_by_role("link", name="Outbox").click()
    staff.get_by_role("row", name="olga@example.com").get_by_role("link").click()
    link = staff.get_by_role("link", name="confirm-email").get_attribute("href")
    staff.context.close()

    assert link
    page.goto(link)
    page.get_by_role("button", name="Yes, confirm").click()
    _dashboard(page)
    _sign_out(page)
    _sign_in(page, "olga@example.com")
    _dashboard(page)


def test_a_password_can_be_looked_at_while_it_is_typed(page: Page) -> None:
    page.goto("/accounts/signup/")
    password = page.get_by_label("Password", exact=True)
    password.fill(PASSWORD)
    expect(password).to_have_attribute("type", "password")
    before = password.bounding_box()

    page.get_by_role("button", name="Show password").click()

    expect(password).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="Show password")).to_have_attribute("aria-pressed", "true")
    assert password.bounding_box() == before
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "password")


def test_an_app_and_a_recovery_code_let_in(page: Page, server: Server) -> None:
    _sign_up(page, server, "ada@example.com")
    secret = _set_up_app(page)
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    assert len(codes) == 10
    _sign_out(page)

    _sign_in(page, "ada@example.com")
    _second_step(page, code_for(secret, steps=1))
    _dashboard(page)
    _sign_out(page)

    _sign_in(page, "ada@example.com")
    _second_step(page, codes[0])
    _dashboard(page)
    page.goto("/dashboard/security/")
    expect(page.get_by_text("9 of 10 are left")).to_be_visible()


def test_a_passkey_is_added_used_renamed_and_removed(page: Page, server: Server) -> None:
    device = VirtualAuthenticator(page)
    _sign_up(page, server, "pia@example.com")
    page.goto("/dashboard/security/")
    page.get_by_role("link", name="Add passkey").click()
    _confirm(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    _sign_out(page)

    page.goto("/accounts/login/?next=/dashboard/security/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/dashboard/security/$"))
    expect(page.get_by_text(": passkey", exact=True)).to_be_visible()
    _sign_out(page)

    _sign_in(page, "pia@example.com")
    page.get_by_role("button", name="Use a passkey").click()
    _dashboard(page)

    page.goto("/dashboard/security/")
    page.get_by_role("link", name="Rename Laptop").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save name").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()

    _sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This did not work")).to_be_visible()
    assert device.credentials() == 1, "the device still has it; the account does not"


def test_a_person_who_shakes_the_head_is_told_what_next(page: Page) -> None:
    VirtualAuthenticator(page, verifies=False)
    page.goto("/accounts/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert")).to_have_text("No passkey was used. Try again, or choose another way.")


def test_another_session_is_ended(page: Page, browser: Browser, server: Server) -> None:
    _sign_up(page, server, "sam@example.com")
    elsewhere = browser.new_context(base_url=server.url, user_agent="Mozilla/5.0 (X11; Linux) Firefox/133.0").new_page()
    _sign_in(elsewhere, "sam@example.com")
    _dashboard(elsewhere)

    page.goto("/dashboard/security/")
    page.get_by_role("button", name="Sign out Firefox on Linux").click()

    expect(page.get_by_text("Signed out there.")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()
    elsewhere.context.close()
    assert mailed_link(server, "sam@example.com", "New sign-in to your account") == "/dashboard/security/"


def test_an_address_is_changed(page: Page, server: Server) -> None:
    _sign_up(page, server, "eve@example.com")
    page.goto("/dashboard/settings/")
    page.get_by_role("link", name="Change").click()
    _confirm(page)
    page.get_by_label("E-mail address").fill("nova@example.com")
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_text("A link was sent to nova@example.com")).to_be_visible()

    page.goto(mailed_link(server, "nova@example.com", "Confirm your new e-mail address"))
    page.get_by_role("button", name="Yes, use the new address").click()

    expect(page.get_by_text("Your e-mail address is now nova@example.com.")).to_be_visible()
    _sign_out(page)
    _sign_in(page, "nova@example.com")
    _dashboard(page)


def test_a_forgotten_password_is_replaced(page: Page, server: Server) -> None:
    _sign_up(page, server, "finn@example.com")
    _sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill("finn@example.com")
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("heading", name="Look for our mail")).to_be_visible()

    page.goto(mailed_link(server, "finn@example.com", "Choose a new password"))
    page.get_by_label("New password").fill("quite another phrase")
    page.get_by_role("button", name="Save and sign in").click()

    _dashboard(page)
    _sign_out(page)
    _sign_in(page, "finn@example.com", "quite another phrase")
    _dashboard(page)
