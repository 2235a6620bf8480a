"""An account at the stand-in with a catalogue such as ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import stripe

from tests.stand_ins.stripe import StandInStripe, running_stripe


@dataclass
class Shop:
    """An account, the official client, two plans and a pack of tokens."""

    account: StandInStripe
    client: stripe.StripeClient
    pro: str
    max: str
    pack: str

    def customer(self, **values: Any) -> str:
        return self.client.v1.customers.create({"email": "payer@example.com", **values}).id  # type: ignore[arg-type]

    def session(self, customer: str, price: str, mode: str = "subscription", **values: Any) -> stripe.checkout.Session:
        params: Any = {
            "mode": mode,
            "customer": customer,
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "https://shop.example.com/paid?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example.com/plans",
            **values,
        }
        return self.client.v1.checkout.sessions.create(params)

    def subscribe(self, price: str | None = None, card: str = "pay", **values: Any) -> stripe.Subscription:
        """Bought by a new customer on the hosted page."""
        session = self.session(self.customer(), price or self.pro, **values)
        self.account.pay(session.url or "", card)
        bought = self.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]}).subscription
        assert isinstance(bought, stripe.Subscription)
        return bought

    def subscription(self, id_: str, **params: Any) -> stripe.Subscription:
        return self.client.v1.subscriptions.retrieve(id_, params or None)  # type: ignore[arg-type]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running_stripe() as account:
        account.clock.freeze(1_800_000_000)
        client = account.client()
        made = {}
        for name, amount in (("Pro", 1500), ("Max", 4500)):
            product = client.v1.products.create({"name": name})
            made[name] = client.v1.prices.create(
                {
                    "product": product.id,
                    "currency": "usd",
                    "unit_amount": amount,
                    "recurring": {"interval": "month"},
                    "lookup_key": name.lower(),
                }
            ).id
        pack = client.v1.prices.create(
            {"product_data": {"name": "A million tokens"}, "currency": "usd", "unit_amount": 1000}
        )
        yield Shop(account, client, made["Pro"], made["Max"], pack.id)
