"""A life of a customer in a real browser: buys, upgrades, has a payment fail, recovers, and cancels.

Stripe is the stand-in, spoken to by the official library; what happens there reaches the server by signed webhooks.
"""

import re
import time
from collections.abc import Callable, Iterator

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Faults
from tests.integration.codes.sessions import signed_in
from tests.serving import Server, running_server
from tests.stand_ins.stripe import StandInStripe, running_stripe

BUYER = "buyer@example.com"
WEBHOOK_SECRET = "whsec_of_the_walk"
SECONDS = 30
FOR_SALE = """
[plans.pro]
display_name = "Pro"
tokens_per_day = 777
price_minor = 1500
currency = "usd"

[plans.max]
display_name = "Max"
tokens_per_day = 9999
price_minor = 5000
currency = "usd"

[token_packs.million]
display_name = "A million"
tokens = 1000000
price_minor = 500
currency = "usd"
"""


@pytest.fixture(scope="module")
def stripe() -> Iterator[StandInStripe]:
    with running_stripe() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, stripe: StandInStripe) -> Iterator[Server]:
    settings = {
        "NAXIOS_STRIPE_SECRET_KEY": stripe.api_key,
        "NAXIOS_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "NAXIOS_STRIPE_API_URL": stripe.url,
    }
    with running_server(tmp_path_factory.mktemp("naxios"), **settings) as server:
        server.apply(FOR_SALE)
        stripe.webhooks.register(f"{server.url}/billing/stripe/webhook", secret=WEBHOOK_SECRET)
        yield server


@pytest.fixture
def page(browser: Browser, server: Server, stripe: StandInStripe) -> Iterator[Page]:
    """Of somebody who is signed in. Scripts' errors fail the test, and asking anybody besides the server and Stripe."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
    faults = Faults(context)
    cookie = {"name": "naxios_session", "value": signed_in(server, BUYER)[BUYER], "url": server.url}
    context.add_cookies([cookie])  # type: ignore[list-item] # a cookie is a dictionary
    yield context.new_page()
    context.close()
    assert faults.complaints == []
    assert [url for url in faults.strangers(server.url) if not url.startswith(stripe.url)] == []


def test_a_customer_buys_upgrades_fails_to_pay_recovers_and_cancels(
    page: Page, server: Server, stripe: StandInStripe
) -> None:
    key = server.key(user=BUYER, plan="free")

    # Buys, with the second card
    page.goto("/pricing")
    page.get_by_role("link", name="Get Pro").click()
    expect(page.get_by_role("heading", name="Buy Pro")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{stripe.url}/**")
    page.get_by_role("button", name="Pay with a card that is declined now").click()
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.get_by_role("button", name="Pay with a working card").click()
    page.wait_for_url(f"{server.url}/dashboard/billing/checkouts/**")
    expect(page.get_by_text("Paid. Your plan has begun")).to_be_visible()
    comes_true(lambda: plan(server, key) == "pro")

    # Upgrades, knowing what it costs
    page.get_by_role("link", name="To billing").click()
    expect(page.get_by_text("You have bought it.")).to_be_visible()
    page.get_by_role("link", name="Upgrade to Max").click()
    page.get_by_role("heading", name="Change to Max").wait_for()
    told = re.search(r"\$[\d.]+", page.locator("dd", has_text="the difference until").inner_text())
    assert told is not None
    page.get_by_role("button", name="Change to Max").click()
    expect(page.get_by_text("You are on Max now.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Max until").first).to_contain_text(told[0])
    comes_true(lambda: plan(server, key) == "max")

    # Cannot pay for the next month, and is told by the page without having asked
    customer = stripe.client().v1.customers.list().data[0].id
    stripe.let_cards_fail(customer)
    stripe.advance(days=32)
    until_shown(page, "The last payment has failed.")
    expect(page.get_by_text("You keep the plan until")).to_be_visible()
    assert plan(server, key) == "max"

    # Recovers, by paying the invoice
    page.get_by_role("link", name="Pay $50 now").click()
    page.wait_for_url(f"{stripe.url}/**")
    page.get_by_role("button", name="Pay with a working card").click()
    expect(page.get_by_text("paid", exact=False).first).to_be_visible()
    page.goto("/dashboard/billing/")
    until_gone(page, "The last payment has failed.")
    expect(page.get_by_text("Renews (UTC)")).to_be_visible()

    # Sees at Stripe how it is paid, and comes back
    page.get_by_role("button", name="Payment method").click()
    page.wait_for_url(f"{stripe.url}/**")
    expect(page.get_by_role("heading", name="Billing portal")).to_be_visible()
    page.get_by_role("link", name="Return").click()
    page.wait_for_url(f"{server.url}/dashboard/billing/")

    # Cancels, after being asked, and keeps what is paid
    page.get_by_role("link", name="Cancel subscription").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Max stays until")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Cancel subscription").click()
    dialog.get_by_role("button", name="Cancel subscription").click()
    expect(page.get_by_text("Canceled. You keep Max")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert plan(server, key) == "max"
    assert stripe.client().v1.subscriptions.list({"status": "all"}).data[0].cancel_at is not None

    # Everything that Stripe told was genuine and heard
    stripe.webhooks.wait()
    assert {delivery.status for delivery in stripe.webhooks.deliveries} == {200}


def plan(server: Server, key: str) -> str:
    """What the gateway says."""
    return str(httpx.get(f"{server.api}/key", headers={"authorization": f"Bearer {key}"}).json()["plan"])


def comes_true(is_so: Callable[[], bool]) -> None:
    """Webhooks are processed in the background."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def until_shown(page: Page, text: str) -> None:
    """Load the billing page again until it says ``text``."""
    comes_true(lambda: _says(page, text))


def until_gone(page: Page, text: str) -> None:
    """Load it again until it does not say ``text`` any more."""
    comes_true(lambda: not _says(page, text))


def _says(page: Page, text: str) -> bool:
    page.goto("/dashboard/billing/")
    return page.get_by_text(text).count() > 0
