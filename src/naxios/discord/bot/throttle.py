"""How often one person may give commands. In memory: only one process is the bot."""

from collections import deque

MOST_PEOPLE = 10_000


class Throttle:
    """Allows each person ``most`` acts within ``seconds``. Times are those of a monotonic clock."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._acts: dict[str, deque[float]] = {}

    def wait(self, who: str, now: float) -> float:
        """Count an act at ``now``: 0 if it is allowed, else the seconds until one is. Those refused do not count."""
        acts = self._acts.setdefault(who, deque())
        while acts and acts[0] <= now - self._seconds:
            acts.popleft()
        if len(acts) >= self._most:
            return acts[0] + self._seconds - now
        acts.append(now)
        if len(self._acts) > MOST_PEOPLE:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        """Whoever has been quiet goes; if that frees nothing, everybody does."""
        self._acts = {who: acts for who, acts in self._acts.items() if acts and acts[-1] > now - self._seconds}
        if len(self._acts) > MOST_PEOPLE:
            self._acts.clear()
