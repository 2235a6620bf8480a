"""Buying a plan at Stripe, from the form to the entitlement."""

from datetime import timedelta

from naxios.accounts.models import User
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


def test_who_pays_is_on_the_plan_once_the_webhook_came(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)

    assert shop.plan_of(user) == "pro"
    assert (bought.state, bought.price_minor, bought.currency) == ("active", 1500, "usd")
    assert shop.plan_of(user, bought.period_end + timedelta(hours=5)) == "pro"
    assert shop.plan_of(user, bought.period_end + timedelta(hours=7)) == "free"
    assert shop.happened(user) == ["payment_received", "plan_started"]
    assert shop.mails() == ["Your receipt from Naxios"]
