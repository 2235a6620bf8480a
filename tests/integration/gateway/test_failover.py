"""Routes that fail before the first byte: the next one is asked, and the failing one is left alone for a while."""

import pytest

from tests.integration.gateway.asking import Ask, asked
from tests.integration.gateway.conftest import Pair
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

TIMEOUT_SECONDS = 2

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
    in_turn = list(dict.fromkeys(request.json["model"] for request in provider.asked))
    assert in_turn == [pair.first, pair.second]  # who hangs up on a kept connection is asked once more over a new one
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


def test_routes_that_fail_leave_nothing_to_pay(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0
