"""The billing portal: a customer changes what was bought, over the hosted page."""

import urllib.request

import pytest
import stripe

from tests.unit.stand_ins.stripe.conftest import Shop


def enter(shop: Shop, customer: object, **values: object) -> stripe.billing_portal.Session:
    params = {"customer": str(customer), "return_url": "https://shop.example.com/billing", **values}
    return shop.client.v1.billing_portal.sessions.create(params)  # type: ignore[arg-type]


def test_the_page_shows_plans_invoices_and_the_way_back(shop: Shop) -> None:
    bought = shop.subscribe()

    with urllib.request.urlopen(enter(shop, bought.customer).url) as answer:
        page = answer.read().decode()

    assert "Current plan: Pro (15.00 USD per month), active" in page
    assert "Switch to Max (45.00 USD per month)" in page
    assert 'href="https://shop.example.com/billing"' in page
    assert str(shop.account.object(str(bought.latest_invoice))["number"]) in page


def test_another_plan_is_billed_as_the_configuration_says(shop: Shop) -> None:
    bought = shop.subscribe()
    products = [
        {"product": shop.client.v1.prices.retrieve(price).product, "prices": [price]} for price in (shop.pro, shop.max)
    ]
    configuration = shop.client.v1.billing_portal.configurations.create(
        {
            "features": {
                "subscription_update": {
                    "enabled": True,
                    "default_allowed_updates": ["price"],
                    "products": products,  # type: ignore[typeddict-item]
                    "proration_behavior": "always_invoice",
                }
            }
        }
    )
    portal = enter(shop, bought.customer, configuration=configuration.id)

    shop.account.press(portal.url, f"change:{bought.id}:{shop.max}")

    changed = shop.subscription(bought.id, expand=["latest_invoice"])
    assert changed["items"].data[0].price.id == shop.max
    assert isinstance(changed.latest_invoice, stripe.Invoice) and changed.latest_invoice.amount_paid == 3000
    assert "not offered" in shop.account.press(portal.url, f"cancel:{bought.id}")[1]


def test_canceling_sets_a_time_and_not_the_flag(shop: Shop) -> None:
    bought = shop.subscribe()
    portal = enter(shop, bought.customer)

    shop.account.press(portal.url, f"cancel:{bought.id}", feedback="too_expensive", comment="Later perhaps")

    stopped = shop.subscription(bought.id)
    end = bought["items"].data[0].current_period_end
    assert (stopped.status, stopped.cancel_at, stopped.cancel_at_period_end) == ("active", end, False)
    assert stopped.cancellation_details is not None and stopped.cancellation_details.feedback == "too_expensive"
    shop.account.press(portal.url, f"resume:{bought.id}")
    assert shop.subscription(bought.id).cancel_at is None
    shop.account.press(portal.url, f"cancel:{bought.id}")
    shop.account.advance(days=31)
    assert shop.subscription(bought.id).status == "canceled"


def test_a_new_card_pays_from_the_next_attempt_on(shop: Shop) -> None:
    bought = shop.subscribe(card="fail_later")
    shop.account.advance(days=31, hours=2)
    assert shop.subscription(bought.id).status == "past_due"

    shop.account.press(enter(shop, bought.customer).url, "card:works")
    assert shop.account.event("customer.subscription.updated")["data"]["previous_attributes"].keys() == {
        "default_payment_method"
    }
    shop.account.advance(days=3)

    assert shop.subscription(bought.id).status == "active"


def test_a_flow_leads_back_when_it_is_done(shop: Shop) -> None:
    bought = shop.subscribe()
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": bought.id},
        "after_completion": {"type": "redirect", "redirect": {"return_url": "https://shop.example.com/bye"}},
    }
    portal = enter(shop, bought.customer, flow_data=flow)

    assert shop.account.press(portal.url, f"cancel:{bought.id}") == (303, "https://shop.example.com/bye")
    assert shop.subscription(bought.id).cancel_at is not None


def test_nobody_reaches_the_subscription_of_another_customer(shop: Shop) -> None:
    mine, other = shop.subscribe(), shop.subscribe()

    status, page = shop.account.press(enter(shop, mine.customer).url, f"cancel:{other.id}")

    assert status == 402 and "There is no such subscription." in page
    assert shop.subscription(other.id).cancel_at is None
    with pytest.raises(stripe.InvalidRequestError, match="does not belong"):
        enter(
            shop,
            mine.customer,
            flow_data={"type": "subscription_cancel", "subscription_cancel": {"subscription": other.id}},
        )


def test_a_portal_that_was_never_set_up_is_refused(shop: Shop) -> None:
    shop.account.settings.default_portal = False

    with pytest.raises(stripe.InvalidRequestError, match="No configuration provided"):
        enter(shop, shop.customer())
    assert shop.client.v1.billing_portal.configurations.list().data == []
