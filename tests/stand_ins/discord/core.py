"""What all parts of the stand-in share. Everything here changes on the server's loop only, but for plain attributes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.stand_ins.discord.faults import Fault
from tests.stand_ins.discord.limits import Limits
from tests.stand_ins.discord.oauth_book import OAuthBook
from tests.stand_ins.discord.sessions import Hub
from tests.stand_ins.discord.state import World

if TYPE_CHECKING:
    from tests.stand_ins.discord.interactions import Interaction

Handler = Callable[["Core", web.Request], Awaitable[web.StreamResponse]]
Routes = list[tuple[str, str, Handler]]


@dataclass
class Asked:
    """A request as it arrived. ``path`` is without ``/api`` and the version; ``status`` is ``None`` if none was sent.

    ``as_whom`` is the kind of credential: ``Bot``, ``Bearer``, ``Basic`` or nothing.
    """

    method: str
    path: str
    query: dict[str, str]
    as_whom: str
    body: bytes
    when: float = field(default_factory=time.time)
    status: int | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Core:
    """``interactions`` are kept by token; ``interaction_seconds`` is how long a bot has for its first answer."""

    loop: asyncio.AbstractEventLoop
    world: World = field(default_factory=World)
    limits: Limits = field(default_factory=Limits)
    faults: list[Fault] = field(default_factory=list)
    hub: Hub = field(default_factory=Hub)
    asked: list[Asked] = field(default_factory=list)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    interaction_seconds: float = 3
    url: str = ""
    gateway_url: str = ""
    book: OAuthBook = field(init=False)

    def __post_init__(self) -> None:
        self.book = OAuthBook(self.world.clock)


def bare(path: str) -> str:
    """A path without ``/api`` and the version."""
    return path.removeprefix("/api").removeprefix("/v10") or "/"
