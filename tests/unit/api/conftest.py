"""An account with a token, and a client that sends it."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from naxios.accounts.services import create_user
from naxios.api import services


class Program:
    """A program that holds an access token of ``user``."""

    def __init__(self, user: Any, *, read_only: bool = False) -> None:
        self.user = user
        self.token, self.secret = services.create(user=user, name="program", read_only=read_only)
        self._client = Client(headers={"authorization": f"Bearer {self.secret}"})

    def __getattr__(self, method: str) -> Any:
        return getattr(self._client, method)

    def send(self, method: str, path: str, content: Any) -> Any:
        """``content`` as JSON."""
        return getattr(self._client, method)(path, content, content_type="application/json")


@pytest.fixture
def program(database: Path) -> Program:
    cache.clear()
    return Program(create_user(email="dev@example.com"))


@pytest.fixture
def stranger(program: Program) -> Program:
    """A program of another account."""
    return Program(create_user(email="other@example.com"))
