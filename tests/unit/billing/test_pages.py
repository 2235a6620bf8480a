"""The pages of billing: who reaches them, and what they say when something is not as it should be."""

import re
from html import unescape

import pytest
from django.test import Client

from naxios import config
from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.billing import services
from naxios.billing.models import Checkout, ManualInvoice, Payment
from naxios.plans import queries as plan_queries
from naxios.plans import services as plans
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop

pytestmark = pytest.mark.usefixtures("pages")
HOME = "/dashboard/billing/"
BUY = "/dashboard/billing/buy/plan/pro/"


def text_of(client: Client, path: str, **data: str) -> str:
    answer = client.post(path, data, follow=True) if data else client.get(path, follow=True)
    assert answer.status_code in (200, 422), answer.status_code
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def stranger(database: object) -> Client:
    browser = Client()
    browser.force_login(accounts.create_user(email="other@example.com"))
    return browser


def test_without_any_provider_nothing_is_offered_and_staff_are_told_what_to_set(
    configure: pytest.MonkeyPatch, shelves: None, client: Client, user: User
) -> None:
    config.load.cache_clear()
    assert "Nothing can be bought here yet" in text_of(client, HOME)
    assert "NAXIOS_STRIPE" not in text_of(client, HOME)
    assert "Nothing can be bought here yet" in text_of(client, BUY)

    user.is_staff = True
    user.save()
    for path in (HOME, "/staff/billing/"):
        shown = text_of(client, path)
        assert "NAXIOS_STRIPE_SECRET_KEY" in shown and "NAXIOS_MANUAL_INVOICES" in shown


def test_a_click_leads_through_a_page_of_ours_to_stripe(stripe: StandInStripe, client: Client, user: User) -> None:
    answer = client.post(BUY, {"provider": "stripe"}, follow=True)

    checkout = Checkout.objects.get()
    assert answer.redirect_chain == [(f"/dashboard/billing/checkouts/{checkout.pk}/pay/", 302)]
    page = answer.content.decode()
    assert f'<meta http-equiv="refresh" content="0;url={checkout.url}">' in page
    assert f'href="{checkout.url}"' in page
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


def test_who_comes_back_sees_the_plan_before_any_webhook(stripe: StandInStripe, client: Client, user: User) -> None:
    client.post(BUY, {"provider": "stripe"})
    back = stripe.pay(Checkout.objects.get().url)

    assert "Paid. Your plan has begun" in text_of(client, back.removeprefix("http://127.0.0.1:8000"))
    assert shop.plan_of(user) == "pro"


def test_who_comes_back_while_stripe_is_down_is_told_to_wait(stripe: StandInStripe, client: Client) -> None:
    client.post(BUY, {"provider": "stripe"})
    checkout = Checkout.objects.get()
    stripe.pay(checkout.url)
    stripe.faults.fail(times=1000)

    assert "does not answer" in text_of(client, f"/dashboard/billing/checkouts/{checkout.pk}/")


def test_who_has_not_paid_is_told_so(stripe: StandInStripe, client: Client) -> None:
    client.post(BUY, {"provider": "stripe"})
    checkout = Checkout.objects.get()

    assert "has not been paid yet" in text_of(client, f"/dashboard/billing/checkouts/{checkout.pk}/")
    assert "Dropped" in text_of(client, f"/dashboard/billing/checkouts/{checkout.pk}/abandon/", yes="1")
    assert "nothing was charged" in text_of(client, f"/dashboard/billing/checkouts/{checkout.pk}/pay/")


def test_a_second_checkout_is_answered_with_the_first(stripe: StandInStripe, client: Client) -> None:
    client.post(BUY, {"provider": "stripe"})

    shown = text_of(client, "/dashboard/billing/buy/plan/max/", provider="stripe")

    assert "You have begun to buy Pro" in shown
    assert "Finish it" in shown and "Drop it" in shown


def test_what_one_has_already_is_asked_about_once_more(stripe: StandInStripe, client: Client, user: User) -> None:
    plans.grant(user=user, plan=plan_queries.by_name("max"))

    answer = client.post(BUY, {"provider": "stripe"})

    assert answer.status_code == 422
    assert "You have Max already, by staff" in unescape(answer.content.decode())
    assert 'name="anyway" value="yes"' in answer.content.decode()
    assert client.post(BUY, {"provider": "stripe", "anyway": "yes"}).status_code == 302


@pytest.mark.parametrize("provider", ["", "nobody", "manual"])
def test_a_provider_that_there_is_not_is_refused(stripe: StandInStripe, client: Client, provider: str) -> None:
    answer = client.post(BUY, {"provider": provider})

    assert answer.status_code == 422
    assert "is not configured here" in answer.content.decode()


