"""Which route goes first, which is left out, and for how long."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.catalogue import Model, Provider, ProviderKind, Route, Secret
from naxios.domain.clock import MINUTE, SECOND
from naxios.gateway.route import FAILURES_BEFORE_REST, FIRST_REST, LONGEST_REST, Router

NOW = 1_800_000_000 * SECOND


def route(name: str = "a", *, priority: int = 0, weight: int = 100, max_concurrency: int | None = None) -> Route:
    provider = Provider(name, ProviderKind.OPENAI, "https://example.com", Secret(""), max_concurrency=max_concurrency)
    return Route(provider, "m", priority, weight)


def model(*routes: Route) -> Model:
    return Model("m", "M", 1_000_000, 0, routes)


def names(router: Router, asked: Model, now: int = NOW) -> list[str]:
    return [candidate.provider.name for candidate in router.candidates(asked, now)]


def fail(router: Router, failing: Route, times: int = 1, now: int = NOW) -> int:
    """Let ``failing`` be tried and fail, one request after another; how long it rests then."""
    rest = 0
    for _ in range(times):
        router.started(failing)
        rest = router.failed(failing, now)
        router.ended(failing)
    return rest


# Order


def test_the_lowest_priority_goes_first() -> None:
    asked = model(route("late", priority=5), route("first", priority=-1), route("second"))

    assert names(Router(), asked) == ["first", "second", "late"]


def test_a_priority_goes_before_any_weight() -> None:
    asked = model(route("heavy", priority=1, weight=1_000_000), route("light", weight=1))

    assert names(Router(), asked) == ["light", "heavy"]


@pytest.mark.parametrize("weights", [(1, 1), (1, 3), (100, 50, 25), (1, 1_000), (1_000_000, 1_000_000)])
def test_weights_share_the_load_within_a_priority(weights: tuple[int, ...]) -> None:
    asked = model(*(route(str(number), weight=weight) for number, weight in enumerate(weights)))
    router = Router(Random(1))

    first = Counter(names(router, asked)[0] for _ in range(5_000))

    for number, weight in enumerate(weights):
        assert first[str(number)] / 5_000 == pytest.approx(weight / sum(weights), abs=0.03)


def test_every_route_is_tried_in_its_turn() -> None:
    asked = model(*(route(str(number), weight=number + 1) for number in range(5)))

    assert sorted(names(Router(), asked)) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("others", [(), (route("other"),)])
def test_a_weight_of_zero_takes_a_route_out(others: tuple[Route, ...]) -> None:
    assert names(Router(), model(route("out", weight=0), *others)) == [other.provider.name for other in others]


def test_a_model_without_routes_has_no_candidates() -> None:
    assert names(Router(), model()) == []
    assert Router().until_one_wakes(model(), NOW) == SECOND


# Concurrency


def test_a_provider_that_is_busy_is_passed_over_until_a_request_ends() -> None:
    router, small, large = Router(), route("small", max_concurrency=2), route("large", priority=1)
    asked = model(small, large)
    router.started(small)
    assert names(router, asked) == ["small", "large"]
    router.started(small)
    assert names(router, asked) == ["large"]

    router.ended(small)

    assert names(router, asked) == ["small", "large"]
    router.started(small)
    assert names(router, asked) == ["large"]


def test_the_models_of_a_provider_share_its_concurrency() -> None:
    router, one = Router(), route("p", max_concurrency=1)
    another = Route(one.provider, "another model")

    router.started(one)

    assert names(router, model(another)) == []


def test_a_route_is_looked_at_when_its_turn_comes_and_not_before() -> None:
    router, first, second = Router(), route("first"), route("second", priority=1, max_concurrency=1)
    candidates = router.candidates(model(first, second), NOW)
    assert next(candidates) == first

    router.started(second)  # by another request, meanwhile

    assert list(candidates) == []


# Rest


def test_a_few_failures_in_a_row_put_a_route_to_rest() -> None:
    router, failing = Router(), route("failing")
    asked = model(failing, route("other", priority=1))

    assert fail(router, failing, FAILURES_BEFORE_REST - 1) == 0
    assert names(router, asked) == ["failing", "other"]
    assert fail(router, failing) == FIRST_REST

    assert names(router, asked) == ["other"]
    assert names(router, asked, NOW + FIRST_REST - 1) == ["other"]
    assert names(router, asked, NOW + FIRST_REST) == ["failing", "other"]


def test_an_answer_in_between_starts_the_count_again() -> None:
    router, shaky = Router(), route()

    for _ in range(10):
        fail(router, shaky, FAILURES_BEFORE_REST - 1)
        router.started(shaky)
        router.succeeded(shaky)
        router.ended(shaky)

    assert names(router, model(shaky)) == ["a"]


def test_the_failures_of_one_model_leave_the_others_of_its_provider_awake() -> None:
    router, failing = Router(), route()
    fail(router, failing, FAILURES_BEFORE_REST)

    assert names(router, model(Route(failing.provider, "another model"))) == ["a"]


def test_after_its_rest_one_request_at_a_time_tries_a_route() -> None:
    router, failing = Router(), route()
    fail(router, failing, FAILURES_BEFORE_REST)
    later = NOW + FIRST_REST

    router.started(failing)
    assert names(router, model(failing), later) == []
    router.ended(failing)  # without having come to anything, for example because the client left

    assert names(router, model(failing), later) == ["a"]


def test_a_route_that_answers_after_its_rest_is_as_good_as_new() -> None:
    router, failing = Router(), route()
    fail(router, failing, FAILURES_BEFORE_REST)

    router.started(failing)
    router.succeeded(failing)

    assert names(router, model(failing), NOW + FIRST_REST) == ["a"]
    assert fail(router, failing, FAILURES_BEFORE_REST - 1) == 0
    assert fail(router, failing) == FIRST_REST


def test_each_rest_is_twice_as_long_as_the_one_before_up_to_a_minute() -> None:
    router, failing, now = Router(), route(), NOW
    rests = [fail(router, failing, FAILURES_BEFORE_REST, now)]

    for _ in range(20):
        now += rests[-1]
        rests.append(fail(router, failing, 1, now))

    assert rests[:6] == [2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND, 32 * SECOND, LONGEST_REST]
    assert set(rests[6:]) == {LONGEST_REST}


def test_requests_that_fail_together_are_one_outage() -> None:
    """A provider that restarts breaks all its connections at once, and is back in a moment."""
    router, failing = Router(), route()
    for _ in range(50):
        router.started(failing)

    rests = [router.failed(failing, NOW + number) for number in range(50)]

    assert max(rests) == FIRST_REST
    assert names(router, model(failing), NOW + FIRST_REST + 50) == ["a"]


# A provider that says when to come back


def test_a_provider_is_left_alone_for_as_long_as_it_asks() -> None:
    router, limited = Router(), route()

    assert router.failed(limited, NOW, retry_after=7 * SECOND) == 7 * SECOND

    assert names(router, model(limited), NOW + 7 * SECOND - 1) == []
    assert names(router, model(limited), NOW + 7 * SECOND) == ["a"]


@pytest.mark.parametrize(("asked", "rest"), [(0, 0), (1, 1), (SECOND, SECOND), (10 * MINUTE, LONGEST_REST)])
def test_a_provider_cannot_ask_for_more_than_a_minute(asked: int, rest: int) -> None:
    assert Router().failed(route(), NOW, retry_after=asked) == rest


def test_the_longer_of_two_rests_counts() -> None:
    router, limited = Router(), route()
    router.failed(limited, NOW, retry_after=30 * SECOND)

    assert fail(router, limited, FAILURES_BEFORE_REST) == 30 * SECOND


# When the next one wakes


def test_the_soonest_route_to_wake_is_told() -> None:
    router, early, late = Router(), route("early"), route("late")
    router.failed(early, NOW, retry_after=5 * SECOND)
    router.failed(late, NOW, retry_after=9 * SECOND)

    assert router.until_one_wakes(model(early, late), NOW) == 5 * SECOND
    assert router.until_one_wakes(model(late), NOW) == 9 * SECOND


def test_a_route_that_is_taken_out_is_not_waited_for() -> None:
    router, resting = Router(), route("resting")
    router.failed(resting, NOW, retry_after=5 * SECOND)

    assert router.until_one_wakes(model(resting, route("out", weight=0)), NOW) == 5 * SECOND


def test_nobody_is_told_to_come_back_within_a_second() -> None:
    router, busy = Router(), route(max_concurrency=1)
    router.started(busy)

    assert router.until_one_wakes(model(busy), NOW) == SECOND


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["fails", "answers", "leaves"]), st.integers(0, 90 * SECOND)),
        max_size=30,
    )
)
def test_no_route_rests_for_ever(happenings: list[tuple[str, str, int]]) -> None:
    router, now, routes = Router(), NOW, {"a": route("a"), "b": route("b")}
    for name, happening, pause in happenings:
        now += pause
        router.started(routes[name])
        if happening == "fails":
            router.failed(routes[name], now)
        elif happening == "answers":
            router.succeeded(routes[name])
        router.ended(routes[name])

    assert sorted(names(router, model(*routes.values()), now + LONGEST_REST)) == ["a", "b"]
    assert router.until_one_wakes(model(*routes.values()), now) <= LONGEST_REST
