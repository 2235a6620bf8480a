"""SIGTERM: nothing new begins, what runs may end in time, everything is settled, and the exit code is 0."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.integration.conftest import catalogue
from tests.integration.operation.stored import records
from tests.serving import Server, running_server
from tests.stand_ins.provider import Behaviour, StandInProvider

HELLO = {"messages": [{"role": "user", "content": "Hello"}]}
PATIENT = """
[providers.patient]
kind = "openai"
base_url = "{url}"
api_key = "${{STAND_IN_KEY}}"

[models.slow]
routes = [ {{ provider = "patient", model = "slow" }} ]
[models.silent]
routes = [ {{ provider = "patient", model = "silent" }} ]
[models.endless]
routes = [ {{ provider = "patient", model = "endless" }} ]
"""


def test_a_running_stream_may_finish(tmp_path: Path, provider: StandInProvider) -> None:
    provider.models["slow"] = Behaviour(chunk_delay=0.15)
    with running_server(tmp_path, NAXIOS_DRAIN_SECONDS="30") as server:
        key = _key_for_patient_models(server, provider)

        with _stream(server, key, "slow") as answer:
            events = answer.iter_lines()
            next(events)
            os.kill(server.pid, signal.SIGTERM)
            _wait_until_refused(server)
            last = [line for line in events if line][-1]
        code = server.stop()

        assert last == "data: [DONE]"
        assert code == 0
        [record] = records(server)[answer.headers["x-request-id"]]
        assert (record["status"], record["output_tokens"], record["usage_source"]) == (200, 8, "reported")
        assert server.cli("usage", "reconcile")["agree"]


class Cut:
    """What became of three requests that were still running when the time to drain was over."""

    def __init__(self, server: Server, key: str) -> None:
        self.server = server
        with _stream(server, key, "silent") as silent, _unread_stream(server, key, "endless"):
            events = silent.iter_lines()
            first = next(events)
            plain = _connection(server, key, {"model": "slow", **HELLO})
            _wait_until_all_run(server, 3)
            os.kill(server.pid, signal.SIGTERM)
            self.streamed = [first, *events]
            self.plain = _everything(plain)
            self.code = server.stop()
        self.records = {one["model"]: one for [one] in records(server).values()}


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory, running_stand_in: StandInProvider) -> Iterator[Cut]:
    running_stand_in.models["silent"] = Behaviour(stall_after=3)
    running_stand_in.models["slow"] = Behaviour(delay=600)
    running_stand_in.models["endless"] = Behaviour(words=["word " * 2_000] * 5_000)
    with running_server(tmp_path_factory.mktemp("cut"), NAXIOS_DRAIN_SECONDS="1") as server:
        yield Cut(server, _key_for_patient_models(server, running_stand_in))


def test_the_time_to_drain_is_bounded_and_the_exit_code_still_0(cut: Cut) -> None:
    assert cut.code == 0


def test_a_stream_that_is_cut_ends_with_an_error_event(cut: Cut) -> None:
    last = json.loads([line for line in cut.streamed if line][-1].removeprefix("data: "))

    assert last["error"]["code"] == "server_stopped"
    assert "Send the request again" in last["error"]["message"]


def test_a_request_that_is_cut_before_its_answer_is_refused_in_the_dialect(cut: Cut) -> None:
    head, _, body = cut.plain.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"x-request-id: req_" in head
    assert json.loads(body)["error"]["code"] == "server_stopped"


def test_a_stream_that_is_cut_is_metered_by_what_was_delivered(cut: Cut) -> None:
    record = cut.records["silent"]

    assert (record["status"], record["error"], record["usage_source"]) == (503, "server_stopped", "estimated")
    assert record["input_tokens"] > 0
    assert record["output_tokens"] > 0


def test_a_client_that_does_not_read_cannot_keep_its_usage_from_being_recorded(cut: Cut) -> None:
    record = cut.records["endless"]

    assert (record["status"], record["error"]) == (503, "server_stopped")
    assert record["output_tokens"] > 0


def test_a_request_of_which_nothing_was_delivered_costs_nothing(cut: Cut) -> None:
    record = cut.records["slow"]

    assert (record["status"], record["error"], record["standard_tokens"]) == (503, "server_stopped", 0)


def test_records_and_rollups_agree_afterwards(cut: Cut) -> None:
    assert cut.server.cli("usage", "reconcile")["agree"]


def test_the_next_start_finds_nothing_left_to_do(cut: Cut) -> None:
    assert list((cut.server.home / "journal").glob("*.journal")) == []


def _key_for_patient_models(server: Server, provider: StandInProvider) -> str:
    server.apply(catalogue(provider, PATIENT.format(url=provider.url)), STAND_IN_KEY=provider.credential)
    return server.key()


def _stream(server: Server, key: str, model: str) -> Any:
    return httpx.stream(
        "POST",
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}"},
        json={"model": model, "stream": True, **HELLO},
        timeout=60,
    )


def _unread_stream(server: Server, key: str, model: str) -> socket.socket:
    """A stream of which nothing is read after its first event, so that the server cannot go on writing."""
    connection = _connection(server, key, {"model": model, "stream": True, **HELLO})
    read = b""
    while read.count(b"data: ") < 2:
        read += connection.recv(65536)
    return connection


def _connection(server: Server, key: str, request: dict[str, Any]) -> socket.socket:
    body = json.dumps(request).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: naxios\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(_address(server), timeout=60)
    connection.sendall(head.encode() + body)
    return connection


def _everything(connection: socket.socket) -> bytes:
    parts = []
    with connection:
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def _address(server: Server) -> tuple[str, int]:
    return "127.0.0.1", int(server.url.rsplit(":", 1)[1])


def _wait_until_refused(server: Server) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(_address(server), timeout=5).close()
        except ConnectionError:
            return
        time.sleep(0.02)
    raise AssertionError("connections are still accepted")


def _wait_until_all_run(server: Server, count: int) -> None:
    end = time.monotonic() + 30
    while f"naxios_requests_in_flight {count}.0" not in httpx.get(f"{server.url}/metrics", timeout=60).text:
        assert time.monotonic() < end, f"there are never {count} requests running"
        time.sleep(0.02)
