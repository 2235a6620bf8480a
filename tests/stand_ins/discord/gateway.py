"""The gateway, version 10 in JSON: one connection from hello to its end."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import WSMsgType, web

from tests.stand_ins.discord import payloads
from tests.stand_ins.discord.compression import packer
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.sessions import GUILD_MEMBERS, GUILDS, Session
from tests.stand_ins.discord.state import Application, Guild

HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME, REQUEST_MEMBERS = 1, 2, 3, 4, 6, 8
RECONNECT, INVALID_SESSION, HELLO, ACK = 7, 9, 10, 11
UNKNOWN_OP, UNDECODABLE, NOT_AUTHENTICATED, WRONG_TOKEN, ALREADY_AUTHENTICATED = 4001, 4002, 4003, 4004, 4005
INVALID_SEQUENCE, TOO_FAST, INVALID_SHARD, INVALID_VERSION, INVALID_INTENTS, DISALLOWED = (
    4007,
    4008,
    4010,
    4012,
    4013,
    4014,
)
ALL_INTENTS = (1 << 26) - 1
CHUNK = 1000


class Closing(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def connect(core: Core, request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(compress=False, timeout=1)
    await socket.prepare(request)
    await GatewayConnection(core, socket, request).serve()
    return socket


ROUTES: Routes = [("GET", "/", connect), ("GET", "/resume", connect)]


class GatewayConnection:
    """``frozen`` makes a zombie of it: open, and silent for ever. ``path`` tells who resumed at the right address."""

    def __init__(self, core: Core, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.core = core
        self.socket = socket
        self.path = request.path
        self.query = request.query
        self.transport = request.transport
        self.session: Session | None = None
        self.frozen = False
        self.heartbeats = 0
        self._beat_at = time.monotonic()
        self._taken: list[float] = []
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def push(self, payload: dict[str, Any]) -> None:
        self._outgoing.put_nowait(payload)

    async def serve(self) -> None:
        self.core.hub.connections.append(self)
        writing = asyncio.ensure_future(self._write())
        try:
            await self._read()
        except Closing as closing:
            sent = asyncio.ensure_future(self._outgoing.join())
            await asyncio.wait([sent, writing], timeout=1, return_when=asyncio.FIRST_COMPLETED)
            sent.cancel()
            await self.socket.close(code=closing.code)
        finally:
            writing.cancel()
            self.core.hub.connections.remove(self)
            if self.session is not None and self.session.connection is self:
                self.session.connection = None

    async def _write(self) -> None:
        try:
            pack = packer(self.query.get("compress"))
            while True:
                text = json.dumps(await self._outgoing.get(), separators=(",", ":"))
                if pack is None and not self.frozen:
                    await self.socket.send_str(text)
                elif pack is not None and not self.frozen:
                    await self.socket.send_bytes(pack(text.encode()))
                self._outgoing.task_done()
        except (ConnectionError, RuntimeError):
            return  # the reader notices

    async def _read(self) -> None:
        if self.query.get("v") != "10":
            raise Closing(INVALID_VERSION)
        if self.query.get("encoding", "json") != "json":
            raise Closing(UNDECODABLE)
        self.push({"op": HELLO, "d": {"heartbeat_interval": int(self.core.hub.heartbeat_seconds * 1000)}})
        while True:
            try:
                message = await self.socket.receive(timeout=self._patience())
            except TimeoutError:
                raise Closing(4000) from None
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                self._left(message.data if message.type is WSMsgType.CLOSE else None)
                return
            if not self.frozen:
                self._take(message.data)

    def _patience(self) -> float | None:
        """Seconds for the next heartbeat."""
        if self.frozen:
            return None
        return max(self._beat_at + 1.5 * self.core.hub.heartbeat_seconds - time.monotonic(), 0.001)

    def _left(self, code: int | None) -> None:
        """Who says goodbye ends the session; who is cut off, or closes with another code, can resume it."""
        if self.session is not None and code in (1000, 1001):
            self.core.hub.sessions.pop(self.session.id, None)

    def _take(self, text: Any) -> None:
        try:
            message = json.loads(text)
            op, data = message["op"], message.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Closing(UNDECODABLE) from None
        if len(text) > 4096:
            raise Closing(UNDECODABLE)
        now = time.monotonic()
        self._taken = [when for when in self._taken if when > now - 60] + [now]
        if len(self._taken) > 120:
            raise Closing(TOO_FAST)
        if op == HEARTBEAT:
            self._beat_at, self.heartbeats = now, self.heartbeats + 1
            self.push({"op": ACK, "d": None})
        elif op in (IDENTIFY, RESUME):
            if self.session is not None:
                raise Closing(ALREADY_AUTHENTICATED)
            self._identify(data) if op == IDENTIFY else self._resume(data)
        elif op not in (PRESENCE, VOICE_STATE, REQUEST_MEMBERS):
            raise Closing(UNKNOWN_OP)
        elif self.session is None:
            raise Closing(NOT_AUTHENTICATED)
        elif op == PRESENCE:
            self.session.presence = data
        elif op == REQUEST_MEMBERS:
            self._send_members(self.session, data)

    def _identify(self, data: dict[str, Any]) -> None:
        application = self._application(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            raise Closing(INVALID_INTENTS)
        if intents & ~application.allowed_intents:
            raise Closing(DISALLOWED)
        if data.get("shard", [0, 1]) != [0, 1]:
            raise Closing(INVALID_SHARD)
        self.session = self.core.hub.begin(application, intents, self)
        self.session.presence = data.get("presence")
        guilds = [guild for guild in self.core.world.guilds.values() if application.bot.id in guild.members]
        sharded = {"shard": data["shard"]} if "shard" in data else {}
        self.session.send("READY", {**self._ready(self.session, guilds), **sharded})
        for guild in guilds:
            if intents & GUILDS and not guild.unavailable:
                created = payloads.created_guild(guild, guild.members[application.bot.id])
                self.session.send("GUILD_CREATE", {**created, "unavailable": False})

    def _ready(self, session: Session, guilds: list[Guild]) -> dict[str, Any]:
        application = session.application
        return {
            "v": 10,
            "user": payloads.oneself(application.bot, email=True),
            "user_settings": {},
            "session_type": "normal",
            "session_id": session.id,
            "resume_gateway_url": f"{self.core.gateway_url}/resume",
            "relationships": [],
            "private_channels": [],
            "presences": [],
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "guild_join_requests": [],
            "application": {"id": str(application.id), "flags": payloads.application_flags(application)},
            "_trace": ["stand-in"],
        }

    def _resume(self, data: dict[str, Any]) -> None:
        application = self._application(data)
        session = self.core.hub.sessions.get(data.get("session_id", ""))
        if session is None or session.application is not application:
            self.push({"op": INVALID_SESSION, "d": False})
            return
        after = data.get("seq")
        if not isinstance(after, int) or not 0 <= after <= len(session.sent):
            raise Closing(INVALID_SEQUENCE)
        if isinstance(session.connection, GatewayConnection) and session.connection.transport is not None:
            session.connection.transport.abort()
        session.connection, self.session = self, session
        session.replay(after)
        session.send("RESUMED", {"_trace": ["stand-in"]})
        self.core.hub.resumed += 1

    def _application(self, data: Any) -> Application:
        token = data.get("token") if isinstance(data, dict) else None
        for application in self.core.world.applications.values():
            if token == application.bot_token:
                return application
        raise Closing(WRONG_TOKEN)

    def _send_members(self, session: Session, data: dict[str, Any]) -> None:
        """Members in chunks. All of them only for a bot that asked for the intent."""
        wanted_guild = data["guild_id"][0] if isinstance(data["guild_id"], list) else data["guild_id"]
        guild = self.core.world.guilds.get(int(wanted_guild))
        if guild is None or session.application.bot.id not in guild.members or guild.unavailable:
            return
        told: dict[str, Any] = {"guild_id": str(guild.id)} | ({"nonce": data["nonce"]} if "nonce" in data else {})
        query, limit = (data.get("query") or "").lower(), int(data.get("limit") or 0)
        if "user_ids" in data:
            asked = data["user_ids"] if isinstance(data["user_ids"], list) else [data["user_ids"]]
            found = [guild.members[int(id_)] for id_ in asked[:100] if int(id_) in guild.members]
            told["not_found"] = [str(id_) for id_ in asked[:100] if int(id_) not in guild.members]
        elif query:
            named = [one for one in guild.members.values() if (one.nick or one.user.username).lower().startswith(query)]
            found = named[: min(limit or 100, 100)]
        else:
            found = list(guild.members.values()) if session.intents & GUILD_MEMBERS else []
            found = found[:limit] if limit else found
        chunks = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            members = [payloads.member(one) for one in chunk]
            session.send(
                "GUILD_MEMBERS_CHUNK",
                {**told, "members": members, "chunk_index": index, "chunk_count": len(chunks)},
            )
