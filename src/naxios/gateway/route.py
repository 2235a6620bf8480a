"""Model to routes, in the order to try them: by priority, then by weight, without those that are resting.

A route rests after failures in a row (a circuit breaker): first briefly, then longer each time, and when its rest
is over one request at a time tries it, until one succeeds.
"""

import random
from collections.abc import Iterator, Sequence

import msgspec

from naxios.domain import clock
from naxios.domain.catalogue import Model, Route
from naxios.domain.health import RouteHealth, RouteState

FAILURES_BEFORE_REST = 3
FIRST_REST = 2 * clock.SECOND
LONGEST_REST = clock.MINUTE


class Health(msgspec.Struct):
    """What is known of one route's recent past. ``probing`` is set while one request tries a rested route."""

    failures: int = 0
    rests: int = 0
    rests_until: int = 0
    probing: bool = False


class Router:
    """Chooses routes and remembers how they fared. One for each process."""

    def __init__(self, randomness: random.Random | None = None) -> None:
        self._random = randomness or random.Random()  # noqa: S311 - shares load, guards nothing
        self._health: dict[tuple[str, str], Health] = {}
        self._running: dict[str, int] = {}

    def candidates(self, model: Model, now: int) -> Iterator[Route]:
        """Routes of ``model`` to try now, best first. Each is looked at when its turn comes, not before."""
        for route in self._in_order(model):
            if self._is_free(route) and self._is_awake(self._health_of(route), now):
                yield route

    def until_one_wakes(self, model: Model, now: int) -> int:
        """Microseconds until a route of ``model`` may be tried again, at least one second."""
        waits = [self._health_of(route).rests_until - now for route in model.routes if route.weight > 0]
        return max(clock.SECOND, min(waits, default=clock.SECOND))

    def health(self, now: int) -> list[RouteHealth]:
        """How every route that has been tried fares."""
        found = []
        for (provider, upstream_model), health in list(self._health.items()):  # asked from other threads
            resting = health.rests_until > now
            state = RouteState.RESTING if resting else RouteState.FAILING if health.failures else RouteState.WORKING
            found.append(RouteHealth(provider, upstream_model, state, health.rests_until if resting else 0))
        return found

    def started(self, route: Route) -> None:
        """``route`` is being tried."""
        health = self._health_of(route)
        if health.rests_until:
            health.probing = True
        self._running[route.provider.name] = self._running.get(route.provider.name, 0) + 1

    def ended(self, route: Route) -> None:
        """The exchange over ``route`` is over, whatever came of it."""
        self._health_of(route).probing = False
        self._running[route.provider.name] -= 1

    def succeeded(self, route: Route) -> None:
        """``route`` answered."""
        health = self._health_of(route)
        health.failures, health.rests, health.rests_until, health.probing = 0, 0, 0, False

    def failed(self, route: Route, now: int, *, retry_after: int | None = None) -> int:
        """``route`` did not answer usefully; a provider that says when to come back is left alone until then.

        Returns
        -------
        int
            Microseconds that the route rests, 0 if it does not yet.
        """
        health = self._health_of(route)
        health.failures += 1
        health.probing = False
        rest = 0
        # Requests that were under way together fail together: while the route rests, they tell nothing new.
        if health.failures >= FAILURES_BEFORE_REST and now >= health.rests_until:
            rest = FIRST_REST << min(health.rests, 10)
            health.rests += 1
        if retry_after is not None:
            rest = max(rest, retry_after)
        if rest:
            health.rests_until = max(health.rests_until, now + min(rest, LONGEST_REST))
        return max(0, health.rests_until - now)

    def _in_order(self, model: Model) -> Sequence[Route]:
        if len(model.routes) == 1 and model.routes[0].weight > 0:
            return model.routes
        # Weighted shuffling within a priority: u^(1/w) (Efraimidis and Spirakis, 2006). Weight 0 takes a route out.
        drawn = [
            (route.priority, -(self._random.random() ** (1 / route.weight)), index, route)
            for index, route in enumerate(model.routes)
            if route.weight > 0
        ]
        return [route for *_, route in sorted(drawn, key=lambda row: row[:3])]

    def _is_free(self, route: Route) -> bool:
        most = route.provider.max_concurrency
        return most is None or self._running.get(route.provider.name, 0) < most

    def _is_awake(self, health: Health, now: int) -> bool:
        if not health.rests_until:
            return True
        return health.rests_until <= now and not health.probing

    def _health_of(self, route: Route) -> Health:
        name = (route.provider.name, route.upstream_model)
        health = self._health.get(name)
        if health is None:
            health = self._health[name] = Health()
        return health
