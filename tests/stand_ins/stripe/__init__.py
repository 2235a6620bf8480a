"""Stripe over a real socket, for the official library unchanged, at the API version that the library pins.

    with running_stripe() as stripe:
        endpoint = stripe.webhooks.register(f"{url}/webhooks/stripe")
        client = stripe.client()  # or StripeClient(stripe.api_key, base_addresses={"api": stripe.url})
        ...
        stripe.pay(session.url)  # or a browser on session.url
        stripe.advance(days=31)

Why not localstripe alone: version 1.15.10, tried with this library, keeps products, customers, their tax ids and cards,
plans, subscriptions, invoices, charges, refunds and events, and :func:`running_localstripe` starts it for tests that
need no more. It answers in the shapes of 2017-08-15 (the period is on the subscription, not on its items), and has no
prices, Checkout, billing portal, disputes, invoice payments, account or test clocks; `events.list` knows no `types`;
an idempotency key does not keep its answer; errors have no code; webhooks come a second late and once.

What this package does not model it answers with 501, never quietly.
"""

from tests.stand_ins.stripe.local import running_localstripe
from tests.stand_ins.stripe.server import StandInStripe, running_stripe
from tests.stand_ins.stripe.webhooks import Delivery, Endpoint
from tests.stand_ins.stripe.world import Settings

__all__ = ["Delivery", "Endpoint", "Settings", "StandInStripe", "running_localstripe", "running_stripe"]
