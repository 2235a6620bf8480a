"""Clients that send too slowly, by accident or to hold connections: a server does not wait for them for ever."""

import time
from collections.abc import Iterator

import pytest

from tests.integration.gateway.raw import assert_refused, chat, connected, post
from tests.serving import Server, running_server

PATIENCE_SECONDS = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with little patience."""
    patience = {"NAXIOS_HEADER_SECONDS": str(PATIENCE_SECONDS), "NAXIOS_BODY_SECONDS": str(PATIENCE_SECONDS)}
    with running_server(tmp_path_factory.mktemp("naxios"), **patience) as server:
        yield server


def test_a_body_that_does_not_come_is_not_waited_for(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(chat(key)[:-5])
        answer = connection.answer()
        rest = connection.rest()

    assert_refused(answer, 408, "body_timeout")
    assert rest == b""


def test_a_body_that_trickles_is_not_waited_for(server: Server, key: str) -> None:
    with connected(server) as connection:
        connection.send(post(key, b"").replace(b"content-length: 0", b"content-length: 1000"))
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_SECONDS + 1:
            try:
                connection.send(b" ")
            except OSError:
                break  # the server has given up already
            time.sleep(0.05)
        answer = connection.answer()

    assert_refused(answer, 408, "body_timeout")


def test_headers_that_do_not_come_are_not_waited_for(server: Server) -> None:
    with connected(server) as connection:
        connection.send(b"GET /v1/models HTTP/1.1\r\nhost: x\r\n")
        answer = connection.answer()
        rest = connection.rest()

    assert_refused(answer, 408, "headers_timeout")
    assert rest == b""


def test_a_connection_that_says_nothing_is_closed_without_a_word(server: Server) -> None:
    with connected(server) as connection:
        assert connection.rest() == b""


def test_waiting_for_them_keeps_nobody_else_waiting(server: Server, key: str) -> None:
    with connected(server) as slow, connected(server) as quick:
        slow.send(chat(key)[:-5])
        quick.send(chat(key))
        assert quick.answer().status == 200
