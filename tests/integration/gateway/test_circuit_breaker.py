"""A route that fails again and again is left alone, tried again later by one request at a time, and then used again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2 as httpx

from tests.integration.gateway.asking import Ask, asked
from tests.integration.gateway.conftest import Pair
from tests.stand_ins.provider import Behaviour, StandInProvider

FAILURES_BEFORE_REST = 3
FIRST_REST_SECONDS = 2
LONGEST_REST_SECONDS = 60


def fail_until_left_alone(ask: Ask, provider: StandInProvider, model: str, route: str) -> tuple[int, httpx.Response]:
    """How many requests reached the failing ``route``, and the answer to the first that did not.

    On a machine so slow that the rest is over at the next request, more than three do: each rest is twice as long.
    """
    for _ in range(10):
        before = asked(provider, route)
        answer = ask(model)
        if asked(provider, route) == before:
            return before, answer
    raise AssertionError("the route is asked again and again")


def test_a_model_whose_providers_are_all_dead_is_refused_at_once_with_a_time_to_come_back(
    ask: Ask, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(hang_up=True)

    failures, answer = fail_until_left_alone(ask, provider, solo, solo)

    assert failures >= FAILURES_BEFORE_REST
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "provider_unavailable")
    assert 1 <= int(answer.headers["retry-after"]) <= LONGEST_REST_SECONDS


def test_so_is_one_whose_provider_nothing_listens_for(ask: Ask) -> None:
    answer = ask("nowhere")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "provider_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_route_that_failed_three_times_is_left_alone(ask: Ask, provider: StandInProvider, pair: Pair) -> None:
    provider.models[pair.first] = Behaviour(status=500)

    failures, answer = fail_until_left_alone(ask, provider, pair.model, pair.first)

    assert failures >= FAILURES_BEFORE_REST
    assert answer.status_code == 200


def test_a_provider_that_says_when_to_come_back_is_left_alone_at_once(
    ask: Ask, provider: StandInProvider, pair: Pair
) -> None:
    provider.models[pair.first] = Behaviour(status=429, headers={"retry-after": "30"})
    ask(pair.model)

    answer = ask(pair.model)

    assert answer.status_code == 200
    assert asked(provider, pair.first) == 1


def test_a_rested_route_is_tried_again_and_used_once_it_works(ask: Ask, provider: StandInProvider, pair: Pair) -> None:
    provider.models[pair.first] = Behaviour(status=500)
    for _ in range(FAILURES_BEFORE_REST):
        ask(pair.model)
    provider.forget()

    end = time.monotonic() + 30
    while asked(provider, pair.first) == 0 and time.monotonic() < end:
        assert ask(pair.model).status_code == 200
        time.sleep(0.1)

    assert ask(pair.model).status_code == 200
    assert asked(provider, pair.first) == 2


def test_a_rested_route_is_tried_by_one_request_at_a_time(ask: Ask, provider: StandInProvider, pair: Pair) -> None:
    provider.models[pair.first] = Behaviour(status=500)
    for _ in range(FAILURES_BEFORE_REST):
        ask(pair.model)
    provider.forget()
    released = threading.Event()
    provider.models[pair.first] = Behaviour(hold=released)
    time.sleep(FIRST_REST_SECONDS)

    with ThreadPoolExecutor(8) as clients:
        answers = [clients.submit(ask, pair.model) for _ in range(8)]
        provider.wait_for_asked(8)
        released.set()

    assert [answer.result().status_code for answer in answers] == [200] * 8
    assert asked(provider, pair.first) == 1
    assert asked(provider, pair.second) == 7


def test_a_provider_takes_no_more_requests_at_a_time_than_it_is_said_to(ask: Ask, provider: StandInProvider) -> None:
    released = threading.Event()
    provider.models["narrow"] = provider.models["wide"] = Behaviour(hold=released)

    with ThreadPoolExecutor(4) as clients:
        answers = [clients.submit(ask, "narrow") for _ in range(4)]
        provider.wait_for_asked(4)
        released.set()

    assert [answer.result().status_code for answer in answers] == [200] * 4
    assert asked(provider, "narrow") == 1
    assert asked(provider, "wide") == 3
