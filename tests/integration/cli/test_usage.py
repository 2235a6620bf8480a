"""``naxios usage``: what was used, by whom, and whether all the places that say so agree."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.integration.cli.conftest import Installation
from tests.integration.conftest import catalogue
from tests.serving import Server, running_server
from tests.stand_ins.provider import Behaviour, StandInProvider

ECHO_TOKENS = 23


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, running_stand_in: StandInProvider) -> Iterator[Server]:
    """Two accounts have used it: one asked ``naxios/echo`` three times, the other ``good``, and ``bad`` in vain."""
    running_stand_in.models["bad"] = Behaviour(status=400)
    with running_server(tmp_path_factory.mktemp("live")) as server:
        bad = '[models.bad]\nroutes = [ { provider = "stand-in", model = "bad" } ]'
        server.apply(catalogue(running_stand_in, bad), STAND_IN_KEY=running_stand_in.credential)
        first, second = server.key(user="first@example.com"), server.key(user="second@example.com")
        for key, model in [(first, "naxios/echo")] * 3 + [(second, "good"), (second, "bad"), (second, "unknown")]:
            httpx.post(
                f"{server.api}/chat/completions",
                headers={"authorization": f"Bearer {key}"},
                json={"model": model, "messages": [{"role": "user", "content": "Hello"}]},
                timeout=60,
            )
        _wait_for_refusals(server)
        yield server


@pytest.fixture(scope="module")
def stopped(live: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home directory after that, copied while nothing happened."""
    live.cli("usage")
    copy = tmp_path_factory.mktemp("stopped") / "home"
    copy.mkdir()
    with (
        closing(sqlite3.connect(live.home / "naxios.sqlite3")) as source,
        closing(sqlite3.connect(copy / "naxios.sqlite3")) as target,
    ):
        source.backup(target)
    shutil.copy(live.home / "secret_key", copy)
    return copy


@pytest.fixture
def copied(stopped: Path, tmp_path: Path) -> Server:
    """A copy for one test to do with as it likes."""
    return Installation(shutil.copytree(stopped, tmp_path / "home"))


def test_usage_is_summed_by_model(live: Server) -> None:
    usage = live.cli("usage")

    assert [(row["model"], row["requests"], row["errors"]) for row in usage["totals"]] == [
        ("naxios/echo", 3, 0),
        ("good", 1, 0),
        ("bad", 1, 1),
    ]
    assert usage["totals"][0]["standard_tokens"] == 3 * ECHO_TOKENS


def test_usage_is_summed_by_key(live: Server) -> None:
    usage = live.cli("usage", "--by", "key")

    assert [(row["key"], row["requests"]) for row in usage["totals"]] == [("1 test key", 3), ("2 test key", 2)]


def test_usage_is_summed_by_day(live: Server) -> None:
    usage = live.cli("usage", "--by", "day")

    assert sum(row["requests"] for row in usage["totals"]) == 5
    assert usage["totals"][0]["day"] <= datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("options", "requests"),
    [
        (("--user", "first@example.com"), 3),
        (("--user", "second@example.com"), 2),
        (("--key", "1"), 3),
        (("--user", "first@example.com", "--key", "2"), 0),
        (("--since", "2020-01-01"), 5),
        (("--since", "2999-01-01"), 0),
    ],
)
def test_usage_is_narrowed(live: Server, options: tuple[str, ...], requests: int) -> None:
    usage = live.cli("usage", *options)

    assert sum(row["requests"] for row in usage["totals"]) == requests


def test_a_person_reads_a_table_and_what_was_refused(live: Server) -> None:
    shown = live.run("usage", "--user", "second@example.com").stdout.splitlines()

    assert shown[0].startswith("model  requests  errors  input tokens  output tokens  ")
    assert shown[1].split()[:3] == ["good", "1", "0"]
    assert shown[-1] == "Refused: 1 x model_not_found"


def test_nothing_used_is_said(live: Server) -> None:
    assert live.run("usage", "--since", "2999-01-01").stdout == "No usage yet.\n"


