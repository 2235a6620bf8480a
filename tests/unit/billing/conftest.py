"""A Stripe account over a real socket, what is for sale, and somebody who buys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from naxios import config
from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.billing import services
from naxios.plans import services as plans
from tests.stand_ins.stripe import StandInStripe, running_stripe
from tests.unit.billing.shop import SECRET, receive

PRO = {"display_name": "Pro", "tokens_per_day": 1_000_000, "price_minor": 1500, "currency": "usd"}
MAX = {"display_name": "Max", "tokens_per_day": 9_000_000, "price_minor": 5000, "currency": "usd"}
MILLION = {"display_name": "A million", "tokens": 1_000_000, "price_minor": 500, "currency": "usd", "expires_days": 365}


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Sets ``NAXIOS_…`` variables for one test, from where the configuration is read anew."""
    monkeypatch.setenv("NAXIOS_BASE_URL", "http://127.0.0.1:8000")
    yield monkeypatch
    monkeypatch.undo()
    config.load.cache_clear()


@pytest.fixture
def shelves(database: Path) -> None:
    """Two plans and a pack of tokens."""
    plans.put(name="pro", fields=PRO)
    plans.put(name="max", fields=MAX)
    services.put_pack(name="million", fields=MILLION)


@pytest.fixture
def stripe(configure: pytest.MonkeyPatch, shelves: None) -> Iterator[StandInStripe]:
    """Stripe, configured. What happens there is held back until the test delivers it to the webhook's page."""
    with running_stripe() as running:
        running.webhooks.held = True
        running.webhooks.register(secret=SECRET, receiver=receive)
        configure.setenv("NAXIOS_STRIPE_SECRET_KEY", running.api_key)
        configure.setenv("NAXIOS_STRIPE_WEBHOOK_SECRET", SECRET)
        configure.setenv("NAXIOS_STRIPE_API_URL", running.url)
        config.load.cache_clear()
        yield running


@pytest.fixture
def manual(configure: pytest.MonkeyPatch, shelves: None) -> None:
    """Invoices by hand, configured."""
    configure.setenv("NAXIOS_MANUAL_INVOICES", "true")
    configure.setenv("NAXIOS_INVOICE_INSTRUCTIONS", "Pay to Example Ltd.")
    config.load.cache_clear()


@pytest.fixture
def user(database: Path) -> User:
    return accounts.create_user(email="dev@example.com", password="a long enough one", is_verified=True)


@pytest.fixture
def client(user: User) -> Client:
    """A browser that ``user`` is signed in with."""
    browser = Client()
    browser.force_login(user)
    return browser
