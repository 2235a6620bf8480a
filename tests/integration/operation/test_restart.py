"""A restart goes on where the process before it ended: in its counters, and in what it left in the journal."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.serving import Server, running_server


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Server]:
    """A server that was killed after it had answered requests; the test starts it again."""
    with running_server(tmp_path) as server:
        key = server.key()
        for _ in range(3):
            _ask(server, key)
        server.kill()
        yield server


def test_counters_continue_from_the_records(killed: Server) -> None:
    killed.start()

    report = killed.cli("usage", "reconcile")

    assert (report["records"], report["counters"], report["differences"]) == (3, 2, [])


def test_a_start_waits_for_whoever_carries_the_journal_and_then_counts_it(killed: Server) -> None:
    with _drains(killed):
        starting = threading.Thread(target=killed.start)
        starting.start()
        starting.join(2)  # a start that does not wait has counted by now
    starting.join()

    assert killed.cli("usage", "reconcile")["differences"] == []


@contextmanager
def _drains(server: Server) -> Iterator[None]:
    """As long as the context lasts, another process carries the journal of ``server``."""
    with (server.home / "journal" / "drain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ask(server: Server, key: str) -> httpx.Response:
    answer = httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]},
        timeout=60,
    )
    assert answer.status_code == 200
    return answer
