"""Two hundred requests at the same instant against a limit with room for exactly fifty."""

import json
import os
import selectors
import signal
import threading
import time
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from naxios.domain.tokens import estimate_tokens
from tests.integration.gateway.raw import Answer, Connection, connected, post
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

SENT = 200
ROOM = 50
MOST_OUTPUT = 10
SECONDS = 60


class Burst(NamedTuple):
    """What came of the requests, and the seconds in which a limit per minute could refill meanwhile."""

    answers: list[Answer]
    seconds: float

    def with_status(self, status: int) -> list[Answer]:
        return [answer for answer in self.answers if answer.status == status]


def body_for(model: str) -> bytes:
    return json.dumps(
        {"model": model, "max_tokens": MOST_OUTPUT, "messages": [{"role": "user", "content": "Hello"}]}
    ).encode()


def burst(server: Server, provider: StandInProvider, key: str, model: str) -> Burst:
    """Send all requests while the server is stopped, so that it finds them all at once.

    The provider answers none before each request is either with it or refused.
    """
    released = threading.Event()
    provider.models[model] = Behaviour(hold=released)
    with ExitStack() as stack:
        os.kill(server.pid, signal.SIGSTOP)
        stack.callback(os.kill, server.pid, signal.SIGCONT)
        connections = [stack.enter_context(connected(server)) for _ in range(SENT)]
        for connection in connections:
            connection.send(post(key, body_for(model)))
        began = time.monotonic()
        os.kill(server.pid, signal.SIGCONT)
        _wait_until_all_are_decided(connections, provider)
        seconds = time.monotonic() - began
        released.set()
        return Burst([connection.answer() for connection in connections], seconds)


def _wait_until_all_are_decided(connections: list[Connection], provider: StandInProvider) -> None:
    refused = 0
    end = time.monotonic() + SECONDS
    with selectors.DefaultSelector() as waiting:
        for connection in connections:
            waiting.register(connection, selectors.EVENT_READ)
        while refused + len(provider.asked) < SENT:
            assert time.monotonic() < end, f"{refused} refused, {len(provider.asked)} with the provider"
            for ready, _ in waiting.select(0.02):
                waiting.unregister(ready.fileobj)
                refused += 1


@pytest.mark.parametrize("limit", ["requests_per_minute", "tokens_per_minute", "tokens_per_day", "concurrency"])
def test_exactly_as_many_are_admitted_as_there_is_room_for(
    server: Server, provider: StandInProvider, solo: str, limit: str
) -> None:
    reserved_by_each = estimate_tokens(len(body_for(solo))) + MOST_OUTPUT
    amount = ROOM * reserved_by_each if limit.startswith("tokens") else ROOM
    user = f"{limit}@example.com"
    key = server.key(f"--{limit.replace('_', '-')}={amount}", user=user)

    result = burst(server, provider, key, solo)

    refill = int(ROOM * result.seconds / 60) if limit.endswith("minute") else 0
    admitted, refused = result.with_status(200), result.with_status(429)
    assert len(admitted) + len(refused) == SENT
    assert ROOM <= len(admitted) <= ROOM + refill
    assert len(provider.asked) == len(admitted)
    _each_refusal_names(limit, amount, refused)
    _usage_is_what_the_clients_saw(server, user, admitted, {limit: len(refused)})
    assert server.run("usage", "reconcile").returncode == 0


def test_the_day_has_left_what_the_clients_did_not_use(server: Server, provider: StandInProvider, solo: str) -> None:
    reserved_by_each = estimate_tokens(len(body_for(solo))) + MOST_OUTPUT
    amount = ROOM * reserved_by_each
    key = server.key(f"--tokens-per-day={amount}")

    admitted = burst(server, provider, key, solo).with_status(200)

    with connected(server) as connection:
        connection.send(f"GET /v1/key HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\r\n".encode())
        left = connection.answer().headers["x-ratelimit-remaining-tokens-day"]
    assert int(left) == amount - sum(answer.json["usage"]["total_tokens"] for answer in admitted)


def _each_refusal_names(limit: str, amount: int, refused: list[Answer]) -> None:
    words = {"concurrency": "requests at the same time"}.get(limit, limit.replace("_", " "))
    for answer in refused:
        error = answer.json["error"]
        assert (error["code"], error["type"]) == (limit, "rate_limit_error")
        assert f"{amount:,} {words}" in error["message"]
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers.get("x-should-retry") == ("false" if limit == "tokens_per_day" else None)
        if limit != "concurrency":
            suffix = {"requests_per_minute": "requests", "tokens_per_minute": "tokens"}.get(limit, "tokens-day")
            assert int(answer.headers[f"x-ratelimit-limit-{suffix}"]) == amount
            assert int(answer.headers[f"x-ratelimit-remaining-{suffix}"]) < amount / ROOM
            assert answer.headers[f"x-ratelimit-reset-{suffix}"] not in ("", "0s")


def _usage_is_what_the_clients_saw(server: Server, user: str, admitted: list[Answer], refusals: dict[str, int]) -> None:
    """Refusals are counted in memory and written every second, so they may take a moment to show."""
    end = time.monotonic() + SECONDS
    while (shown := server.cli("usage", "--user", user))["refusals"] != refusals and time.monotonic() < end:
        time.sleep(0.2)
    assert shown["refusals"] == refusals
    (total,) = shown["totals"]
    assert (total["requests"], total["errors"]) == (len(admitted), 0)
    for counted, told in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
        assert total[counted] == sum(answer.json["usage"][told] for answer in admitted)
