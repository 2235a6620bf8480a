"""The page of prices: what there is, and how one gets it from where one stands."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from naxios import config
from naxios.accounts.models import User
from naxios.plans import services as plans
from tests.stand_ins.stripe import StandInStripe
from tests.unit.accounts import people
from tests.unit.billing import shop

pytestmark = pytest.mark.usefixtures("pages")

BUY_PRO = "/dashboard/billing/buy/plan/pro/"
BUY_MILLION = "/dashboard/billing/buy/pack/million/"


def page(browser: Client | None = None) -> str:
    return unescape((browser or Client()).get("/pricing").content.decode())


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_without_a_payment_provider_one_asks(configure: pytest.MonkeyPatch, shelves: None) -> None:
    config.load.cache_clear()

    shown = page()

    assert "Ask for this plan" in shown
    assert "Nothing can be bought on this website yet." in shown
    assert "Token packs" not in shown
    assert "/billing/buy/" not in shown


def test_a_visitor_signs_up_first_and_comes_to_the_checkout_then(stripe: StandInStripe) -> None:
    cache.clear()
    shown = page()
    assert f'href="/accounts/signup/?next={BUY_PRO}">Get Pro' in shown
    assert f"/accounts/signup/?next={BUY_MILLION}" in shown
    browser = Client()
    browser.get("/accounts/signup/", {"next": BUY_PRO})

    people.sign_up(browser, next=BUY_PRO)
    confirmed: Any = browser.post(people.link_in(people.mails_to()[-1]), follow=True)

    assert confirmed.redirect_chain[-1][0] == BUY_PRO
    assert "Buy Pro" in confirmed.content.decode()


def test_whoever_is_signed_in_goes_straight_to_the_checkout(stripe: StandInStripe, client: Client) -> None:
    shown = page(client)

    assert f'href="{BUY_PRO}">Get Pro' in shown
    assert f'href="{BUY_MILLION}"' in shown
    assert "your plan" in shown


def test_a_subscriber_manages_or_changes_the_plan(stripe: StandInStripe, client: Client, user: User) -> None:
    shop.buy(stripe, user)

    shown = words(page(client))

    assert "Manage Pro" in shown
    assert "Change to Max" in shown
    assert "Get Max" not in shown


def test_what_is_good_to_know_is_said(stripe: StandInStripe) -> None:
    plans.put(name="pro", fields={"trial_days": 7, "after_lapse": "refuse"})

    shown = words(page())

    assert "The first 7 days are free." in shown
    assert "refused until you choose" in shown
    assert "renews each month until you cancel it" in shown
    assert "1,000,000 standard tokens, good for 365 days" in shown
    assert "by invoice" not in shown
    assert "Discord" not in shown


def test_the_free_plan_says_that_it_is_for_verified_members_where_it_is(
    stripe: StandInStripe, configure: pytest.MonkeyPatch
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "GUILD_ID"):
        configure.setenv(f"NAXIOS_DISCORD_{name}", "81384788765712384")
    config.load.cache_clear()
    plans.put(name="free", fields={"requires_discord": True})

    assert "For verified members of our Discord server." in page()


def test_by_invoice_is_said_too(manual: None) -> None:
    shown = words(page())

    assert "You can pay by invoice" in shown
    assert "renews each month" not in shown
