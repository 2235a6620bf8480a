"""What can go wrong with answers. A test adds a fault; it ends after so many answers, or when it is taken away."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from tests.stand_ins.discord.limits import refusal


@dataclass
class Fault:
    """One thing wrong with the answers under a path.

    Attributes
    ----------
    path : prefix of the paths meant, without ``/api`` and the version: ``/guilds``; ``/`` means all.
    method : the only method meant.
    times : how many answers are spoilt; ``None`` spoils all.
    status : answered instead, with a text that is no JSON, as Discord's proxies answer; 429 answers as Discord itself.
    retry_after, scope : of a 429.
    delay : seconds before the answer.
    hang_up : close the connection without an answer.
    malformed : answer 200 with half of a JSON document.
    """

    path: str = "/"
    method: str | None = None
    times: int | None = None
    status: int | None = None
    retry_after: float = 1
    scope: Literal["user", "global", "shared"] = "user"
    delay: float = 0
    hang_up: bool = False
    malformed: bool = False

    def takes(self, method: str, path: str) -> bool:
        """Whether this request is meant; if so, it counts."""
        if not path.startswith(self.path) or self.method not in (None, method) or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    async def spoil(self, request: web.Request) -> web.Response | None:
        """The answer instead of the right one, if there is one."""
        await asyncio.sleep(self.delay)
        if self.hang_up:
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=599)  # to nobody
        if self.malformed:
            return web.Response(body=b'{"id": "80351110224678912", "usern', content_type="application/json")
        if self.status == 429:
            return refusal(self.retry_after, self.scope)
        if self.status is not None:
            text = "upstream connect error or disconnect/reset before headers. reset reason: connection failure"
            return web.Response(text=text, status=self.status)
        return None
