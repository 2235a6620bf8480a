"""Codes that are redeemed by many at the same time, on PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from tests.integration.operation.postgres import connected
from tests.unit.codes.rush import RUSHES


@pytest.fixture(scope="module", autouse=True)
def _migrated(postgres_url: str) -> Iterator[None]:
    with connected(postgres_url):
        call_command("migrate", verbosity=0)
        yield


@pytest.fixture(autouse=True)
def _nobody(_migrated: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, codes_batch, mail_outboxmail, staff_auditevent CASCADE")


@pytest.mark.parametrize("rush", RUSHES, ids=lambda rush: rush.__name__.replace("_", " "))
def test_whatever_happens_at_the_same_time_each_counts_as_often_as_it_may(rush: Callable[[], None]) -> None:
    assert connection.vendor == "postgresql"
    rush()
