"""An account to own keys."""

from pathlib import Path

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client


@pytest.fixture
def owner(database: Path) -> AbstractBaseUser:
    from naxios.accounts.services import create_user

    return create_user(email="owner@example.com")


@pytest.fixture
def browser(owner: AbstractBaseUser, pages: None) -> Client:
    """The owner's, signed in."""
    browser = Client()
    browser.force_login(owner)
    return browser
