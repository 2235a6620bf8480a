"""A database that goes away while Naxios runs, and comes back: nothing that was answered is lost."""

import time
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.integration.conftest import catalogue
from tests.integration.operation.postgres import running_postgres
from tests.serving import Server, running_server
from tests.stand_ins.provider import Behaviour, StandInProvider


def test_what_was_answered_without_a_database_is_recorded_once_it_is_back(
    tmp_path: Path, provider: StandInProvider
) -> None:
    provider.models["good"] = Behaviour(chunk_delay=0.1)
    with (
        running_postgres() as postgres,
        running_server(tmp_path, NAXIOS_DATABASE_URL=postgres.new_database()) as server,
    ):
        server.apply(catalogue(provider), STAND_IN_KEY=provider.credential)
        key = server.key()

        with _stream(server, key) as answer:
            events = answer.iter_lines()
            next(events)
            postgres.stop()
            last = [line for line in events if line][-1]
        away = httpx.get(f"{server.url}/readyz", timeout=60)
        postgres.start()
        _wait_until_ready(server)

        assert last == "data: [DONE]"
        assert (away.status_code, away.json()["database"]) == (503, "failing")
        [row] = server.cli("usage")["totals"]
        assert (row["model"], row["requests"], row["errors"], row["output_tokens"]) == ("good", 1, 0, 8)
        assert server.cli("usage", "reconcile")["agree"]


def test_a_stop_without_a_database_leaves_the_journal_for_the_next_start(
    tmp_path: Path, provider: StandInProvider
) -> None:
    with running_postgres() as postgres:
        url = postgres.new_database()
        with running_server(tmp_path, NAXIOS_DATABASE_URL=url) as server:
            server.apply(catalogue(provider), STAND_IN_KEY=provider.credential)
            provider.models["good"] = Behaviour(chunk_delay=0.1)
            with _stream(server, server.key()) as answer:
                events = answer.iter_lines()
                next(events)
                postgres.stop()
                assert [line for line in events if line][-1] == "data: [DONE]"
            assert server.stop() == 0
            postgres.start()
            server.start()

            report = server.cli("usage", "reconcile")

        assert (report["records"], report["counters"], report["agree"]) == (1, 2, True)


def _stream(server: Server, key: str) -> Any:
    return httpx.stream(
        "POST",
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}"},
        json={"model": "good", "messages": [{"role": "user", "content": "Hello"}], "stream": True},
        timeout=60,
    )


def _wait_until_ready(server: Server) -> None:
    end = time.monotonic() + 30
    while httpx.get(f"{server.url}/readyz", timeout=60).status_code != 200:
        assert time.monotonic() < end, "the server never notices that the database is back"
        time.sleep(0.1)
