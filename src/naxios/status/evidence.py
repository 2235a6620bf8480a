"""What is proven about providers and models: that they work, or that they do not. What is only assumed is neither.

The status page takes what nobody has tried for working. Who tells people that something broke, or works again, needs
to have seen it.
"""

from enum import StrEnum
from typing import NamedTuple

from naxios.catalogue import queries as catalogue
from naxios.domain.health import RouteState
from naxios.status import live


class Kind(StrEnum):
    """What can break."""

    PROVIDER = "provider"
    MODEL = "model"


class Proof(StrEnum):
    """What the latest requests have shown."""

    WORKS = "works"  # a route's latest answer was useful
    FAILS = "fails"  # no route is asked any more, because all failed
    NOTHING = "nothing"


class Subject(NamedTuple):
    """A provider or a model."""

    kind: Kind
    name: str


class Observed(NamedTuple):
    """What is known of a subject, and which models a broken provider takes with it."""

    proof: Proof
    models: tuple[str, ...] = ()


def observed() -> dict[Subject, Observed] | None:
    """Every provider with routes and every model, as the gateway sees them; ``None`` if no gateway tells.

    A model whose providers have all broken is told of with them, and not by itself.
    """
    routes = live.routes()
    if routes is None:
        return None
    states = {(route.provider, route.upstream_model): route.state for route in routes}
    found: dict[Subject, Observed] = {}
    for provider in catalogue.listed_providers():
        theirs = list(provider.routes.all())
        if theirs:
            proof = _proof([states.get((provider.name, route.upstream_model)) for route in theirs])
            models = tuple(sorted({route.model.name for route in theirs}))
            found[Subject(Kind.PROVIDER, provider.name)] = Observed(proof, models)
    broken = {subject.name for subject, one in found.items() if one.proof is Proof.FAILS}
    for model in catalogue.listed_models():
        ways = [(route.provider.name, route.upstream_model) for route in model.routes.all()]
        proof = _proof([states.get(way) for way in ways])
        if proof is Proof.FAILS and {provider for provider, _ in ways} <= broken:
            proof = Proof.NOTHING
        found[Subject(Kind.MODEL, model.name)] = Observed(proof)
    return found


def _proof(states: list[RouteState | None]) -> Proof:
    if RouteState.WORKING in states:
        return Proof.WORKS
    if states and all(state is RouteState.RESTING for state in states):
        return Proof.FAILS
    return Proof.NOTHING
