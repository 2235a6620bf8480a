"""Asking for completions and counting who was asked."""

from collections.abc import Callable

import httpx2 as httpx

from tests.stand_ins.provider import StandInProvider

http = httpx.Client(timeout=60)
"""For requests whose connection does not matter: making a client costs more than they do."""

Ask = Callable[..., httpx.Response]


def asked(provider: StandInProvider, model: str) -> int:
    """How often the stand-in was asked for its ``model``."""
    return sum(request.json["model"] == model for request in provider.asked)
