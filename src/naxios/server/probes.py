"""Answers for machines: is the process alive, is it ready, how does it fare."""

import hmac

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from naxios.config import is_loopback
from naxios.domain import clock
from naxios.gateway.plane import DataPlane
from naxios.gateway.receive import Receive, Scope, Send
from naxios.server import route_health
from naxios.server.snapshot_source import DatabaseSource

COUNTERS_PATH = "/internal/counters"
PATHS = frozenset({"/healthz", "/readyz", "/metrics", COUNTERS_PATH, route_health.PATH})


class Probes:
    """``/healthz``, ``/readyz``, ``/metrics`` and, for commands on this machine, counters and routes."""

    def __init__(self, plane: DataPlane, source: DatabaseSource, *, metrics_token: str, internal_token: str) -> None:
        self._plane = plane
        self._source = source
        self._metrics_token = metrics_token
        self._internal_token = internal_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["path"]:
            case "/healthz":
                await _json(send, 200, {"status": "ok"})
            case "/readyz":
                await self._ready(send)
            case "/metrics" if _from_this_machine(scope) or _has_token(scope, self._metrics_token):
                await _answer(send, 200, CONTENT_TYPE_LATEST.encode(), generate_latest())
            case "/metrics":
                await _json(
                    send, 403, {"error": "Ask from this machine, or with NAXIOS_METRICS_TOKEN as bearer token."}
                )
            case _ if not _has_token(scope, self._internal_token):
                await _json(send, 404, {"error": "There is nothing here."})
            case route_health.PATH:
                await _json(send, 200, self._plane.router.health(clock.now()))
            case _:
                await self._counters(send)

    async def _ready(self, send: Send) -> None:
        checks = {"database": await self._source.is_reachable(), "journal": self._plane.journal.healthy}
        ready = all(checks.values())
        shown = {name: "ok" if fine else "failing" for name, fine in checks.items()}
        await _json(send, 200 if ready else 503, {"status": "ready" if ready else "not ready", **shown})

    async def _counters(self, send: Send) -> None:
        day = clock.day_of(clock.now())
        limiter = self._plane.limiter
        tokens, bonuses = await limiter.counted(day), await limiter.bonuses_used()
        counters = {"day": day, "tokens": tokens, "bonuses": bonuses, "position": self._plane.journal.position}
        await _json(send, 200, counters)


def _from_this_machine(scope: Scope) -> bool:
    # A reverse proxy on this machine connects from loopback too, but says for whom.
    forwarded = any(name in (b"x-forwarded-for", b"forwarded") for name, _ in scope["headers"])
    return not forwarded and scope.get("client") is not None and is_loopback(scope["client"][0])


def _has_token(scope: Scope, token: str) -> bool:
    sent = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return bool(token) and hmac.compare_digest(sent, b"Bearer " + token.encode())


async def _json(send: Send, status: int, content: object) -> None:
    await _answer(send, status, b"application/json", msgspec.json.encode(content))


async def _answer(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
