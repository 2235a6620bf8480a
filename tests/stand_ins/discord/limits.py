"""Rate limits: a bucket per route, major parameter and asker, and one over everything that an asker does."""

import hashlib
import time
from dataclasses import dataclass, field

from aiohttp import web

MAJOR = ("channel", "guild", "webhook", "token")


@dataclass(frozen=True)
class Limit:
    requests: int
    seconds: float


@dataclass
class Window:
    limit: Limit
    ends_at: float
    used: int = 0

    @property
    def remaining(self) -> int:
        return max(self.limit.requests - self.used, 0)


@dataclass
class Spent:
    """Where a request stands after it was counted; ``refused_for`` says by which limit it was refused."""

    bucket: str
    window: Window
    retry_after: float = 0
    refused_for: str = ""

    def headers(self) -> dict[str, str]:
        if self.refused_for == "global":
            told = {"X-RateLimit-Global": "true"}
        else:
            after = max(self.window.ends_at - time.time(), 0)
            told = {
                "X-RateLimit-Limit": str(self.window.limit.requests),
                "X-RateLimit-Remaining": str(self.window.remaining),
                "X-RateLimit-Reset": f"{self.window.ends_at:.3f}",
                "X-RateLimit-Reset-After": f"{after:.3f}",
                "X-RateLimit-Bucket": self.bucket,
            }
        return told | ({"X-RateLimit-Scope": self.refused_for} if self.refused_for else {})


@dataclass
class Limits:
    """``routes`` sets single routes, such as ``routes["GET /guilds/{guild}/members/{user}"] = Limit(1, 1)``.

    ``shared`` are the routes that are limited per resource: their refusals carry the scope ``shared``.
    """

    every_route: Limit = Limit(50, 1)
    everything: Limit = Limit(50, 1)
    routes: dict[str, Limit] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    _windows: dict[tuple[str, ...], Window] = field(default_factory=dict)

    def spend(self, request: web.Request, route: str) -> Spent:
        """Count a request, or refuse it. ``route`` is such as ``GET /guilds/{guild}``."""
        asker = request.headers.get("Authorization") or request.remote or ""
        window = self._window((asker, route, *_majors(request)), self.routes.get(route, self.every_route))
        spent = Spent(hashlib.blake2s(route.encode(), digest_size=16).hexdigest(), window)
        overall = self._window((asker,), self.everything)
        if overall.remaining == 0 and not _unbound(route):
            return _refused(spent, overall, "global")
        if window.remaining == 0:
            return _refused(spent, window, "shared" if route in self.shared else "user")
        window.used += 1
        if not _unbound(route):
            overall.used += 1
        return spent

    def forget(self) -> None:
        """Start every window anew."""
        self._windows.clear()

    def _window(self, key: tuple[str, ...], limit: Limit) -> Window:
        window = self._windows.get(key)
        if window is None or window.ends_at <= time.time() or window.limit != limit:
            window = self._windows[key] = Window(limit, time.time() + limit.seconds)
        return window


def refusal(retry_after: float, scope: str) -> web.Response:
    """A 429 as Discord words it."""
    what = "The resource is being" if scope == "shared" else "You are being"
    body = {"message": f"{what} rate limited.", "retry_after": round(retry_after, 3), "global": scope == "global"}
    headers = {"Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": scope}
    return web.json_response(body, status=429, headers=headers)


def _refused(spent: Spent, by: Window, scope: str) -> Spent:
    spent.retry_after, spent.refused_for = max(by.ends_at - time.time(), 0.001), scope
    return spent


def _majors(request: web.Request) -> list[str]:
    return [request.match_info.get(name, "") for name in MAJOR]


def _unbound(route: str) -> bool:
    """Whether the route is an interaction's, which the limit over everything does not bind."""
    return route.partition(" ")[2].startswith(("/interactions/", "/webhooks/"))
