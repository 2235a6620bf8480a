"""Providers that fail after the first byte: what came is delivered and charged, and the client is told, never left."""

import json
from typing import Any

import pytest

from naxios.domain.tokens import estimate_tokens
from tests.integration.gateway.conftest import Pair
from tests.integration.gateway.raw import Answer, chat, connected
from tests.serving import Server
from tests.stand_ins import completions
from tests.stand_ins.provider import Behaviour, StandInProvider

TIMEOUT_SECONDS = 2

HEAD: dict[str, Any] = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
TEXT = completions.event({**HEAD, "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]})
END = completions.event({**HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
ERROR = completions.event({"error": {"message": "overloaded", "type": "server_error", "param": None, "code": "busy"}})
DONE = completions.DONE
TORN = b'data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"half'


def stream(server: Server, key: str, model: str) -> Answer:
    """The whole answer to a streaming request; reading it fails unless it is properly ended."""
    with connected(server) as connection:
        connection.send(chat(key, model, stream=True))
        return connection.answer()


def events(answer: Answer) -> list[Any]:
    """The payloads of a stream; each has to be JSON or ``[DONE]``."""
    assert answer.status == 200
    assert answer.body.endswith(b"\n\n")
    payloads = [event.removeprefix("data: ") for event in answer.body.decode().strip().split("\n\n")]
    return [payload if payload == "[DONE]" else json.loads(payload) for payload in payloads]


@pytest.mark.parametrize(
    ("behaviour", "code", "status"),
    [
        (Behaviour(chunks=[TEXT, TEXT, END], cut_after=2), "provider_disconnected", 502),
        (Behaviour(chunks=[TEXT, TEXT]), "provider_disconnected", 502),
        (Behaviour(chunks=[TEXT, TEXT.strip()]), "provider_disconnected", 502),
        (Behaviour(chunks=[TEXT, TEXT, TORN]), "provider_disconnected", 502),
        (Behaviour(chunks=[TEXT, TEXT, TORN], cut_after=3), "provider_disconnected", 502),
        (Behaviour(chunks=[TEXT, TEXT, END], stall_after=2), "provider_timeout", 504),
        (Behaviour(chunks=[TEXT, TEXT + TORN, END], stall_after=2), "provider_timeout", 504),
    ],
    ids=[
        "is cut",
        "ends early",
        "ends before a blank line",
        "ends within an event",
        "is cut within an event",
        "stalls",
        "stalls within an event",
    ],
)
def test_a_stream_ends_with_an_error_event_when_the_provider(
    server: Server, key: str, provider: StandInProvider, solo: str, behaviour: Behaviour, code: str, status: int
) -> None:
    provider.models[solo] = behaviour

    answer = stream(server, key, solo)

    *delivered, last = events(answer)
    assert [event["choices"][0]["delta"]["content"] for event in delivered] == ["Hi", "Hi"]
    assert last["error"]["code"] == code
    assert set(last["error"]) == {"message", "type", "param", "code"}
    assert last["choices"][0]["finish_reason"] == "error"
    record = server.record(answer.headers["x-request-id"])
    assert (record["status"], record["error"]) == (status, code)
    assert (record["output_tokens"], record["usage_source"]) == (estimate_tokens(len("HiHi")), "estimated")


def test_the_connection_can_be_used_again_after_a_stream_that_broke(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(chunks=[TEXT], cut_after=1)

    with connected(server) as connection:
        connection.send(chat(key, solo, stream=True))
        first = connection.answer()
        connection.send(chat(key))
        second = connection.answer()

    assert b"provider_disconnected" in first.body
    assert second.status == 200


def test_after_the_first_byte_no_other_route_is_tried(
    server: Server, key: str, provider: StandInProvider, pair: Pair
) -> None:
    provider.models[pair.first] = Behaviour(chunks=[TEXT], cut_after=1)

    stream(server, key, pair.model)

    assert [request.json["model"] for request in provider.asked] == [pair.first]


@pytest.mark.parametrize("ending", [[], [DONE], [TEXT]], ids=["ends", "says done", "goes on"])
def test_an_error_that_the_provider_reports_is_the_last_word_about_it(
    server: Server, key: str, provider: StandInProvider, solo: str, ending: list[bytes]
) -> None:
    provider.models[solo] = Behaviour(chunks=[TEXT, ERROR, *ending])

    answer = stream(server, key, solo)

    assert answer.body == TEXT + ERROR + b"".join(ending)
    record = server.record(answer.headers["x-request-id"])
    assert (record["status"], record["error"]) == (502, "provider_error")


def test_a_torn_event_after_the_answers_end_is_left_out(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(chunks=[TEXT, END, TORN])

    answer = stream(server, key, solo)

    assert answer.body == TEXT + END + DONE
    assert server.record(answer.headers["x-request-id"])["status"] == 200


def test_events_that_are_not_json_are_passed_on_and_counted_by_their_size(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    junk = [b"data: {not json\n\n", b"data: \xff\xfe\n\n", b"data: [" + b"[" * 5000 + b"\n\n", b"no field at all\n\n"]
    provider.models[solo] = Behaviour(chunks=[*junk, END, DONE])

    answer = stream(server, key, solo)

    assert answer.body == b"".join(junk) + END + DONE
    assert server.record(answer.headers["x-request-id"])["output_tokens"] > 1000


def test_the_counters_agree_afterwards(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0
