"""Connections that break the rules of HTTP or of size: an answer, an end, and the next request served."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.integration.gateway.raw import Connection, assert_refused, chat, connected, post
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

MEBIBYTE = 2**20
MODELS = b"GET /v1/models HTTP/1.1\r\nhost: x\r\nx-api-key: %b\r\n"


@pytest.fixture(autouse=True)
def _serves_the_next_request(server: Server, key: str) -> Iterator[None]:
    pid = server.pid
    yield
    with connected(server) as connection:
        connection.send(chat(key))
        assert connection.answer().status == 200
    assert server.pid == pid


# What is not HTTP


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        b"\x00" * 100,
        b"GET\r\n\r\n",
        b"GET /v1/models HTTP/9.9\r\n\r\n",
        b"GET /v1/models SMTP/1.1\r\n\r\n",
        b"get /v1/models HTTP/1.1\r\n\r\n",
        b"GET /v1/m\xc3\xb6del HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\na b: c\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\n: nameless\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nx: a\x00b\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
    ],
)
def test_what_is_not_http_is_told_so_and_hung_up_on(server: Server, sent: bytes) -> None:
    with connected(server) as connection:
        connection.send(sent)
        answer = connection.answer()
        rest = connection.rest()

    assert_refused(answer, 400, "invalid_http")
    assert answer.headers["connection"] == "close"
    assert rest == b""


def test_it_is_told_in_anthropics_dialect_to_who_speaks_it(server: Server) -> None:
    with connected(server) as connection:
        connection.send(b"GET /v1/models HTTP/1.1\r\nanthropic-version: 2023-06-01\r\nx: y\r\nno colon\r\n\r\n")
        answer = connection.answer()

    assert answer.json["type"] == "error"
    assert answer.json["request_id"] == answer.headers["request-id"]


def test_a_body_whose_chunks_are_garbage_is_told_so(server: Server, key: str) -> None:
    request = post(key, b"").replace(b"content-length: 0", b"transfer-encoding: chunked")

    with connected(server) as connection:
        connection.send(request + b'10\r\n{"model":"naxios\r\n')
        time.sleep(0.2)  # the request waits for its body by then
        connection.send(b"not a size\r\n")
        answer = connection.answer()

    assert_refused(answer, 400, "invalid_http")


# Several requests at once


def test_requests_that_come_together_are_answered_in_order(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(chat(key) + MODELS % key.encode() + b"\r\n" + chat(key, "no-such-model"))
        answers = [connection.answer() for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 404]
    assert answers[1].json["object"] == "list"


def test_garbage_behind_a_request_does_not_spoil_its_answer(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(chat(key) + b"GARBAGE\r\n\r\n")
        answer = connection.answer()
        rest = connection.rest()

    assert answer.status == 200
    assert answer.json["object"] == "chat.completion"
    assert rest == b""


def test_garbage_during_a_stream_does_not_get_into_it(server: Server, key: str, provider: StandInProvider) -> None:
    provider.models["good"] = Behaviour(chunk_delay=0.05)

    with connected(server) as connection:
        connection.send(chat(key, "good", stream=True))
        connection.head()
        chunks = connection.chunks()
        next(chunks)
        connection.send(b"GARBAGE\r\n\r\n" * 1000)
        stream = b"".join(chunks)
        rest = connection.rest()

    assert stream.endswith(b"data: [DONE]\n\n")
    assert b"invalid_http" not in stream + rest


def test_garbage_behind_a_kept_connection_is_told_so(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(chat(key))
        connection.answer()
        connection.send(b"GARBAGE\r\n\r\n")
        answer = connection.answer()

    assert_refused(answer, 400, "invalid_http")


# Too large


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(
            post(key, b"", "expect: 100-continue").replace(b"content-length: 0", b"content-length: 104857600")
        )
        answer = connection.answer()

    assert_refused(answer, 413, "body_too_large")
    assert answer.headers["x-should-retry"] == "false"
    assert "32 MiB" in answer.json["error"]["message"]


def test_a_body_of_a_hundred_megabytes_is_refused(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(post(key, b"x" * 100 * MEBIBYTE))
        answer = connection.answer()

    assert_refused(answer, 413, "body_too_large")


def test_a_chunked_body_of_a_hundred_megabytes_is_refused(server: Server, key: str) -> None:
    request = post(key, b"").replace(b"content-length: 0", b"transfer-encoding: chunked")

    with connected(server) as connection:
        connection.send(request)
        for _ in range(100):
            connection.send(b"%x\r\n" % MEBIBYTE + b"x" * MEBIBYTE + b"\r\n")
        connection.send(b"0\r\n\r\n")
        answer = connection.answer()

    assert_refused(answer, 413, "body_too_large")


def test_a_body_as_large_as_allowed_is_served(server: Server, key: str) -> None:
    body = json.dumps({"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}], "x": ""})
    body = body[:-2] + "y" * (32 * MEBIBYTE - len(body)) + '"}'

    with connected(server) as connection:
        connection.send(post(key, body.encode()))
        assert connection.answer().status == 200


@pytest.mark.parametrize(
    "headers",
    [b"x: " + b"y" * 200_000 + b"\r\n", b"x: y\r\n" * 20_000, b"x" * 200_000 + b": y\r\n"],
    ids=["one long", "many", "a long name"],
)
def test_headers_that_are_too_large_are_refused(server: Server, key: str, headers: bytes) -> None:
    with connected(server) as connection:
        connection.send(MODELS % key.encode() + headers)
        answer = connection.answer()

    assert_refused(answer, 431, "headers_too_large")


def test_a_path_that_is_too_long_is_refused(server: Server) -> None:
    with connected(server) as connection:
        connection.send(b"GET /v1/models/" + b"x" * 200_000)
        answer = connection.answer()

    assert_refused(answer, 431, "headers_too_large")


# Odd but allowed


def test_a_client_that_asks_before_it_sends_a_body_is_told_to_go_on(server: Server, key: str) -> None:
    head, _, body = chat(key).partition(b"\r\n\r\n")

    with connected(server) as connection:
        connection.send(head + b"\r\nexpect: 100-continue\r\n\r\n")
        status, _ = connection.head()
        connection.send(body)
        answer = connection.answer()

    assert (status, answer.status) == (100, 200)


def test_a_body_in_many_pieces_is_put_together(server: Server, key: str) -> None:
    head, _, body = chat(key).partition(b"\r\n\r\n")
    head = head.replace(b"content-length: %d" % len(body), b"transfer-encoding: chunked")

    with connected(server) as connection:
        connection.send(head + b"\r\n\r\n")
        for byte in body:
            connection.send(b"1;of=mine\r\n%c\r\n" % byte)
        connection.send(b"0\r\ntrailer: x\r\n\r\n")
        answer = connection.answer()

    assert answer.status == 200


def test_http_1_0_is_answered_and_closed(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send((MODELS % key.encode()).replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n")
        answer = connection.answer()
        rest = connection.rest()

    assert (answer.status, rest) == (200, b"")


def test_an_offer_to_upgrade_is_passed_over(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(MODELS % key.encode() + b"connection: upgrade\r\nupgrade: websocket\r\n\r\n")
        answer = connection.answer()

    assert answer.status == 200


def test_head_is_answered_without_a_body(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send((MODELS % key.encode()).replace(b"GET", b"HEAD") + b"connection: close\r\n\r\n")
        status, headers = connection.head()
        rest = connection.rest()

    assert (status, headers["allow"], rest) == (405, "GET", b"")


# Gone


@pytest.mark.parametrize(
    "sent", [b"", b"POST /v1/ch", b"GET /v1/models HTTP/1.1\r\nx-api-"], ids=["nothing", "a path", "a header"]
)
def test_a_client_may_leave_at_any_point(server: Server, sent: bytes) -> None:
    for leave in (Connection.close, Connection.reset):
        connection = Connection(server)
        connection.send(sent)
        leave(connection)


def test_a_thousand_connections_that_are_cut_leave_nothing_behind(server: Server, key: str) -> None:
    for _ in range(1000):
        connection = Connection(server)
        connection.send(chat(key)[:-1])
        connection.reset()


def test_the_log_knows_of_no_fault(server: Server) -> None:
    log = server.log.read_text()

    assert "failed inside Naxios" not in log
    assert "Exception in ASGI application" not in log
    assert "Fatal error" not in log
