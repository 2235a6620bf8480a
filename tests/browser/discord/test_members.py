"""Members of a Discord server in a real browser: a free key in under a minute, leaving, coming back, and refusals."""

import re
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import accessibility
from tests.serving import Server
from tests.stand_ins.discord import StandInDiscord
from tests.unit.accounts.people import PASSWORD
from tests.visiting import until

pytestmark = pytest.mark.browser

SCREENS: list[tuple[Any, int]] = [("light", 390), ("dark", 1280)]
ECHO = {"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]}


def ask(server: Server, secret: str) -> httpx.Response:
    return httpx.post(f"{server.api}/chat/completions", headers={"x-api-key": secret}, json=ECHO)


def answers(server: Server, secret: str, status: int) -> httpx.Response:
    """The answer with this status, which has to come within five seconds. Waiting counts against no limit."""
    key = lambda: httpx.get(f"{server.api}/key", headers={"x-api-key": secret})  # noqa: E731
    until(lambda: key().status_code == status, seconds=5)
    answer = ask(server, secret)
    assert answer.status_code == status
    return answer


def look(page: Page) -> None:
    """The page is fit to be seen on a small light screen and on a large dark one."""
    for theme, width in SCREENS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{page.url} is too wide"
        assert accessibility.findings(page) == []


def continue_with_discord(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Continue with Discord").click()
    authorize = page.get_by_role("button", name="Authorize")
    if authorize.count():
        authorize.click()


def sign_up(page: Page, email: str = "") -> None:
    continue_with_discord(page)
    expect(page.get_by_role("heading", name="Sign up with Discord")).to_be_visible()
    if email:
        page.get_by_label("E-mail address").fill(email)
    look(page)
    page.get_by_label("I am 13 or older").check()
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_url(re.compile("/dashboard/$"))


def discord_page(page: Page) -> None:
    page.goto("/dashboard/discord/")
    expect(page.get_by_role("heading", name="Discord", exact=True)).to_be_visible()


def test_from_discord_to_a_key_and_out_and_in_again(page: Page, server: Server, discord: StandInDiscord) -> None:
    ada = discord.world.make_user("ada", global_name="Ada L.", avatar="a" * 32)
    discord.join(discord.guild, discord.world.make_user("somebody"))
    discord.sign_in(ada)
    look_at_entrance(page)
    sign_up(page)
    page.get_by_role("link", name="See how").click()
    expect(page.get_by_text("You are not a member of our Discord server.").first).to_be_visible()
    look(page)

    discord.join(discord.guild, ada)
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("you are a verified member")).to_be_visible()
    assert page.evaluate("document.querySelector('img.avatar').naturalWidth") == 1
    look(page)
    page.get_by_role("button", name="Get your free key").click()
    secret = page.locator("#secret").inner_text()
    first = answers(server, secret, 200)

    discord.leave(discord.guild, ada)
    discord_page(page)
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("lapsed")).to_be_visible()
    look(page)
    refused = answers(server, secret, 403).json()["error"]
    assert refused["code"] == "verification_required"
    assert "not a member of our Discord server. Join it" in refused["message"]

    discord.join(discord.guild, ada)
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("you are a verified member")).to_be_visible()
    again = answers(server, secret, 200)
    left = [int(answer.headers["x-ratelimit-remaining-tokens-day"]) for answer in (first, again)]
    assert left[1] < left[0]

    a_paid_plan_goes_on(page, server, discord, ada, secret)


def look_at_entrance(page: Page) -> None:
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/discord/login/"):
        page.goto(path)
        look(page)


def a_paid_plan_goes_on(page: Page, server: Server, discord: StandInDiscord, ada: Any, secret: str) -> None:
    """Disconnecting needs a password first, and ends the free tier alone."""
    page.goto("/dashboard/discord/")
    page.get_by_role("link", name="Disconnect Discord").click()
    expect(page.get_by_text("Discord is your only way to sign in.")).to_be_visible()
    look(page)
    page.goto("/accounts/discord/confirm/?next=/accounts/password/set/")  # where a session of long ago is sent
    look(page)
    page.get_by_role("button", name="Continue with Discord").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.goto("/dashboard/discord/disconnect/")
    confirm(page)
    look(page)
    page.get_by_role("button", name="Disconnect Discord").click()
    expect(page.get_by_text("Discord is disconnected.")).to_be_visible()
    look(page)
    assert "Connect Discord in the dashboard" in answers(server, secret, 403).json()["error"]["message"]
    assert not [pair for pair in discord.book.pairs if pair.user is ada], "tokens were not revoked"


def confirm(page: Page) -> None:
    heading = page.get_by_role("heading", name="Confirm that it is you")
    if heading.count():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def test_refusals_say_what_to_do(page: Page, browser: Browser, server: Server, discord: StandInDiscord) -> None:
    grace = discord.world.make_user("grace")
    discord.join(discord.guild, grace)
    discord.sign_in(grace)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Continue with Discord").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    look(page)
    sign_up(page)

    other = browser.new_context(base_url=server.url).new_page()
    discord.sign_in(discord.world.make_user("mallory", email="grace@example.com"))
    continue_with_discord(other)
    expect(other.get_by_role("heading", name="Sign in first")).to_be_visible()
    look(other)
    other.goto("/accounts/discord/login/callback/?code=1&state=2")
    expect(other.get_by_role("heading", name="Discord did not let you in")).to_be_visible()
    look(other)

    discord.sign_in(discord.world.make_user("eve"))
    sign_up(other)
    discord.sign_in(grace)
    discord_page(other)
    other.get_by_role("link", name="Disconnect Discord").click()
    other.goto("/dashboard/discord/")
    look(other)
    other.context.close()


def choose_password(page: Page, server: Server, email: str, *options: str) -> None:
    link = str(server.cli("user", "create", email, *options)["set_password_link"])
    page.goto(link.removeprefix(server.url))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", name="Choose a password")).to_have_count(0)


def test_somebody_with_a_password_connects_and_staff_see_it(
    page: Page, browser: Browser, server: Server, discord: StandInDiscord
) -> None:
    choose_password(page, server, "bob@example.com")
    bob = discord.world.make_user("bob", email="bob@example.com")
    discord.join(discord.guild, bob)
    discord.sign_in(bob)
    discord_page(page)
    look(page)
    page.get_by_role("button", name="Connect Discord").click()
    confirm(page)
    discord_page(page)
    page.get_by_role("button", name="Connect Discord").click()
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text("bob on Discord is connected.")).to_be_visible()
    page.goto("/dashboard/security/")
    expect(page.get_by_role("link", name="Manage Discord")).to_be_visible()
    look(page)

    console = browser.new_context(base_url=server.url).new_page()
    choose_password(console, server, "staff@example.com", "--staff")
    console.goto("/staff/discord/")
    look(console)
    console.get_by_label("Discord id or username").fill("bob")
    console.get_by_role("button", name="Search").click()
    console.get_by_role("link", name="bob", exact=True).click()
    look(console)
    console.get_by_role("link", name="Move it").click()
    look(console)
    console.get_by_label("To the account").fill("staff@example.com")
    console.get_by_label("Why").fill("asked for")
    console.get_by_role("button", name="Move the free tier").click()
    expect(console.get_by_text("Moved to staff@example.com.")).to_be_visible()
    console.context.close()
