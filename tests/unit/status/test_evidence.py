"""What is proven about providers and models, and what is only assumed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from naxios.catalogue.models import Model, Provider, Route
from naxios.domain.health import RouteHealth, RouteState
from naxios.status import evidence, live
from naxios.status.evidence import Kind, Observed, Proof, Subject

WORKING, FAILING, RESTING = RouteState.WORKING, RouteState.FAILING, RouteState.RESTING
ONE, TWO, PAIR = Subject(Kind.PROVIDER, "one"), Subject(Kind.PROVIDER, "two"), Subject(Kind.MODEL, "pair")


@pytest.fixture(autouse=True)
def two_routes(database: Path) -> Iterator[None]:
    """A model with a route over each of two providers."""
    model = Model.objects.create(name="pair")
    for name in ("one", "two"):
        provider = Provider.objects.create(name=name, kind="openai", base_url="https://example.com")
        Route.objects.create(model=model, provider=provider, upstream_model="m")
    yield
    live.register(None)


def tell(**states: RouteState) -> dict[Subject, Observed]:
    """What is observed while the routes of these providers are in these states."""
    live.register(lambda: [RouteHealth(provider, "m", state) for provider, state in states.items()])
    observed = evidence.observed()
    assert observed is not None
    return observed


@pytest.mark.parametrize(
    ("states", "one", "pair"),
    [
        ({}, Proof.NOTHING, Proof.NOTHING),  # nobody has tried
        ({"one": WORKING}, Proof.WORKS, Proof.WORKS),
        ({"one": FAILING}, Proof.NOTHING, Proof.NOTHING),
        ({"one": RESTING}, Proof.FAILS, Proof.NOTHING),
        ({"one": RESTING, "two": WORKING}, Proof.FAILS, Proof.WORKS),
        ({"one": RESTING, "two": RESTING}, Proof.FAILS, Proof.NOTHING),  # told with the providers
    ],
)
def test_only_what_was_seen_is_proven(states: dict[str, RouteState], one: Proof, pair: Proof) -> None:
    observed = tell(**states)

    assert (observed[ONE].proof, observed[PAIR].proof) == (one, pair)


def test_a_broken_provider_names_its_models() -> None:
    assert tell(one=RESTING)[ONE] == Observed(Proof.FAILS, ("pair",))


def test_a_model_breaks_by_itself_while_its_provider_serves_others() -> None:
    other = Model.objects.create(name="other")
    Route.objects.create(model=other, provider=Provider.objects.get(name="one"), upstream_model="n")
    Route.objects.filter(provider__name="two").delete()

    observed = tell(one=RESTING)

    assert observed[ONE].proof is Proof.NOTHING
    assert observed[PAIR].proof is Proof.FAILS


@pytest.mark.parametrize("source", [None, lambda: None])
def test_without_a_gateway_that_tells_nothing_is_observed(source: live.HealthSource | None) -> None:
    live.register(source)

    assert evidence.observed() is None
