"""Clients that leave early: the provider is let go at once, what was delivered is charged, and nothing stays taken."""

import threading
import time
from collections.abc import Callable

import pytest

from naxios.domain.tokens import estimate_tokens
from tests.integration.gateway.raw import Connection, chat, connected
from tests.serving import Server
from tests.stand_ins.provider import Asked, Behaviour, StandInProvider

SECONDS = 20

Leave = Callable[[Connection], None]
WAYS_TO_LEAVE = [Connection.close, Connection.reset]


@pytest.mark.parametrize("leave", WAYS_TO_LEAVE, ids=["closing", "cutting"])
def test_leaving_a_stream_cancels_the_provider_and_charges_what_was_delivered(
    server: Server, key: str, provider: StandInProvider, solo: str, leave: Leave
) -> None:
    provider.models[solo] = Behaviour(words=["One", " two", " three", " four"], stall_after=2)
    connection = Connection(server)
    connection.send(chat(key, solo, stream=True))
    _, headers = connection.head()
    delivered = connection.chunks()
    while b" two" not in next(delivered):
        pass

    leave(connection)

    assert _asked_for(provider, solo).left.wait(SECONDS)
    record = server.record(headers["x-request-id"])
    assert (record["status"], record["error"], record["usage_source"]) == (499, "client_left", "estimated")
    assert record["input_tokens"] > 0
    assert record["output_tokens"] == estimate_tokens(len("One two"))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("leave", WAYS_TO_LEAVE, ids=["closing", "cutting"])
def test_leaving_before_the_first_byte_cancels_the_provider_and_charges_the_prompt_that_it_read(
    server: Server, provider: StandInProvider, solo: str, leave: Leave, stream: bool
) -> None:
    user = f"leaves-{solo}@example.com"
    key = server.key(user=user)
    provider.models[solo] = Behaviour(hold=threading.Event())
    connection = Connection(server)
    connection.send(chat(key, solo, stream=stream))
    provider.wait_for_asked(1)

    leave(connection)

    assert _asked_for(provider, solo).left.wait(SECONDS)
    (used,) = _usage(server, user)
    assert (used["requests"], used["errors"], used["output_tokens"]) == (1, 1, 0)
    assert used["input_tokens"] > 0


def test_leaving_is_noticed_behind_a_large_body_too(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(hold=threading.Event())
    connection = Connection(server)
    connection.send(chat(key, solo, messages=[{"role": "user", "content": "word " * 400_000}]))
    provider.wait_for_asked(1)

    connection.close()

    assert _asked_for(provider, solo).left.wait(SECONDS)


def test_leaving_frees_the_slot_that_the_request_had(server: Server, provider: StandInProvider, solo: str) -> None:
    key = server.key("--concurrency=1")
    provider.models[solo] = Behaviour(hold=threading.Event())
    connection = Connection(server)
    connection.send(chat(key, solo))
    provider.wait_for_asked(1)
    assert _status(server, chat(key)) == 429

    connection.close()

    end = time.monotonic() + SECONDS
    while (status := _status(server, chat(key))) == 429 and time.monotonic() < end:
        time.sleep(0.05)
    assert status == 200


@pytest.mark.parametrize("leave", WAYS_TO_LEAVE, ids=["closing", "cutting"])
def test_leaving_within_the_body_asks_no_provider_and_costs_nothing(
    server: Server, provider: StandInProvider, solo: str, leave: Leave
) -> None:
    user = f"hesitates-{solo}@example.com"
    key = server.key("--concurrency=1", "--requests-per-minute=1", user=user)
    connection = Connection(server)
    connection.send(chat(key, solo)[:-5])

    leave(connection)

    assert _status(server, chat(key)) == 200
    assert [used["model"] for used in _usage(server, user)] == ["naxios/echo"]
    assert provider.asked == []


def test_a_client_that_stays_for_the_last_byte_has_not_left(
    server: Server, key: str, provider: StandInProvider
) -> None:
    with connected(server) as connection:
        connection.send(chat(key, "good", stream=True))
        answer = connection.answer()

    record = server.record(answer.headers["x-request-id"])
    assert (record["status"], record["error"]) == (200, "")


def test_the_counters_agree_afterwards(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0


def _asked_for(provider: StandInProvider, model: str) -> Asked:
    return next(asked for asked in provider.asked if asked.json["model"] == model)


def _status(server: Server, request: bytes) -> int:
    with connected(server) as connection:
        connection.send(request)
        return connection.answer().status


def _usage(server: Server, user: str) -> list[dict[str, object]]:
    """The account's usage once there is any."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        rows: list[dict[str, object]] = server.cli("usage", "--user", user)["totals"]
        if rows:
            return rows
    raise AssertionError(f"there is no usage of {user}")
