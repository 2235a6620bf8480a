"""Availability in one word, from the state of routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from naxios.catalogue.models import Model, Provider, Route
from naxios.domain.health import RouteHealth, RouteState
from naxios.status import live, queries
from naxios.status.queries import Availability

UP, FAILING, RESTING = RouteState.WORKING, RouteState.FAILING, RouteState.RESTING


@pytest.fixture(autouse=True)
def _nobody_registered() -> Iterator[None]:
    live.register(None)
    yield
    live.register(None)


@pytest.fixture
def two_routes(database: Path) -> str:
    """A model with a route over each of two providers."""
    model = Model.objects.create(name="pair")
    for name in ("one", "two"):
        provider = Provider.objects.create(name=name, kind="openai", base_url="https://example.com")
        Route.objects.create(model=model, provider=provider, upstream_model="m")
    return model.name


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({}, Availability.UP),  # not tried yet
        ({"one": UP, "two": UP}, Availability.UP),
        ({"one": FAILING}, Availability.DEGRADED),
        ({"one": RESTING}, Availability.DEGRADED),
        ({"one": RESTING, "two": FAILING}, Availability.DEGRADED),
        ({"one": RESTING, "two": RESTING}, Availability.DOWN),
    ],
)
def test_a_model_is_as_available_as_its_routes(
    two_routes: str, states: dict[str, RouteState], expected: Availability
) -> None:
    live.register(lambda: [RouteHealth(provider, "m", state) for provider, state in states.items()])

    assert queries.of_models()[two_routes] is expected


def test_without_a_gateway_here_nothing_is_known(two_routes: str) -> None:
    assert queries.of_models()[two_routes] is Availability.UNKNOWN


def test_a_model_without_routes_is_down(database: Path) -> None:
    Model.objects.create(name="lonely")
    live.register(list)

    assert queries.of_models()["lonely"] is Availability.DOWN


def test_providers_are_listed_with_their_models(two_routes: str) -> None:
    live.register(lambda: [RouteHealth("one", "m", RESTING)])

    told = {provider.name: (provider.availability, provider.models) for provider in queries.of_providers()}

    assert told["one"] == (Availability.DOWN, ["pair"])
    assert told["two"] == (Availability.UP, ["pair"])
