"""Sessions of bots at the gateway: which events each gets, and what it missed while its connection was gone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tests.stand_ins.discord.state import Application

if TYPE_CHECKING:
    from tests.stand_ins.discord.gateway import GatewayConnection

GUILDS, GUILD_MEMBERS, GUILD_MODERATION = 1 << 0, 1 << 1, 1 << 2
GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 9, 1 << 12


class Connection(Protocol):
    """The socket that a session is at."""

    def push(self, payload: dict[str, Any]) -> None: ...


@dataclass(eq=False)
class Session:
    """``sent`` keeps every event for a resumption; ``presence`` is the last that the bot told of itself."""

    application: Application
    intents: int
    connection: Connection | None
    presence: dict[str, Any] | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send(self, event: str, data: dict[str, Any]) -> None:
        payload = {"op": 0, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(payload)
        if self.connection is not None:
            self.connection.push(payload)

    def replay(self, after: int) -> None:
        assert self.connection is not None
        for payload in self.sent[after:]:
            self.connection.push(payload)


@dataclass
class Hub:
    """All sessions and connections. ``identified`` counts the sessions ever begun, ``resumed`` their resumptions."""

    heartbeat_seconds: float = 41.25
    sessions: dict[str, Session] = field(default_factory=dict)
    connections: list[GatewayConnection] = field(default_factory=list)
    identified: int = 0
    resumed: int = 0

    def begin(self, application: Application, intents: int, connection: Connection) -> Session:
        session = Session(application, intents, connection)
        self.sessions[session.id] = session
        self.identified += 1
        return session

    def dispatch(self, application: Application, event: str, data: dict[str, Any], *, intent: int = 0) -> None:
        """Tell the application's sessions that asked for events of this kind; ``0`` are those that all get."""
        for session in self.sessions.values():
            if session.application is application and (intent == 0 or session.intents & intent):
                session.send(event, data)
