"""Naxios on PostgreSQL: the same server, and changes of many processes that become visible in their order."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from naxios.invalidation import queries
from naxios.privacy.queries import undeclared_files
from tests.integration.operation.postgres import Postgres, connected
from tests.serving import Server, running_server

WRITERS = 3
CHANGES = 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("naxios"), NAXIOS_DATABASE_URL=postgres_url) as server:
        yield server


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_a_completion_is_answered_and_metered(server: Server, stream: bool) -> None:
    who = f"metered-{stream}@example.com"

    answer = _ask(server, server.key(user=who), stream=stream)

    assert answer.status_code == 200
    assert "You" in answer.text
    [row] = server.cli("usage", "--user", who)["totals"]
    assert (row["model"], row["requests"], row["standard_tokens"]) == ("naxios/echo", 1, 23)


def test_a_second_server_on_the_same_database_is_refused(server: Server, tmp_path: Path) -> None:
    second = server.run("serve", "--port", "0", NAXIOS_HOME=str(tmp_path / "home"))

    assert second.returncode == 1
    assert "Another Naxios serves from NAXIOS_DATABASE_URL" in second.stderr


def test_a_revoked_key_is_refused(server: Server) -> None:
    secret = server.key(user="revoked@example.com")
    assert _ask(server, secret).status_code == 200
    [key] = server.cli("key", "list", "--user", "revoked@example.com")

    server.cli("key", "revoke", str(key["id"]))

    end = time.monotonic() + 5
    while (answer := _ask(server, secret)).status_code == 200:
        assert time.monotonic() < end, "a revoked key still works"
    assert answer.json()["error"]["code"] == "key_revoked"


def test_after_a_kill_everything_agrees(server: Server) -> None:
    key = server.key()
    for _ in range(5):
        _ask(server, key)
    before = server.cli("usage", "reconcile")

    server.kill()
    server.start()
    after = server.cli("usage", "reconcile")

    assert (before["agree"], after["agree"]) == (True, True)
    assert after["records"] == before["records"] + before["pending"]
    assert after["counters"] == before["counters"]


def test_nothing_is_kept_in_a_file_but_the_secret_and_the_journal(server: Server) -> None:
    assert undeclared_files(server.home) == []
    assert not list(server.home.glob("*.sqlite3*"))


def test_it_is_ready_as_long_as_the_database_answers(server: Server) -> None:
    assert httpx.get(f"{server.url}/readyz", timeout=60).json()["database"] == "ok"


def test_commands_that_meet_an_empty_database_together_migrate_it_once(postgres: Postgres, tmp_path: Path) -> None:
    environment = {"NAXIOS_DATABASE_URL": postgres.new_database(), "NAXIOS_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "naxios", "models", "list"]

    together = [
        subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=60) for process in together]

    assert [process.returncode for process in together] == [0, 0, 0], told
    assert all(b"naxios/echo" in stdout for stdout, _ in told)


def test_changes_of_several_processes_become_visible_in_the_order_of_their_numbers(
    postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.new_database()
    environment = {**os.environ, "NAXIOS_DATABASE_URL": url, "NAXIOS_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "naxios", "models", "list"], env=environment, check=True, capture_output=True)
    command = [sys.executable, "-m", "tests.integration.operation.writer", str(CHANGES)]

    with connected(url):
        first = seen = queries.latest()
        read: list[int] = []
        writers = [subprocess.Popen(command, env=environment) for _ in range(WRITERS)]
        end = time.monotonic() + 60
        while seen < first + WRITERS * CHANGES:
            assert time.monotonic() < end, f"only {seen - first} changes became visible"
            changes = queries.since(seen)
            assert changes is not None, "a change with a smaller number was not visible yet"
            read += [number for number, _, _ in changes]
            seen = max([seen, *read])

    assert [writer.wait(30) for writer in writers] == [0] * WRITERS
    assert read == list(range(first + 1, first + WRITERS * CHANGES + 1))


def _ask(server: Server, secret: str, *, stream: bool = False) -> httpx.Response:
    return httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {secret}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}], "stream": stream},
        timeout=60,
    )
