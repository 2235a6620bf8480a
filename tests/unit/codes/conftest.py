"""People, a plan and codes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

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


@pytest.fixture
def browser(user: User, pages: None) -> Client:
    """Where ``user`` is signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def console(staff: User, pages: None) -> Client:
    """Where ``staff`` is signed in."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture(autouse=True)
def _nothing_sent_yet() -> None:
    """The rate limits of forms begin anew with each test."""
    cache.clear()
