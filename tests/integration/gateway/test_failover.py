"""Routes that fail before the first byte: the next one is asked, and the failing one is left alone for a while."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest

from tests.integration.gateway.conftest import Pair
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

FAILURES_BEFORE_REST = 3
FIRST_REST_SECONDS = 2

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(server: Server, key: str) -> Ask:
    """Asks a model for a completion."""

    def ask(model: str, **fields: Any) -> httpx.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], **fields}
        return httpx.post(f"{server.api}/chat/completions", headers={"x-api-key": key}, json=body, timeout=60)

    return ask


def asked(provider: StandInProvider, model: str) -> int:
    """How often the stand-in was asked for its ``model``."""
    return sum(request.json["model"] == model for request in provider.asked)


COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}'


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "failing",
    [
        Behaviour(hang_up=True),
        Behaviour(delay=30),
        Behaviour(status=500),
        Behaviour(status=503),
        Behaviour(status=529),
        Behaviour(status=429),
        Behaviour(status=401),
        Behaviour(status=404),
        Behaviour(status=302, headers={"location": "http://127.0.0.1/elsewhere"}, body=b""),
        Behaviour(body=b"<html>Sign in</html>", content_type="text/html"),
        Behaviour(body=b'{"error":{"message":"an error under status 200"}}'),
        Behaviour(body=COMPLETION, cut_after=0),
    ],
    ids=[
        "hangs up",
        "times out",
        "500",
        "503",
        "529",
        "429",
        "401",
        "404",
        "redirects",
        "answers with a page",
        "hides an error",
        "breaks off",
    ],
)
def test_the_next_route_answers_when_the_first(
    server: Server, ask: Ask, provider: StandInProvider, pair: Pair, failing: Behaviour, stream: bool
) -> None:
    provider.models[pair.first] = failing

    answer = ask(pair.model, stream=stream)

    assert answer.status_code == 200
    assert "Hello" in answer.text
    assert [request.json["model"] for request in provider.asked] == [pair.first, pair.second]
    record = server.record(answer.headers["x-request-id"])
    assert (record["status"], record["attempts"], record["provider"]) == (200, 2, "stand-in")


@pytest.mark.parametrize(
    "silent",
    [
        Behaviour(chunks=[]),
        Behaviour(chunks=[b"never sent"], cut_after=0),
        Behaviour(stall_after=0),
        Behaviour(body=COMPLETION),
    ],
    ids=["ends at once", "is cut at once", "stalls at once", "is no stream"],
)
def test_the_next_route_answers_when_the_firsts_stream(
    ask: Ask, provider: StandInProvider, pair: Pair, silent: Behaviour
) -> None:
    provider.models[pair.first] = silent

    answer = ask(pair.model, stream=True)

    assert answer.status_code == 200
    assert "Hello" in answer.text
    assert asked(provider, pair.second) == 1


def test_the_next_route_answers_when_nothing_listens_at_the_first(ask: Ask, provider: StandInProvider) -> None:
    answer = ask("half-there")

    assert answer.status_code == 200
    assert asked(provider, "there") == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_at_fault_is_not_tried_elsewhere(
    ask: Ask, provider: StandInProvider, pair: Pair, status: int
) -> None:
    provider.models[pair.first] = Behaviour(status=status)

    answer = ask(pair.model)

    assert answer.status_code == status
    assert asked(provider, pair.second) == 0


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        (Behaviour(status=500), 502, "provider_error"),
        (Behaviour(status=401), 502, "provider_error"),
        (Behaviour(status=429), 503, "provider_unavailable"),
        (Behaviour(hang_up=True), 503, "provider_unavailable"),
        (Behaviour(delay=30), 504, "provider_timeout"),
    ],
    ids=["500", "401", "429", "hangs up", "times out"],
)
def test_when_the_last_route_fails_too_the_answer_says_how(
    server: Server, ask: Ask, provider: StandInProvider, pair: Pair, behaviour: Behaviour, status: int, code: str
) -> None:
    provider.models[pair.first] = provider.models[pair.second] = behaviour

    answer = ask(pair.model)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    record = server.record(answer.headers["x-request-id"])
    assert (record["status"], record["error"], record["attempts"]) == (status, code, 2)
    assert (record["standard_tokens"], record["usage_source"]) == (0, "none")


def test_what_the_provider_said_about_itself_is_not_shown(ask: Ask, provider: StandInProvider, solo: str) -> None:
    provider.models[solo] = Behaviour(status=401, body=b'{"error":{"message":"Incorrect API key sk-of-the-operator"}}')

    assert "sk-of-the-operator" not in ask(solo).text


def test_a_model_whose_providers_are_all_dead_is_refused_at_once_with_a_time_to_come_back(
    ask: Ask, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(hang_up=True)
    for _ in range(FAILURES_BEFORE_REST):
        ask(solo)

    answer = ask(solo)

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "provider_unavailable")
    assert 1 <= int(answer.headers["retry-after"]) <= FIRST_REST_SECONDS
    assert asked(provider, solo) == FAILURES_BEFORE_REST


def test_so_is_one_whose_provider_nothing_listens_for(ask: Ask) -> None:
    answer = ask("nowhere")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "provider_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_route_that_failed_three_times_is_left_alone(ask: Ask, provider: StandInProvider, pair: Pair) -> None:
    provider.models[pair.first] = Behaviour(status=500)
    for _ in range(FAILURES_BEFORE_REST):
        ask(pair.model)

    answer = ask(pair.model)

    assert answer.status_code == 200
    assert asked(provider, pair.first) == FAILURES_BEFORE_REST


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


def test_routes_that_fail_leave_nothing_to_pay(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0