def test_everything_agrees_while_the_server_runs(live: Server) -> None:
    done = live.run("usage", "reconcile")

    assert done.returncode == 0
    assert done.stdout.endswith("Everything agrees.\n")
    assert live.cli("usage", "reconcile")["counters"] == 4


def test_everything_agrees_while_no_server_runs(copied: Server) -> None:
    report = copied.cli("usage", "reconcile")

    assert report == {
        "records": 5,
        "pending": 0,
        "damaged": 0,
        "counters": None,
        "differences": [],
        "agree": True,
    }


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("DELETE FROM usage_usagerecord WHERE id = 1", "requests 3 (records: 2)"),
        ("UPDATE usage_usagerecord SET standard_tokens = 0 WHERE id = 1", "standard_tokens 69 (records: 46)"),
        ("UPDATE usage_usagerecord SET output_tokens = 22 WHERE id = 1", "output_tokens 63 (records: 64)"),
        ("UPDATE usage_usagerecord SET status = 500 WHERE id = 1", "errors 0 (records: 1)"),
        ("UPDATE usage_usagerecord SET model = 'other' WHERE id = 1", "other, naxios, 200: requests 0 (records: 1)"),
        (
            "UPDATE usage_usagerecord SET user_id = 2 WHERE id = 1",
            "account 2, key 1, naxios/echo, naxios, 200:",
        ),
        ("UPDATE usage_usagerollup SET input_tokens = 0 WHERE period = 'hour'", "input_tokens 0 (records: 6)"),
        ("UPDATE usage_usagerollup SET requests = 4 WHERE period = 'day' AND key_id = 1", "requests 4 (records: 3)"),
        ("DELETE FROM usage_usagerollup WHERE period = 'day'", "day rollup"),
        ("UPDATE usage_usagerollup SET start = '2020-01-01 00:00:00'", "rollup 2020-01-01 00:00 of account 1"),
    ],
)
def test_what_was_changed_by_hand_is_found(copied: Server, statement: str, difference: str) -> None:
    _change(copied, statement)

    done = copied.run("usage", "reconcile")

    assert done.returncode == 1
    assert done.stdout.endswith("Not everything agrees.\n")
    assert difference in done.stdout


def test_what_was_changed_by_hand_everywhere_differs_from_the_running_counters(live: Server) -> None:
    _change(
        live, *(f"UPDATE {table} SET standard_tokens = standard_tokens + 1 WHERE model = 'good'" for table in TABLES)
    )
    try:
        done = live.run("usage", "reconcile", "--json")
    finally:
        _change(
            live,
            *(f"UPDATE {table} SET standard_tokens = standard_tokens - 1 WHERE model = 'good'" for table in TABLES),
        )

    report = json.loads(done.stdout)
    assert (done.returncode, report["agree"]) == (1, False)
    assert [difference.split(" today: ")[0] for difference in report["differences"]] == [
        "counter of account:2",
        "counter of key:2",
    ]


def test_a_torn_line_of_the_journal_is_counted_and_skipped(copied: Server) -> None:
    segment = copied.home / "journal" / "00000000000000000001-1-abcdef.journal"
    segment.parent.mkdir()
    segment.write_bytes(b'0badc0de {"kind":"usage","request_id":"req_\n0badc0de {"kind":"usage",')

    before = copied.cli("usage", "reconcile")
    carried = copied.run("usage")

    assert (before["damaged"], before["agree"]) == (1, True)
    assert carried.returncode == 0
    assert "damaged journal lines were skipped" in carried.stderr
    assert not segment.exists()
    assert copied.cli("usage", "reconcile")["agree"]


TABLES = ("usage_usagerecord", "usage_usagerollup")


def _wait_for_refusals(server: Server) -> None:
    """They are carried to the journal once a second."""
    end = time.monotonic() + 20
    while not server.cli("usage", "--user", "second@example.com")["refusals"]:
        assert time.monotonic() < end, "the refused request is never counted"


def _change(server: Server, *statements: Any) -> None:
    with closing(sqlite3.connect(server.home / "naxios.sqlite3", timeout=20)) as database, database:
        for statement in statements:
            assert database.execute(statement).rowcount > 0
