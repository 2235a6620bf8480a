"""Codes for tests."""

from typing import Any

from naxios.codes import services
from naxios.codes.models import Code
from naxios.codes.queries import by_text


def one(**terms: Any) -> str:
    """A code of a batch of its own; without terms it gives `pro` for 30 days."""
    _, written = services.create_batch(**(terms or {"plan_name": "pro", "days": 30}))
    return written[0]


def stored(code: str) -> Code:
    """What is stored of ``code``."""
    found = by_text(code)
    assert found is not None
    return found
