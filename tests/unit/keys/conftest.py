"""An account to own keys."""

from pathlib import Path

import pytest
from django.contrib.auth.base_user import AbstractBaseUser


@pytest.fixture
def owner(database: Path) -> AbstractBaseUser:
    from naxios.accounts.services import create_user

    return create_user(email="owner@example.com")
