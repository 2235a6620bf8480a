"""What Discord does to bots' connections, and what networks do to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from tests.stand_ins.discord.core import Core
from tests.stand_ins.discord.gateway import HEARTBEAT, INVALID_SESSION, RECONNECT

T = TypeVar("T")


class Disturbances:
    core: Core

    def do(self, act: Callable[[], T]) -> T:
        raise NotImplementedError

    @property
    def bot_is_connected(self) -> bool:
        """Whether a bot has a session and a connection that carries it."""
        return self.do(lambda: any(session.connection is not None for session in self.core.hub.sessions.values()))

    def ask_to_reconnect(self) -> None:
        self._push_to_all({"op": RECONNECT, "d": None})

    def ask_for_heartbeat(self) -> None:
        self._push_to_all({"op": HEARTBEAT, "d": None})

    def invalidate_sessions(self, *, resumable: bool = False) -> None:
        def act() -> None:
            for connection in self.core.hub.connections:
                connection.push({"op": INVALID_SESSION, "d": resumable})
            if not resumable:
                self.core.hub.sessions.clear()

        self.do(act)

    def forget_sessions(self) -> None:
        """Who comes back must identify anew, and gets nothing of what it missed."""
        self.do(lambda: self.core.hub.sessions.clear())

    def drop_gateway(self) -> None:
        """Cut the connections without a word."""

        def act() -> None:
            for connection in self.core.hub.connections:
                if connection.transport is not None:
                    connection.transport.abort()

        self.do(act)

    def close_gateway(self, code: int) -> None:
        """Close the connections with a code, such as 4009 for a session that timed out."""

        def act() -> None:
            for connection in self.core.hub.connections:
                self._closing = asyncio.ensure_future(connection.socket.close(code=code))

        self.do(act)

    def freeze_gateway(self) -> None:
        """The connections stay open, and nothing comes of them any more; new ones are well."""

        def act() -> None:
            for connection in self.core.hub.connections:
                connection.frozen = True

        self.do(act)

    def _push_to_all(self, payload: dict[str, object]) -> None:
        def act() -> None:
            for connection in self.core.hub.connections:
                connection.push(payload)

        self.do(act)
