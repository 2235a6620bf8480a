"""Accounts are tested with a quick password hash and without the attempts of the test before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from naxios.accounts import failed_sign_ins
from naxios.accounts.models import User
from tests.unit.accounts.people import person


@pytest.fixture(autouse=True)
def _quick_and_fresh() -> Iterator[None]:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def ada(database: Path, pages: None) -> Iterator[User]:
    """An account with a password and a verified address."""
    yield person()
    failed_sign_ins.record()  # nothing waits for the next test


@pytest.fixture
def visitor(database: Path, pages: None) -> Client:
    """A browser of somebody without an account."""
    return Client()
