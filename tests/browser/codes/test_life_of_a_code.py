"""A code's life in a browser: made and downloaded by staff, redeemed from a link, undone."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import accessibility
from tests.browser.chromium import Faults
from tests.integration.codes.sessions import signed_in
from tests.serving import Server


@pytest.fixture(scope="module")
def sessions(server: Server) -> dict[str, str]:
    return signed_in(server, "staff@example.com", "dev@example.com", "plain@example.com")


@pytest.fixture
def staff(window: BrowserContext, server: Server, sessions: dict[str, str]) -> Page:
    """A page of staff that is signed in."""
    window.grant_permissions(["clipboard-read", "clipboard-write"])
    window.add_cookies([{"name": "naxios_session", "value": sessions["staff@example.com"], "url": server.url}])
    return window.new_page()


@pytest.fixture
def owner(browser: Browser, server: Server, sessions: dict[str, str]) -> Iterator[Page]:
    """A page of somebody who is signed in, on a small screen."""
    yield from _signed_in(browser, server, sessions["dev@example.com"], scripts=True)


@pytest.fixture
def without_script(browser: Browser, server: Server, sessions: dict[str, str]) -> Iterator[Page]:
    yield from _signed_in(browser, server, sessions["plain@example.com"], scripts=False)


def _signed_in(browser: Browser, server: Server, session: str, *, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.url, java_script_enabled=scripts, viewport={"width": 390, "height": 800}
    )
    faults = Faults(context)
    context.add_cookies([{"name": "naxios_session", "value": session, "url": server.url}])
    yield context.new_page()
    context.close()
    assert faults.complaints == []


def make_codes(staff: Page, name: str) -> list[str]:
    """Make two codes by hand, in a batch of this name."""
    staff.goto("/staff/")
    staff.get_by_role("link", name="Codes").click()
    staff.get_by_role("link", name="Create codes").click()
    staff.get_by_label("Plan").select_option("test")
    staff.get_by_label("For how many days").fill("30")
    staff.get_by_label("How many codes").fill("2")
    staff.get_by_label("Name").fill(name)
    staff.get_by_role("button", name="Create codes").click()
    expect(staff.get_by_role("heading", name=f"{name} is ready")).to_be_visible()
    return staff.get_by_label("Codes", exact=True).input_value().split()


def test_a_code_from_making_to_undoing(staff: Page, owner: Page, tmp_path: Path) -> None:
    codes = make_codes(staff, "autumn")
    assert accessibility.findings(staff) == []
    staff.get_by_role("button", name="Copy").first.click()
    expect(staff.get_by_role("button", name="Copied")).to_be_visible()
    assert staff.evaluate("navigator.clipboard.readText()").split() == codes
    with staff.expect_download() as downloading:
        staff.get_by_role("button", name="Download as CSV").click()
    downloading.value.save_as(tmp_path / "codes.csv")
    with (tmp_path / "codes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == codes

    owner.goto(rows[0]["link"])
    expect(owner.get_by_role("textbox", name="Code")).to_have_value(codes[0])
    owner.get_by_role("textbox", name="Code").fill(codes[0][:-1] + ("7" if codes[0][-1] != "7" else "8"))
    owner.get_by_role("button", name="Redeem code").click()
    expect(owner.get_by_text("A character is wrong: check it again.")).to_be_visible()
    assert accessibility.findings(owner) == []
    owner.get_by_role("textbox", name="Code").fill(codes[0].lower().replace("-", " "))
    owner.get_by_role("button", name="Redeem code").click()
    expect(
        owner.get_by_role("status").filter(has_text="Redeemed: test for 30 days. You have test until")
    ).to_be_visible()
    expect(owner).to_have_url(re.compile("/dashboard/redeem/$"))
    assert accessibility.findings(owner) == []

    staff.get_by_role("link", name="I have kept them").click()
    staff.get_by_role("link", name="Undo").click()
    staff.get_by_label("Why").fill("it was for somebody else")
    staff.get_by_role("button", name="Undo redemption").click()
    expect(staff.get_by_text("The redemption is undone.")).to_be_visible()
    owner.reload()
    expect(owner.get_by_text("Undone: it was for somebody else")).to_be_visible()


def test_a_code_is_redeemed_without_script(staff: Page, without_script: Page) -> None:
    codes = make_codes(staff, "winter")

    without_script.goto("/dashboard/redeem/")
    for code, answer in ((codes[0], "Redeemed: test for 30 days."), (codes[1], "An account can redeem one code")):
        without_script.get_by_role("textbox", name="Code").fill(code)
        without_script.get_by_role("button", name="Redeem code").click()
        expect(without_script.get_by_text(answer)).to_be_visible()
