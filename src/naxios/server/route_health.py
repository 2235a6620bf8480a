"""How routes fare, asked by another process of the server that runs from the same home directory."""

import json
import time
import urllib.error
import urllib.request

import msgspec

from naxios.config import Config
from naxios.domain.health import RouteHealth
from naxios.server.running import internal_token

PATH = "/internal/health"
ASK_SECONDS = 2
ANSWER_KEPT_SECONDS = 0.5


class ServersRouteHealth:
    """See :data:`naxios.status.live.HealthSource`. Blocks for up to ``ASK_SECONDS`` when called."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._token = internal_token()
        self._asked_at = float("-inf")
        self._answer: list[RouteHealth] | None = None

    def __call__(self) -> list[RouteHealth] | None:
        """Every route that has been tried; ``None`` if no server tells."""
        if time.monotonic() - self._asked_at > ANSWER_KEPT_SECONDS:
            self._answer = self._ask()
            self._asked_at = time.monotonic()
        return self._answer

    def _ask(self) -> list[RouteHealth] | None:
        try:
            url = json.loads(self._config.running_file.read_text())["url"]
            request = urllib.request.Request(url + PATH, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=ASK_SECONDS) as response:
                return msgspec.json.decode(response.read(), type=list[RouteHealth])
        except (OSError, ValueError, KeyError, TypeError):
            return None
