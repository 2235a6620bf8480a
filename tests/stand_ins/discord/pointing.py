"""Points the real discord.py at the stand-in: it has no setting for that, only attributes of classes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from tests.stand_ins.discord.server import StandInDiscord


@contextmanager
def pointed(discord: StandInDiscord) -> Iterator[None]:
    """discord.py speaks to this Discord for as long as the context lasts.

    It asks ``GET /gateway/bot`` only when sharded, and otherwise goes to ``DEFAULT_GATEWAY``.
    """
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE = f"{discord.api_url}/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord.gateway_url)
    Asset.BASE = discord.url
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before
