"""How routes fare right now, asked of the gateway: the one in this process, or one that answers from outside."""

from collections.abc import Callable

from naxios.domain.health import RouteHealth

HealthSource = Callable[[], list[RouteHealth] | None]

_source: HealthSource | None = None


def register(source: HealthSource | None) -> None:
    """Ask ``source`` from now on, or nobody (``None``); called by the server that runs both planes.

    A source that cannot tell at the moment says ``None``.
    """
    global _source
    _source = source


def routes() -> list[RouteHealth] | None:
    """Every route that has been tried; ``None`` if there is no gateway that could tell."""
    return _source() if _source else None
