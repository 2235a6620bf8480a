"""Refused requests: counted, in a bounded number of bytes and rows, and never a second time as usage."""

import asyncio
import json
import time
from collections import Counter

import httpx2 as httpx
import pytest

from tests.integration.operation.stored import records, rows
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

pytestmark = pytest.mark.usefixtures(
    "key"
)  # before any other: while the models are not known yet, asking for them is refused

FLOOD = 5_000
CLIENTS = 16


def test_a_flood_of_refusals_leaves_a_few_rows_and_a_few_kilobytes(server: Server) -> None:
    key = server.key("--requests-per-minute", "1", user="flood@example.com")
    assert _ask(server, key, "naxios/echo").status_code == 200
    before = _journal_bytes(server)

    begin = time.time()
    statuses = asyncio.run(_flood(server, key))
    seconds = time.time() - begin

    served, refused = statuses[200], statuses[429]
    assert served + refused == FLOOD
    assert served <= 1 + seconds / 60
    account = server.cli("user", "show", "flood@example.com")["id"]
    _wait_for_refusals(server, account, refused)
    stored = rows(server, "SELECT code, minute, count FROM usage_refusalcount WHERE user_id = ?", account)
    assert {row["code"] for row in stored} == {"requests_per_minute"}
    assert len(stored) <= seconds / 60 + 2
    # About 120 bytes a second for the tally, and 500 for each request that was served.
    assert _journal_bytes(server) - before < 500 * (seconds + 5) + 1_000 * (served + 1)


@pytest.mark.parametrize(("upstream", "status"), [(500, 502), (503, 503)], ids=["provider error", "none available"])
def test_a_request_that_no_provider_answered_is_on_record_and_not_among_the_refusals(
    server: Server, provider: StandInProvider, upstream: int, status: int
) -> None:
    provider.models["good"] = Behaviour(status=upstream)
    who = f"unlucky-{upstream}@example.com"
    key = server.key(user=who)

    answer = _ask(server, key, "good")

    assert answer.status_code == status
    assert _ask(server, key, "no-such-model").status_code == 404
    _wait_for_refusals(server, server.cli("user", "show", who)["id"], 1)
    usage = server.cli("usage", "--user", who)
    assert usage["refusals"] == {"model_not_found": 1}
    assert [(row["requests"], row["errors"]) for row in usage["totals"]] == [(1, 1)]
    [record] = records(server)[answer.headers["x-request-id"]]
    assert (record["status"], record["error"]) == (status, answer.json()["error"]["code"])


def test_a_request_that_was_not_admitted_is_among_the_refusals_and_not_on_record(server: Server) -> None:
    key = server.key("--models", "good", user="limited@example.com")

    refused = [_ask(server, key, model) for model in ("naxios/echo", "naxios/echo", "no-such-model")]

    assert [answer.status_code for answer in refused] == [403, 403, 404]
    account = server.cli("user", "show", "limited@example.com")["id"]
    _wait_for_refusals(server, account, 3)
    usage = server.cli("usage", "--user", "limited@example.com")
    assert usage["refusals"] == {"model_not_allowed": 2, "model_not_found": 1}
    assert usage["totals"] == []


def _ask(server: Server, key: str, model: str) -> httpx.Response:
    return httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}"},
        json={"model": model, "messages": [{"role": "user", "content": "Hello"}]},
        timeout=60,
    )


async def _flood(server: Server, key: str) -> Counter[int]:
    """How often each status came of ``FLOOD`` requests, over connections that stay open."""
    body = json.dumps({"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]}).encode()
    request = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: naxios\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body
    host, port = server.url.removeprefix("http://").split(":")
    statuses: Counter[int] = Counter()

    async def ask(count: int) -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(count):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.splitlines() if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            statuses[int(head.split()[1])] += 1
        writer.close()

    shares = [FLOOD // CLIENTS + (number < FLOOD % CLIENTS) for number in range(CLIENTS)]
    await asyncio.gather(*map(ask, shares))
    return statuses


def _journal_bytes(server: Server) -> int:
    return sum(segment.stat().st_size for segment in (server.home / "journal").glob("*.journal"))


def _wait_for_refusals(server: Server, account: int, count: int) -> None:
    """Return once ``count`` refusals have reached the database; the tally is written about once a second."""
    end = time.monotonic() + 20
    query = "SELECT COALESCE(SUM(count), 0) AS total FROM usage_refusalcount WHERE user_id = ?"
    while (counted := rows(server, query, account)[0]["total"]) < count:
        assert time.monotonic() < end, f"only {counted} of {count} refusals were counted"
        time.sleep(0.1)
    assert counted == count
