"""Payments on PostgreSQL, where many really write at the same time."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from naxios import config
from naxios.billing import services
from naxios.plans import services as plans
from tests.integration.operation.postgres import connected
from tests.stand_ins.stripe import StandInStripe, running_stripe
from tests.unit.billing.conftest import MILLION, PRO
from tests.unit.billing.rush import RUSHES
from tests.unit.billing.shop import SECRET, receive


@pytest.fixture(scope="module", autouse=True)
def _migrated(postgres_url: str, pages: None) -> Iterator[None]:
    with connected(postgres_url):
        call_command("migrate", verbosity=0)
        yield


@pytest.fixture
def stripe(_migrated: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInStripe]:
    plans.put(name="pro", fields=PRO)
    services.put_pack(name="million", fields=MILLION)
    with running_stripe() as running:
        running.webhooks.held = True
        running.webhooks.register(secret=SECRET, receiver=receive)
        monkeypatch.setenv("NAXIOS_STRIPE_SECRET_KEY", running.api_key)
        monkeypatch.setenv("NAXIOS_STRIPE_WEBHOOK_SECRET", SECRET)
        monkeypatch.setenv("NAXIOS_STRIPE_API_URL", running.url)
        config.load.cache_clear()
        yield running
    monkeypatch.undo()
    config.load.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, billing_customer, billing_billingevent, mail_outboxmail CASCADE")


@pytest.mark.parametrize("rush", RUSHES, ids=lambda rush: rush.__name__.replace("_", " "))
def test_whatever_happens_at_the_same_time_the_end_is_the_same(
    stripe: StandInStripe, rush: Callable[[StandInStripe], None]
) -> None:
    assert connection.vendor == "postgresql"
    rush(stripe)
