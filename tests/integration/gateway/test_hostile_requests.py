"""Requests that are wrong, absurd or meant to hurt: each gets a clear error, and none is a fault of the server."""

import json
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from naxios.domain import keys
from tests.integration.gateway.asking import http
from tests.serving import Server
from tests.stand_ins.provider import StandInProvider

MESSAGES = [{"role": "user", "content": "Hello"}]


def post(server: Server, key: str, body: bytes, **headers: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", **headers}
    return http.post(f"{server.api}/chat/completions", headers=headers, content=body)


def assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    """The error has OpenAI's shape and can be found by its id."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == code
    assert error["message"].endswith(".")
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers["x-request-id"] == answer.headers["request-id"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"model":"naxios/echo",',
        b'{"model":"naxios/echo",}',
        b"{'model':'naxios/echo'}",
        b'{"model":"naxios/echo"} {"model":"naxios/echo"}',
        b'{"model":NaN}',
        b'{"model":"naxios/echo","messages":[{"role":"user","content":"a\nb"}]}',
        b"[]",
        b"null",
        b"true",
        b"17",
        b'"text"',
        b"\x00",
        b"\xff\xfe",
        b'{"model":"\xe9"}',
        b'{"model":"\xc0\xaf"}',
        b"\xef\xbb\xbf{}",
        '{"model":"naxios/echo"}'.encode("utf-16"),
        b'{"model":"\\ud800"}',
        b'{"\\ud800":1,"model":"naxios/echo","messages":[{}]}',
        b'{"model":"naxios/echo","messages":' + b"[" * 100_000,
        b'{"model":"naxios/echo","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"model":"naxios/echo","messages":[{}],"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b'{"model":"naxios/echo","n":' + b"9" * 100_000 + b"e",
    ],
)
def test_a_body_that_is_not_a_json_object_is_malformed(server: Server, key: str, body: bytes) -> None:
    assert_refused(post(server, key, body), 400, "invalid_json")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("model", [None, "", 7, True, ["naxios/echo"], {"name": "naxios/echo"}, "x" * 201]),
        ("messages", [None, [], "Hello", 7, {}, {"0": {}}]),
        ("stream", [1, "true", [], {}]),
        ("stream_options", [1, "usage", [True]]),
        ("n", [0, -1, 129, 1.5, "2", True, [], 10**30]),
        ("max_tokens", [0, -1, 2**31, 10**100, 1.5, "10", True, [], {}]),
        ("max_completion_tokens", [0, -1, 1.5, "10", True, [], {}]),
    ],
)
def test_a_field_of_the_wrong_type_or_size_is_named(server: Server, key: str, field: str, values: list[Any]) -> None:
    for value in values:
        body = json.dumps({"model": "naxios/echo", "messages": MESSAGES, field: value}).encode()

        answer = post(server, key, body)

        assert_refused(answer, 400, "invalid_request")
        assert answer.json()["error"]["param"] == field


def test_a_missing_model_is_named(server: Server, key: str) -> None:
    answer = post(server, key, json.dumps({"messages": MESSAGES}).encode())

    assert_refused(answer, 400, "invalid_request")
    assert answer.json()["error"]["param"] == "model"


@pytest.mark.parametrize(
    "model", ["no-such-model", "naxios/ech", "NAXIOS/ECHO", "naxios/echo\u0000", "../good", "*", "%", "'; --", "😀"]
)
def test_an_unknown_model_is_not_found(server: Server, key: str, model: str) -> None:
    answer = post(server, key, json.dumps({"model": model, "messages": MESSAGES}).encode())

    assert_refused(answer, 404, "model_not_found")


def test_an_unknown_field_is_the_providers_business(server: Server, key: str, provider: StandInProvider) -> None:
    body = json.dumps({"model": "good", "messages": MESSAGES, "__proto__": {"x": 1}, "": None}).encode()

    assert post(server, key, body).status_code == 200
    assert provider.asked[-1].json["__proto__"] == {"x": 1}


@pytest.mark.parametrize("digits", [100, 4299, 4300, 4301, 10_000])
def test_a_number_however_long_is_no_fault_of_the_server(server: Server, key: str, digits: int) -> None:
    body = b'{"model":"naxios/echo","messages":[{}],"n":128,"max_tokens":' + b"9" * digits + b"}"

    assert_refused(post(server, key, body), 400, "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", "json"],
)
def test_another_content_type_is_unsupported(server: Server, key: str, content_type: str) -> None:
    answer = post(server, key, b"{}", **{"content-type": content_type})

    assert_refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x"])
def test_json_is_json_however_its_type_is_written(server: Server, key: str, content_type: str) -> None:
    body = json.dumps({"model": "naxios/echo", "messages": MESSAGES}).encode()

    assert post(server, key, body, **{"content-type": content_type}).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
def test_a_packed_body_is_unsupported(server: Server, key: str, encoding: str) -> None:
    answer = post(server, key, b"\x1f\x8b\x08", **{"content-encoding": encoding})

    assert_refused(answer, 415, "unsupported_encoding")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_api_key"),
        ({"authorization": ""}, "missing_api_key"),
        ({"authorization": "Bearer"}, "missing_api_key"),
        ({"authorization": "Basic bng6c2VjcmV0"}, "missing_api_key"),
        ({"x-api-key": ""}, "missing_api_key"),
        ({"authorization": "Bearer nx_"}, "invalid_api_key"),
        ({"authorization": "Bearer " + "x" * 39}, "invalid_api_key"),
        ({"authorization": "Bearer nx_" + "0" * 36}, "invalid_api_key"),
        ({"authorization": "Bearer nx_" + "é" * 36}, "invalid_api_key"),
        ({"authorization": "Bearer " + "9" * 30_000}, "invalid_api_key"),
        ({"authorization": f"Bearer {keys.generate()}"}, "invalid_api_key"),
        ({"x-api-key": keys.generate()}, "invalid_api_key"),
    ],
)
def test_who_has_no_key_is_not_let_in(server: Server, headers: dict[str, str], code: str) -> None:
    encoded = [(name, value.encode("latin-1")) for name, value in headers.items()]

    answer = http.post(f"{server.api}/chat/completions", headers=encoded, json={"model": "naxios/echo"})

    assert_refused(answer, 401, code)


@pytest.mark.parametrize("place", range(3, 39))
def test_a_key_with_one_character_changed_is_refused_by_its_checksum(server: Server, key: str, place: int) -> None:
    other = "a" if key[place] != "a" else "b"

    answer = post(server, key[:place] + other + key[place + 1 :], b"{}")

    assert_refused(answer, 401, "invalid_api_key")
    assert "checksum" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "chat",
        "chat/completions/",
        "chat/completions/x",
        "Chat/Completions",
        "%00",
        "..%2f..%2fetc",
        "x" * 9000,
    ],
)
def test_an_unknown_path_is_not_found(server: Server, key: str, path: str) -> None:
    answer = http.get(f"{server.api}/{path}", headers={"x-api-key": key})

    assert_refused(answer, 404, "unknown_endpoint")


@pytest.mark.parametrize("name", ["", "no-such-model", "%00", "%ff", "naxios%252fecho", "a/b/c", "😀", "x" * 9000])
def test_an_unknown_model_in_a_path_is_not_found(server: Server, key: str, name: str) -> None:
    answer = http.get(f"{server.api}/models/{name}", headers={"x-api-key": key})

    assert_refused(answer, 404, "model_not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "chat/completions", "POST"),
        ("PUT", "chat/completions", "POST"),
        ("DELETE", "chat/completions", "POST"),
        ("PROPFIND", "chat/completions", "POST"),
        ("TRACE", "chat/completions", "POST"),
        ("POST", "models", "GET"),
        ("PATCH", "models/naxios/echo", "GET"),
        ("DELETE", "key", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_one(server: Server, key: str, method: str, path: str, allowed: str) -> None:
    answer = http.request(method, f"{server.api}/{path}", headers={"x-api-key": key})

    assert_refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TOOLS: Any = [
    {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}
]
FIELDS = {
    "messages": st.lists(JSON | st.fixed_dictionaries({"role": JSON, "content": JSON}), max_size=3),
    "stream": st.booleans(),
    "stream_options": JSON | st.just({"include_usage": True}),
    "n": st.integers(0, 3),
    "max_tokens": JSON,
    "tools": JSON | st.lists(st.fixed_dictionaries({"type": JSON, "function": JSON}), max_size=2) | st.just(TOOLS),
    "tool_choice": JSON | st.sampled_from(["auto", "none", "required"]),
    "response_format": JSON | st.fixed_dictionaries({"type": st.just("json_schema"), "json_schema": JSON}),
    "logprobs": JSON,
    "stop": JSON,
}


@given(fields=st.fixed_dictionaries({}, optional=FIELDS))
@example(
    fields={"messages": [{"role": "user", "content": [{"text": "\x00"}]}], "tools": [{"function": {"name": None}}]}
)
@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_request_is_a_fault_of_the_server(server: Server, key: str, fields: dict[str, Any]) -> None:
    body = json.dumps({"model": "naxios/echo", "messages": MESSAGES, **fields}).encode()

    answer = post(server, key, body)

    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200 and fields.get("stream"):
        assert answer.text.endswith("data: [DONE]\n\n")


def test_the_log_knows_of_no_fault(server: Server) -> None:
    log = server.log.read_text()

    assert "failed inside Naxios" not in log
    assert "Exception in ASGI application" not in log
