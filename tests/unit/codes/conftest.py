"""People, a plan and codes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.plans import queries, services
from naxios.plans.models import Plan


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


@pytest.fixture
def other(database: object) -> User:
    return accounts.create_user(email="other@example.com")


@pytest.fixture
def staff(database: object) -> User:
    return accounts.create_user(email="staff@example.com", is_staff=True)


@pytest.fixture
def pro(database: object) -> Plan:
    services.put(name="pro", fields={"tokens_per_day": 1_000, "display_name": "Pro", "price_minor": 1_500})
    return queries.by_name("pro")


@pytest.fixture
def no_code_is_looked_up(database: object) -> Iterator[None]:
    """Fails if a code was looked up by its digest."""
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield
    assert not any("SELECT" in sql and '"codes_code"' in sql for sql in asked)
