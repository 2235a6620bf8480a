"""Payments against a running server: webhooks that come by themselves, and no secret in what is left behind."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator

import httpx2 as httpx
import pytest

from tests.canaries.search import Remains
from tests.integration.codes.sessions import signed_in
from tests.serving import Server, running_server
from tests.stand_ins.stripe import StandInStripe, running_stripe

WEBHOOK_SECRET = "whsec_0c1d7f5a93be4426"
SECONDS = 20
PLANS = """
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
    """Logs all that it can; Stripe tells it what happens."""
    settings = {
        "NAXIOS_LOG_LEVEL": "debug",
        "NAXIOS_STRIPE_SECRET_KEY": stripe.api_key,
        "NAXIOS_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "NAXIOS_STRIPE_API_URL": stripe.url,
    }
    with running_server(tmp_path_factory.mktemp("naxios"), **settings) as server:
        server.apply(PLANS)
        stripe.webhooks.register(f"{server.url}/billing/stripe/webhook", secret=WEBHOOK_SECRET)
        yield server


@pytest.fixture
def person(server: Server) -> Iterator[httpx.Client]:
    session = signed_in(server, "buyer@example.com")["buyer@example.com"]
    token = secrets.token_hex(16)
    with httpx.Client(
        base_url=server.url,
        cookies={"naxios_session": session, "naxios_csrf": token},
        headers={"x-csrftoken": token},
        timeout=60,
        follow_redirects=True,
    ) as browser:
        yield browser


def test_who_pays_uses_the_plan_at_the_gateway_and_no_secret_is_left_anywhere(
    server: Server, stripe: StandInStripe, person: httpx.Client
) -> None:
    key = server.key(user="buyer@example.com", plan="free")
    assert plan(server, key) == "free"

    going = person.post("/dashboard/billing/buy/plan/pro/", data={"provider": "stripe"})
    page = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', going.text)
    assert page is not None, going.text
    stripe.pay(page[1])
    comes_true(lambda: plan(server, key) == "pro")

    pack = person.post("/dashboard/billing/buy/pack/million/", data={"provider": "stripe"})
    page = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', pack.text)
    assert page is not None
    stripe.pay(page[1])
    comes_true(lambda: bonus(server, key) == 1_000_000)

    api = stripe.client().v1
    bought = api.subscriptions.list({"status": "all"}).data[0]
    dispute = stripe.open_dispute(next(charge.id for charge in api.charges.list().data if charge.amount == 1500))
    comes_true(lambda: plan(server, key) == "free")
    stripe.close_dispute(dispute["id"], won=True)
    comes_true(lambda: plan(server, key) == "pro")
    api.subscriptions.cancel(bought.id)
    comes_true(lambda: plan(server, key) == "free")

    stripe.webhooks.wait()
    assert {delivery.status for delivery in stripe.webhooks.deliveries} == {200}
    assert stripe.webhooks.forge(stripe.event("invoice.paid")).status == 400
    assert stripe.webhooks.send_late(stripe.event("invoice.paid")).status == 400
    remains = Remains()
    remains.take_files(server, "at the end")
    remains.take_metrics(server)
    assert remains.places_of("buyer@example.com") != []
    for secret in (stripe.api_key, WEBHOOK_SECRET, stripe.api_key[8:], WEBHOOK_SECRET[6:]):
        assert remains.places_of(secret) == [], secret
    log = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert [line for line in log if line["level"] in ("error", "critical") or "undeclared_fields" in line] == []


def plan(server: Server, key: str) -> str:
    return str(httpx.get(f"{server.api}/key", headers={"authorization": f"Bearer {key}"}).json()["plan"])


def bonus(server: Server, key: str) -> int:
    told = httpx.get(f"{server.api}/key", headers={"authorization": f"Bearer {key}"}).json()["bonus"]
    return int(told["remaining"])


def comes_true(what: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < end, "it does not come true"
        time.sleep(0.1)
