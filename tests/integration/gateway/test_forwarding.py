"""What passes through: the client's bytes to the provider, the provider's bytes to the client, and nothing else."""

import json
from typing import Any

import httpx2 as httpx
import pytest

from tests.integration.gateway.asking import http
from tests.serving import Server
from tests.stand_ins import completions
from tests.stand_ins.provider import Behaviour, StandInProvider

MESSAGES = b'[{"role":"user","content":"Hello"}]'
HEAD: dict[str, Any] = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
TEXT = completions.event({**HEAD, "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]})
END = completions.event({**HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
USAGE = completions.event({**HEAD, "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
DONE = completions.DONE


def ask(server: Server, key: str, body: bytes, **headers: str) -> httpx.Response:
    return http.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}", "content-type": "application/json", **headers},
        content=body,
    )


# The request


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"good","messages":%b}' % MESSAGES,
        b'{"messages":%b,"model":"good"}' % MESSAGES,
        b'{"zz":1,"model":"good","a":2,"messages":%b,"m":3}' % MESSAGES,
        b'{"temperature":0.10,"top_p":1E+0,"seed":12345678901234567890123,"model":"good","messages":%b}' % MESSAGES,
        b'{"model":"good","messages":[{"role":"user","content":"\\u00e9 \\ud83d\\ude00 \\/ \\u0041"}]}',
        '{"model":"good","messages":[{"role":"user","content":"é 😀 \u2028"}]}'.encode(),
        b'{"model":"good","messages":[ { "role" : "user" ,\n\t"content" : "spaced" } ] }'.replace(b"] }", b"]}"),
        b'{"model":"good","messages":%b,"of_mine":{"deep":[1,{"null":null,"e":{}}],"same":1,"same":2}}' % MESSAGES,
        b'{"model":"good","messages":%b,"stream":false,"n":null,"tools":[]}' % MESSAGES,
        b'{"model":"good","messages":%b,"":"no name","\xc3\xbc":true}' % MESSAGES,
    ],
    ids=["plain", "order", "unknown", "numbers", "escapes", "unicode", "spaces", "nested", "nulls", "names"],
)
def test_a_request_reaches_the_provider_as_the_bytes_that_the_client_sent(
    server: Server, key: str, provider: StandInProvider, body: bytes
) -> None:
    answer = ask(server, key, body)

    assert answer.status_code == 200
    assert provider.asked[-1].body == body


def test_only_the_models_name_becomes_the_providers(server: Server, key: str, provider: StandInProvider) -> None:
    ask(server, key, b'{"stop":[ "a" ],"model":"pair","messages":%b,"user":"model: pair"}' % MESSAGES)

    assert provider.asked[-1].body == b'{"stop":[ "a" ],"model":"first","messages":%b,"user":"model: pair"}' % MESSAGES


def test_a_model_that_is_named_twice_is_asked_for_once(server: Server, key: str, provider: StandInProvider) -> None:
    ask(server, key, b'{"model":"good","messages":%b,"model":"pair"}' % MESSAGES)

    assert provider.asked[-1].body == b'{"model":"first","messages":%b}' % MESSAGES


@pytest.mark.parametrize(
    ("options", "forwarded"),
    [
        (b"", b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":null', b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":{}', b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":{"include_usage":false}', b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":{"x": 1.0 }', b',"stream_options":{"x":1.0,"include_usage":true}'),
        (b',"stream_options":{ "include_usage": true }', b',"stream_options":{ "include_usage": true }'),
    ],
)
def test_a_stream_always_asks_the_provider_for_usage(
    server: Server, key: str, provider: StandInProvider, options: bytes, forwarded: bytes
) -> None:
    body = b'{"model":"good","messages":%b,"stream":true%b}'

    ask(server, key, body % (MESSAGES, options))

    assert provider.asked[-1].body == body % (MESSAGES, forwarded)


def test_a_plain_request_asks_for_no_stream_options(server: Server, key: str, provider: StandInProvider) -> None:
    ask(server, key, b'{"model":"good","messages":%b,"stream":false}' % MESSAGES)

    assert b"stream_options" not in provider.asked[-1].body


def test_the_provider_gets_its_own_credential_and_no_header_of_the_client(
    server: Server, key: str, provider: StandInProvider
) -> None:
    ask(
        server,
        key,
        b'{"model":"good","messages":%b}' % MESSAGES,
        **{"x-api-key": key, "cookie": "session=1", "x-forwarded-for": "192.0.2.1", "user-agent": "theirs/1.0"},
        **{"openai-organization": "org", "x-stainless-lang": "python", "accept-encoding": "gzip", "referer": "x"},
    )

    headers = provider.asked[-1].headers
    assert headers["authorization"] == f"Bearer {provider.credential}"
    assert headers["user-agent"] == "naxios"
    assert key not in str(headers)
    assert set(headers) == {
        "host",
        "authorization",
        "content-type",
        "content-length",
        "accept",
        "accept-encoding",
        "user-agent",
    }


def test_the_query_stays_here(server: Server, key: str, provider: StandInProvider) -> None:
    httpx.post(
        f"{server.api}/chat/completions?api-version=1",
        headers={"x-api-key": key},
        json={"model": "good", "messages": [{"role": "user", "content": "Hello"}]},
    )

    assert provider.asked[-1].path == "/v1/chat/completions"


# The answer


def test_a_plain_answer_reaches_the_client_as_the_bytes_that_the_provider_sent(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    body = b'{ "choices":[{"message":{"content":"\\u00e9 \\/"},"index" : 0}],\n"of_theirs":1.50, "usage":null}\n'
    provider.models[solo] = Behaviour(body=body)

    answer = ask(server, key, b'{"model":"%b","messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.content == body
    assert answer.headers["content-type"] == "application/json"


def test_an_error_about_the_request_reaches_the_client_as_the_provider_wrote_it(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    body = b'{"error": {"message":"too hot","type":"t","param":"temperature","code":"c","of_theirs":1.0}}\n'
    provider.models[solo] = Behaviour(status=422, body=body)

    answer = ask(server, key, b'{"model":"%b","messages":%b}' % (solo.encode(), MESSAGES))

    assert (answer.status_code, answer.content) == (422, body)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad request</html>", b'{"error":"just text"}', b'{"detail":[]}', b"[]", b"\xff\xfe"]
)
def test_an_error_in_another_shape_is_told_in_the_clients_dialect(
    server: Server, key: str, provider: StandInProvider, solo: str, body: bytes
) -> None:
    provider.models[solo] = Behaviour(status=400, body=body, content_type="text/html")

    answer = ask(server, key, b'{"model":"%b","messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"]["code"] == "provider_refused"


@pytest.mark.parametrize("stream", [b"true", b"false"])
def test_no_header_of_the_provider_reaches_the_client(
    server: Server, key: str, provider: StandInProvider, solo: str, stream: bytes
) -> None:
    theirs = {
        "x-request-id": "theirs",
        "openai-organization": "org-of-the-operator",
        "set-cookie": "session=1",
        "server": "theirs",
        "x-ratelimit-remaining-requests": "7",
        "x-of-theirs": "1",
    }
    provider.models[solo] = Behaviour(headers=theirs)

    answer = ask(server, key, b'{"model":"%b","stream":%b,"messages":%b}' % (solo.encode(), stream, MESSAGES))

    assert answer.status_code == 200
    assert not {"openai-organization", "set-cookie", "server", "x-of-theirs"} & answer.headers.keys()
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers.get("x-ratelimit-remaining-requests") != "7"


# Streams


@pytest.mark.parametrize(
    "sent",
    [
        [TEXT, END, USAGE, DONE],
        [TEXT + END + USAGE + DONE],
        [b": a comment\n\n", TEXT, b": ping\n\n", END, USAGE, DONE],
        [event.replace(b"\n", b"\r\n") for event in (TEXT, END, USAGE, DONE)],
        [event.replace(b"\n", b"\r") for event in (TEXT, END, USAGE, DONE)],
        [event.replace(b"\n\n", b"\n\r\n") for event in (TEXT, END, USAGE, DONE)],
        [(TEXT + END + USAGE + DONE)[n : n + 7] for n in range(0, len(TEXT + END + USAGE + DONE), 7)],
        [b"event: message\nid: 7\nretry: 100\n" + TEXT, END, USAGE, DONE],
        [TEXT.replace(b"data: ", b"data:"), END, USAGE, DONE],
        [TEXT.replace(b', "choices"', b',\ndata: "choices"'), END, USAGE, DONE],
        [b"\xef\xbb\xbf" + TEXT, END, USAGE, DONE],
    ],
    ids=["events", "together", "comments", "crlf", "cr", "mixed", "pieces", "fields", "tight", "two lines", "bom"],
)
def test_a_stream_reaches_the_client_as_the_bytes_that_the_provider_sent(
    server: Server, key: str, provider: StandInProvider, solo: str, sent: list[bytes]
) -> None:
    provider.models[solo] = Behaviour(chunks=sent)
    options = b'"stream":true,"stream_options":{"include_usage":true}'

    answer = ask(server, key, b'{"model":"%b",%b,"messages":%b}' % (solo.encode(), options, MESSAGES))

    assert answer.content == b"".join(sent)
    record = server.record(answer.headers["x-request-id"])
    assert (record["input_tokens"], record["output_tokens"], record["usage_source"]) == (5, 1, "reported")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_a_client_that_did_not_ask_for_usage_gets_all_but_that(
    server: Server, key: str, provider: StandInProvider, solo: str, ending: bytes
) -> None:
    text, end, usage, done = (event.replace(b"\n", ending) for event in (TEXT, END, USAGE, DONE))
    provider.models[solo] = Behaviour(chunks=[text, end, usage + done])

    answer = ask(server, key, b'{"model":"%b","stream":true,"messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.content == text + end + done
    assert server.record(answer.headers["x-request-id"])["usage_source"] == "reported"


def test_usage_beside_text_is_passed_on_because_the_text_is(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    both = completions.event(
        {
            **HEAD,
            "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 1},
        }
    )
    provider.models[solo] = Behaviour(chunks=[both, DONE])

    answer = ask(server, key, b'{"model":"%b","stream":true,"messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.content == both + DONE
    assert server.record(answer.headers["x-request-id"])["output_tokens"] == 1


def test_a_stream_that_finished_without_done_is_given_one(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(chunks=[TEXT, END])

    answer = ask(server, key, b'{"model":"%b","stream":true,"messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.content == TEXT + END + DONE


def test_a_last_event_without_its_blank_line_is_given_one(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(chunks=[TEXT, END, DONE.strip()])

    answer = ask(server, key, b'{"model":"%b","stream":true,"messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.content == TEXT + END + DONE


def test_an_event_larger_than_a_mebibyte_is_passed_on(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    delta = {"content": "x" * 3 * 2**20}
    large = completions.event({**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    provider.models[solo] = Behaviour(chunks=[TEXT, large, END, USAGE, DONE])

    answer = ask(server, key, b'{"model":"%b","stream":true,"messages":%b}' % (solo.encode(), MESSAGES))

    assert answer.content == TEXT + large + END + DONE


def test_events_arrive_while_the_provider_still_writes(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(words=["Hello"], stall_after=1)
    body = json.dumps({"model": solo, "stream": True, "messages": json.loads(MESSAGES)})

    with httpx.stream("POST", f"{server.api}/chat/completions", headers={"x-api-key": key}, content=body) as answer:
        first = next(answer.iter_lines())

    assert json.loads(first.removeprefix("data: "))["choices"][0]["delta"]["content"] == "Hello"
    assert provider.asked[-1].left.wait(10)