@pytest.mark.parametrize("path", ["plan/none/", "plan/free/", "pack/none/", "thing/pro/"])
def test_what_is_not_for_sale_has_no_page(stripe: StandInStripe, client: Client, path: str) -> None:
    assert client.get(f"/dashboard/billing/buy/{path}").status_code == 404


def test_a_subscription_can_be_changed_canceled_and_resumed(stripe: StandInStripe, client: Client, user: User) -> None:
    number = shop.buy(stripe, user).pk

    assert "You are on Max now" in text_of(client, f"{HOME}subscriptions/{number}/change/", plan="max")
    assert "Canceled. You keep Max" in text_of(client, f"{HOME}subscriptions/{number}/cancel/", yes="1")
    assert "Resumed. Max goes on" in text_of(client, f"{HOME}subscriptions/{number}/resume/", yes="1")
    assert "There is no plan 'none'" in text_of(client, f"{HOME}subscriptions/{number}/change/", plan="none")


def test_the_portal_is_reached_through_a_page_of_ours(stripe: StandInStripe, client: Client, user: User) -> None:
    shop.buy(stripe, user)

    for _ in range(2):
        page = client.post(f"{HOME}portal/stripe/").content.decode()
        assert f'<meta http-equiv="refresh" content="0;url={stripe.url}' in page
    ours = [found for found in stripe.client().v1.billing_portal.configurations.list().data if not found.is_default]
    assert len(ours) == 1


def test_nobody_reaches_what_is_anothers(stripe: StandInStripe, user: User, stranger: Client) -> None:
    number = shop.buy(stripe, user).pk
    key = Checkout.objects.get().pk

    for path in ("change", "cancel", "resume"):
        assert stranger.post(f"{HOME}subscriptions/{number}/{path}/", {"plan": "max"}).status_code == 404
    for path in ("", "pay/"):
        assert stranger.get(f"{HOME}checkouts/{key}/{path}").status_code == 404
    assert stranger.post(f"{HOME}checkouts/{key}/abandon/").status_code == 404
    assert stranger.post(f"{HOME}portal/stripe/").status_code == 404
    assert "No invoices yet" in text_of(stranger, HOME)
    assert shop.plan_of(user) == "pro"


def test_who_is_not_signed_in_is_sent_to_sign_in(stripe: StandInStripe) -> None:
    for path in (HOME, BUY):
        assert Client().get(path).headers["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("path", ["/staff/billing/"])
def test_the_console_is_for_staff(stripe: StandInStripe, client: Client, path: str) -> None:
    assert client.get(path).status_code == 403


def test_staff_settle_invoices_and_give_payments_back(manual: None, client: Client, user: User) -> None:
    number = services.start_for_plan(user=user, plan_name="pro", provider_name="manual").reference
    assert "Pay to Example Ltd." in text_of(client, f"{HOME}invoices/{number}/")
    assert client.post(f"/staff/billing/invoices/{number}/paid/").status_code == 403
    user.is_staff = True
    user.save()

    assert number in text_of(client, "/staff/billing/")
    assert "marked as paid or void" in text_of(client, f"/staff/billing/invoices/{number}/shredded/", note="")
    assert f"Invoice {number} is paid" in text_of(client, f"/staff/billing/invoices/{number}/paid/", note="seen")
    assert shop.plan_of(user) == "pro"
    assert "whole number" in text_of(client, f"/staff/billing/payments/{number}/refund/", amount_minor="1.5")
    assert "is left to be given back" in text_of(
        client, f"/staff/billing/payments/{number}/refund/", amount_minor="9999"
    )
    assert "Refunded" in text_of(client, f"/staff/billing/payments/{number}/refund/", amount_minor="")
    assert Payment.objects.get().is_refunded
    assert shop.plan_of(user) == "free"


def test_an_invoice_is_seen_by_its_owner_alone(manual: None, user: User, stranger: Client, client: Client) -> None:
    number = services.start_for_plan(user=user, plan_name="pro", provider_name="manual").reference

    assert client.get(f"{HOME}invoices/{number}/").status_code == 200
    assert stranger.get(f"{HOME}invoices/{number}/").status_code == 404
    assert client.get(f"{HOME}invoices/2026-99999/").status_code == 404
    assert ManualInvoice.objects.count() == 1


def test_buying_is_limited(stripe: StandInStripe, client: Client) -> None:
    answers = [client.post(BUY, {"provider": "nobody"}).status_code for _ in range(31)]

    assert (answers[0], answers[-1]) == (422, 429)
