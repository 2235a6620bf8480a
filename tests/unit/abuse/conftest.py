"""Reviews are tested with a quick password hash and without the attempts of the test before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from naxios.accounts.models import User
from tests.unit.abuse.people import person


@pytest.fixture(autouse=True)
def _quick_and_fresh() -> Iterator[None]:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def ada(database: Path) -> User:
    return person("ada@example.com")


@pytest.fixture
def staff(database: Path) -> User:
    return person("staff@example.com", is_staff=True)


@pytest.fixture
def console(staff: User, pages: None) -> Client:
    """A browser in which staff are signed in."""
    browser = Client()
    browser.force_login(staff)
    return browser
