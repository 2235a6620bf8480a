"""How routes fare right now, asked of the gateway in this process, if there is one."""

from collections.abc import Callable

from naxios.domain.health import RouteHealth

HealthSource = Callable[[], list[RouteHealth]]

_sources: list[HealthSource] = []


def register(source: HealthSource) -> None:
    """Let ``source`` be asked; called by the server that runs both planes."""
    _sources[:] = [source]


def routes() -> list[RouteHealth] | None:
    """Every route that has been tried; ``None`` if no gateway runs in this process."""
    return _sources[0]() if _sources else None
