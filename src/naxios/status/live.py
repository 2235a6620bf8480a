"""How routes fare right now, asked of the gateway in this process, if there is one."""

from collections.abc import Callable

from naxios.domain.health import RouteHealth

HealthSource = Callable[[], list[RouteHealth]]

_source: HealthSource | None = None


def register(source: HealthSource | None) -> None:
    """Ask ``source`` from now on, or nobody (``None``); called by the server that runs both planes."""
    global _source
    _source = source


def routes() -> list[RouteHealth] | None:
    """Every route that has been tried; ``None`` if no gateway runs in this process."""
    return _source() if _source else None
