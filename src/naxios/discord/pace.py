"""How fast Discord may be asked: what its headers and refusals said, kept for this process.

Discord counts by route and asker, and over everything that an asker does. Where one is used up, nothing is sent before
its time: who asks is told so, and decides whether to wait.
"""

import threading
import time
from collections.abc import Mapping

LONGEST_WAIT = 3600.0
"""What a header or body can make us wait. Longer is taken for a mistake."""
MOST_ROUTES = 10_000


class Pace:
    """Until when routes are closed. ``asker`` is such as ``bot`` or a digest of a token, never a token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed_until: dict[tuple[str, str], float] = {}

    def wait_of(self, asker: str, route: str) -> float:
        """Seconds until ``route`` may be asked again; 0 for now."""
        with self._lock:
            now = time.monotonic()
            ends = [self._closed_until.get((asker, "")), self._closed_until.get((asker, route))]
            return max(0.0, *(end - now for end in ends if end is not None)) if any(ends) else 0.0

    def note_headers(self, asker: str, route: str, headers: Mapping[str, str]) -> None:
        """Nothing is left of this route's share: closed until it is whole again."""
        if headers.get("x-ratelimit-remaining", "").strip() == "0":
            self._close(asker, route, seconds_in(headers.get("x-ratelimit-reset-after"), 1.0))

    def note_refusal(self, asker: str, route: str, seconds: float, *, is_global: bool) -> float:
        """A 429: closed for ``seconds``, alone or together with everything else; returns how long."""
        seconds = min(max(seconds, 0.0), LONGEST_WAIT)
        self._close(asker, "" if is_global else route, seconds)
        return seconds

    def forget(self) -> None:
        """Open everything."""
        with self._lock:
            self._closed_until.clear()

    def _close(self, asker: str, route: str, seconds: float) -> None:
        with self._lock:
            now = time.monotonic()
            if len(self._closed_until) >= MOST_ROUTES:
                self._closed_until = {key: end for key, end in self._closed_until.items() if end > now}
            self._closed_until[asker, route] = max(self._closed_until.get((asker, route), 0.0), now + seconds)


def seconds_in(text: str | None, otherwise: float) -> float:
    """The seconds that a header tells, within reason; ``otherwise`` if it tells none."""
    try:
        seconds = float(text or "")
    except ValueError:
        return otherwise
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else otherwise  # not a number is not itself
