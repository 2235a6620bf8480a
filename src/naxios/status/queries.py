"""What can be asked about status: each provider and each model in one word."""

from enum import StrEnum
from typing import NamedTuple

from naxios.catalogue import queries as catalogue
from naxios.domain.health import RouteState
from naxios.status import live


class Availability(StrEnum):
    """What people may expect of a model or provider at the moment."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class ProviderStatus(NamedTuple):
    """One provider with the models that it serves."""

    name: str
    availability: Availability
    models: list[str]


def of_models() -> dict[str, Availability]:
    """Every model's availability by name: down when no route is asked, degraded when some are not."""
    states = _states()
    return {
        model.name: _judge([_state(states, route.provider.name, route.upstream_model) for route in model.routes.all()])
        for model in catalogue.listed_models()
    }


def of_providers() -> list[ProviderStatus]:
    """Every provider that has a route, by name."""
    states = _states()
    return [
        ProviderStatus(
            provider.name,
            _judge([_state(states, provider.name, route.upstream_model) for route in provider.routes.all()]),
            sorted({route.model.name for route in provider.routes.all()}),
        )
        for provider in catalogue.listed_providers()
        if provider.routes.all()
    ]


def _states() -> dict[tuple[str, str], RouteState] | None:
    routes = live.routes()
    return None if routes is None else {(route.provider, route.upstream_model): route.state for route in routes}


def _state(states: dict[tuple[str, str], RouteState] | None, provider: str, upstream_model: str) -> RouteState | None:
    """The state of a route that may never have been tried; ``None`` if nobody can know."""
    return None if states is None else states.get((provider, upstream_model), RouteState.WORKING)


def _judge(states: list[RouteState | None]) -> Availability:
    if not states:
        return Availability.DOWN
    if None in states:
        return Availability.UNKNOWN
    if all(state is RouteState.RESTING for state in states):
        return Availability.DOWN
    return Availability.UP if all(state is RouteState.WORKING for state in states) else Availability.DEGRADED
