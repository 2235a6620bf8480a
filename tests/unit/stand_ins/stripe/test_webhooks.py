"""Deliveries, proved by the library's own check: signed, held back, doubled, out of order, forged and late."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import stripe

from tests.unit.stand_ins.stripe.conftest import Shop

SECRET = "whsec_of_the_shop"


class Shopkeeper:
    """Receives as a program would: what it cannot verify it answers with 400."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[stripe.Event] = []
        self.url = ""

    def __call__(self, body: bytes, headers: dict[str, str]) -> int:
        try:
            self.got.append(stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET))
        except stripe.SignatureVerificationError:
            return 400
        return self.status

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.got]


@contextmanager
def listening(shopkeeper: Shopkeeper) -> Iterator[str]:
    """The same over a socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(shopkeeper(body, dict(self.headers.items())))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks/stripe?from=stripe"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_events_arrive_over_a_socket_with_a_true_signature(shop: Shop) -> None:
    shopkeeper = Shopkeeper()
    with listening(shopkeeper) as url:
        shop.account.webhooks.register(url, secret=SECRET)

        customer = shop.customer()
        shop.account.webhooks.wait()

    [event] = shopkeeper.got
    assert (event.type, event.data.object["id"], event.livemode) == ("customer.created", customer, False)
    assert event.api_version == stripe.api_version
    assert shop.client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_the_way_back_from_checkout_waits_for_the_webhook(shop: Shop) -> None:
    shopkeeper = Shopkeeper()
    shop.account.webhooks.register(secret=SECRET, receiver=shopkeeper)

    shop.subscribe()

    assert shopkeeper.types[-1] == "checkout.session.completed"


def test_events_are_held_until_the_test_delivers_them(shop: Shop) -> None:
    shopkeeper = Shopkeeper()
    shop.account.webhooks.register(secret=SECRET, receiver=shopkeeper)
    shop.account.webhooks.held = True

    shop.customer()
    assert shopkeeper.got == []
    shop.account.webhooks.deliver()

    assert shopkeeper.types == ["customer.created"]
    assert shop.account.webhooks.deliver() == []


def test_events_are_delivered_more_than_once_and_in_no_order(shop: Shop) -> None:
    shopkeeper = Shopkeeper()
    shop.account.webhooks.held = True
    shop.account.webhooks.register(secret=SECRET, receiver=shopkeeper)
    shop.subscribe()
    created = [event["type"] for event in shop.account.events()][-len(shop.account.webhooks.endpoints[0].waiting) :]

    shop.account.webhooks.deliver(times=3, shuffle=7)

    assert sorted(shopkeeper.types) == sorted(created * 3)
    assert shopkeeper.types[: len(created)] != created


def test_what_was_not_accepted_is_delivered_again(shop: Shop) -> None:
    shopkeeper = Shopkeeper(status=500)
    shop.account.webhooks.register(secret=SECRET, receiver=shopkeeper)
    shop.customer()
    shop.account.webhooks.wait()
    assert shop.account.event("customer.created")["pending_webhooks"] == 1

    shopkeeper.status = 200
    shop.account.webhooks.deliver()

    assert shopkeeper.types == ["customer.created"] * 2
    assert shopkeeper.got[0].id == shopkeeper.got[1].id
    assert shop.account.event("customer.created")["pending_webhooks"] == 0


def test_time_that_passes_delivers_again_too(shop: Shop) -> None:
    shopkeeper = Shopkeeper(status=500)
    shop.account.webhooks.register(secret=SECRET, receiver=shopkeeper)
    shop.customer()
    shop.account.webhooks.wait()

    shopkeeper.status = 200
    shop.account.advance(hours=1)

    assert shopkeeper.types == ["customer.created"] * 2


def test_forged_late_and_altered_deliveries_do_not_pass(shop: Shop) -> None:
    shopkeeper = Shopkeeper()
    webhooks = shop.account.webhooks
    webhooks.held = True
    webhooks.register(secret=SECRET, receiver=shopkeeper)
    shop.customer()
    event = shop.account.event("customer.created")

    altered = json.dumps({**event, "type": "customer.deleted"}).encode()
    attempts = [webhooks.forge(event), webhooks.send_late(event), webhooks.send_altered(event, altered)]

    assert [attempt.status for attempt in attempts] == [400, 400, 400]
    assert shopkeeper.got == []
    assert webhooks.send_late(event, seconds=240).accepted


def test_while_secrets_are_rolled_both_are_good(shop: Shop) -> None:
    shopkeeper = Shopkeeper()
    endpoint = shop.account.webhooks.register(secret=SECRET, receiver=shopkeeper)

    new = endpoint.roll()
    shop.customer()
    shop.account.webhooks.wait()

    mark = shop.account.webhooks.deliveries[-1].headers["Stripe-Signature"]
    assert mark.count("v1=") == 2
    assert shopkeeper.types == ["customer.created"]
    body, headers = shop.account.webhooks.signed(shop.account.event("customer.created"))
    assert stripe.Webhook.construct_event(body, headers["Stripe-Signature"], new)
    endpoint.expire()
    shop.customer()
    shop.account.webhooks.wait()
    assert len(shopkeeper.got) == 1


def test_an_endpoint_hears_only_what_it_asked_for(shop: Shop) -> None:
    made = shop.client.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:1/", "enabled_events": ["customer.deleted"]}
    )
    assert made.secret is not None and made.secret.startswith("whsec_")

    customer = shop.customer()
    shop.client.v1.customers.delete(customer)
    shop.account.webhooks.wait()

    assert [delivery.event["type"] for delivery in shop.account.webhooks.deliveries] == ["customer.deleted"]
    assert shop.account.webhooks.deliveries[0].status == 0
    assert [one.id for one in shop.client.v1.webhook_endpoints.list().data] == [made.id]
