"""Usage as providers report it is foreign input: what cannot be true is corrected, and the record says so."""

import json
from typing import Any

import pytest

from naxios.domain.tokens import estimate_tokens
from tests.integration.gateway.raw import Answer, connected, post
from tests.serving import Server
from tests.stand_ins import completions
from tests.stand_ins.provider import Behaviour, StandInProvider

WORDS = ["Hello", " there"]
OUTPUT = estimate_tokens(len("".join(WORDS)))
INPUT = ...  # stands for the estimate of the request's size

CASES: list[tuple[str, Any, Any, Any, str]] = [
    ("honest", {"prompt_tokens": 9, "completion_tokens": 2}, 9, 2, "reported"),
    ("more than was seen, as reasoning is", {"prompt_tokens": 9, "completion_tokens": 5000}, 9, 5000, "reported"),
    ("negative input", {"prompt_tokens": -9, "completion_tokens": 2}, INPUT, 2, "clamped"),
    ("negative output", {"prompt_tokens": 9, "completion_tokens": -2}, 9, OUTPUT, "clamped"),
    ("no input", {"prompt_tokens": 0, "completion_tokens": 2}, INPUT, 2, "clamped"),
    ("no output although there is text", {"prompt_tokens": 9, "completion_tokens": 0}, 9, OUTPUT, "clamped"),
    ("more than the context", {"prompt_tokens": 100_001, "completion_tokens": 2}, INPUT, 2, "clamped"),
    ("more output than the context", {"prompt_tokens": 9, "completion_tokens": 100_001}, 9, OUTPUT, "clamped"),
    ("astronomical", {"prompt_tokens": 10**40, "completion_tokens": 2**63}, INPUT, OUTPUT, "clamped"),
    ("only input", {"prompt_tokens": 9}, 9, OUTPUT, "clamped"),
    ("only output", {"completion_tokens": 2}, INPUT, 2, "clamped"),
    ("empty", {}, INPUT, OUTPUT, "estimated"),
    ("missing", None, INPUT, OUTPUT, "estimated"),
    ("strings", {"prompt_tokens": "9", "completion_tokens": "2"}, INPUT, OUTPUT, "estimated"),
    ("fractions", {"prompt_tokens": 9.5, "completion_tokens": 2}, INPUT, OUTPUT, "estimated"),
    ("truths", {"prompt_tokens": True, "completion_tokens": 2}, INPUT, OUTPUT, "estimated"),
    ("a list", [9, 2], INPUT, OUTPUT, "estimated"),
    ("text", "9 and 2", INPUT, OUTPUT, "estimated"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("usage", "input", "output", "source"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_the_record_says_how_the_tokens_were_counted(
    server: Server,
    key: str,
    provider: StandInProvider,
    solo: str,
    stream: bool,
    usage: Any,
    input: Any,
    output: int,
    source: str,
) -> None:
    provider.models[solo] = Behaviour(words=WORDS, usage=usage)
    body = request(solo, stream)

    answer = ask(server, key, body)

    expected = estimate_tokens(len(body)) if input is ... else input
    record = server.record(answer.headers["x-request-id"])
    assert (record["input_tokens"], record["output_tokens"], record["usage_source"]) == (expected, output, source)
    assert record["standard_tokens"] == expected + output


def test_the_client_sees_the_providers_numbers_whatever_they_are(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(usage={"prompt_tokens": -9, "completion_tokens": 10**40})

    assert ask(server, key, request(solo, stream=False)).json["usage"]["completion_tokens"] == 10**40


def test_usage_after_done_comes_too_late_and_is_estimated(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    wanted = {"model": solo, "messages": [], "stream_options": {"include_usage": True}}
    *events, usage, done = completions.events(wanted, WORDS, {"prompt_tokens": 9, "completion_tokens": 7})
    provider.models[solo] = Behaviour(chunks=[*events, done + usage])

    answer = ask(server, key, request(solo, stream=True))

    assert answer.body == b"".join([*events, done])
    assert server.record(answer.headers["x-request-id"])["usage_source"] == "estimated"


def test_usage_that_is_sent_again_and_again_counts_as_it_stands_last(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    wanted = {"model": solo, "messages": [], "stream_options": {"include_usage": True}}
    *events, done = completions.events(wanted, WORDS, None)
    running = [
        completions.event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": n}}) for n in (1, 2)
    ]
    provider.models[solo] = Behaviour(chunks=[*events, *running, done])

    answer = ask(server, key, request(solo, stream=True))

    record = server.record(answer.headers["x-request-id"])
    assert (record["output_tokens"], record["usage_source"]) == (2, "reported")


def test_parts_of_the_counts_are_never_larger_than_the_whole(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    details = {
        "prompt_tokens_details": {"cached_tokens": 5000},
        "completion_tokens_details": {"reasoning_tokens": -1},
    }
    provider.models[solo] = Behaviour(words=WORDS, usage={"prompt_tokens": 9, "completion_tokens": 2, **details})

    answer = ask(server, key, request(solo, stream=False))

    record = server.record(answer.headers["x-request-id"])
    assert (record["cached_tokens"], record["reasoning_tokens"]) == (9, 0)


def test_the_counters_agree_afterwards(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0


def request(model: str, stream: bool) -> bytes:
    return json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hello"}]}).encode()


def ask(server: Server, key: str, body: bytes) -> Answer:
    with connected(server) as connection:
        connection.send(post(key, body))
        return connection.answer()
