"""How routes fare, as the gateway sees it and the status page shows it."""

from enum import StrEnum

import msgspec


class RouteState(StrEnum):
    """Whether requests are sent over a route at the moment."""

    WORKING = "working"  # its latest answer was useful, or it has not been asked yet
    FAILING = "failing"  # its latest answers were not, it is still asked
    RESTING = "resting"  # failed too often: left alone until it is tried again


class RouteHealth(msgspec.Struct, frozen=True):
    """One route's state. ``rests_until`` is in microseconds since the epoch, 0 unless it rests."""

    provider: str
    upstream_model: str
    state: RouteState
    rests_until: int = 0
