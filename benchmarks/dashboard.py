"""What pages of the dashboard cost with a million usage records in SQLite: server time, CPU, bytes on the way.

    .venv/bin/python -m benchmarks.dashboard [--records 1000000] [--runs 40] [--home DIR] [--json]

How to read it
--------------
Half of the records are one account's, over a year, with six keys and eight models: this account looks at the pages.
Nearly every one of its days has every key with every model, which is the most rows that rollups can have.

- ``p50 ms`` and ``max ms`` are from sending a request to the last byte of its answer, on one kept connection: what the
  server takes, and what this machine does besides. ``CPU ms`` is what the server's process computed for it.
- ``kB`` is what Chromium transfers for a first visit with an empty cache, headers included, over all ``files``.
  ``others`` counts requests to any other server.
- Pages that refresh themselves ask once for what changed (``…/live/``), and mostly hear that nothing did.

``--home`` keeps the database, and uses it again if it is there. Filling takes some minutes. Linux only.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser
from tests.browser.chromium import chromium
from tests.browser.transfer import Transferred, visit
from tests.serving import Server

BATCH = 10_000
ACCOUNTS = 100
KEYS = 6
MODELS = [f"vendor-{number % 3}/model-{number}" for number in range(8)]
PAGES = [
    "/dashboard/",
    "/dashboard/live/?seen=something-else",
    "/dashboard/limits/",
    "/dashboard/usage/",
    "/dashboard/usage/?period=24h",
    "/dashboard/usage/?period=7d&by=hour",
    "/dashboard/usage/?period=30d&group=key",
    "/dashboard/usage/?period=12m",
    "/dashboard/usage/?period=12m&by=day",
    "/dashboard/usage/?period=12m&group=status&model=vendor-0/model-3",
    "/dashboard/usage/live/?seen={stamp}",
]


@dataclass(frozen=True)
class Measured:
    """One page; bytes only where a browser would open it."""

    path: str
    p50_ms: float
    max_ms: float
    cpu_ms: float
    transferred: Transferred | None


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        home = (
            options.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="naxios-benchmark-"))) / "home"
        )
        cookie = _fill(home, options.records)
        server = Server(home)
        server.start()
        stack.callback(server.stop)
        browser = stack.enter_context(chromium())
        rows = []
        for path in _paths(server, cookie):
            _say(f"measuring {path}")
            times, computed = _ask(server, cookie, path, options.runs)
            sizes = None if "/live/" in path else _visit(browser, server, cookie, path)
            p50, longest = statistics.median(times) * 1000, max(times) * 1000
            rows.append(Measured(path, p50, longest, computed * 1000, sizes))
        _say("")
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        _print_table(rows, options.records)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dashboard",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=40, help="requests for each page")
    parser.add_argument("--home", type=Path, help="where the database is kept; a temporary directory without it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def _fill(home: Path, records: int) -> str:
    """A database with that many records of a year, and the cookie of the account with half of them."""
    os.environ.update(NAXIOS_HOME=str(home), DJANGO_SETTINGS_MODULE="naxios.settings")
    from naxios.server.migrate import open_database

    open_database()
    from django.db import connection

    from naxios.usage import queries
    from naxios.usage.rebuild import rebuild

    kept = home / "cookie"
    if queries.record_count() != records:
        session, keys = _people()
        kept.write_text(session)
        _insert(keys, records)
        _say("summing them up")
        rebuild()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return kept.read_text()


def _people() -> tuple[str, list[tuple[int, int]]]:
    """The session of the first account, and account and key for each key."""
    from tests.browser.inhabit import person

    from naxios.accounts.services import create_user
    from naxios.keys import services as keys

    owner, session = person("owner@example.com", "correct horse battery staple", staff=False)
    users = [owner, *(create_user(email=f"account-{number}@example.com") for number in range(1, ACCOUNTS))]
    made = [(user.pk, keys.create(user=user, name=f"key {number}")[0].pk) for user in users for number in range(KEYS)]
    return session, made


def _insert(keys: list[tuple[int, int]], records: int) -> None:
    from django.db import connection, transaction

    from naxios.usage.models import UsageRecord

    columns = [field.column for field in UsageRecord._meta.fields if field.column != "id"]
    places = ", ".join(["%s"] * len(columns))
    sql = f'INSERT INTO "{UsageRecord._meta.db_table}" ({", ".join(columns)}) VALUES ({places})'
    rows = _records(keys, records)
    for done in range(0, records, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            batch = [next(rows) for _ in range(min(BATCH, records - done))]
            cursor.executemany(sql, [[row[column] for column in columns] for row in batch])
        _say(f"filling the database: {(done + BATCH) / records:4.0%} [{'#' * ((done + BATCH) * 40 // records):40}]")


def _records(keys: list[tuple[int, int]], records: int) -> Iterator[dict[str, Any]]:
    """Requests of a year in the order in which they were made."""
    chance = random.Random(1)
    own, others = keys[:KEYS], keys[KEYS:]
    now = datetime.now(UTC).replace(tzinfo=None)
    for number in range(records):
        user, key = chance.choice(own) if number % 2 else chance.choice(others)
        status = 200 if chance.random() < 0.97 else chance.choice((400, 499, 502, 504))
        tokens_in, tokens_out = chance.randrange(4000), chance.randrange(900)
        first_byte = chance.randrange(100_000, 900_000)
        yield {
            "request_id": f"req_{number:024x}",
            "user_id": user,
            "key_id": key,
            "model": chance.choice(MODELS),
            "provider": "vendor",
            "endpoint": "chat.completions",
            "status": status,
            "error": "" if status == 200 else "provider_error",
            "streamed": True,
            "input_tokens": tokens_in,
            "output_tokens": tokens_out,
            "cached_tokens": tokens_in // 3,
            "reasoning_tokens": tokens_out // 4,
            "standard_tokens": tokens_in + tokens_out,
            "usage_source": "reported",
            "admitted_at": str(now - timedelta(days=365) * ((records - number) / records)),
            "duration": first_byte + chance.randrange(9_000_000),
            "first_byte": first_byte,
            "attempts": 1,
        }


def _paths(server: Server, cookie: str) -> list[str]:
    """The pages, with the stamp that the usage page has now."""
    page = _get(_connect(server), "/dashboard/usage/", cookie).decode()
    stamp = page.split("seen=")[1].split('"')[0]
    return [path.format(stamp=stamp) for path in PAGES]


def _ask(server: Server, cookie: str, path: str, runs: int) -> tuple[list[float], float]:
    """Seconds of each run, and CPU seconds of one."""
    connection = _connect(server)
    for _ in range(3):
        _get(connection, path, cookie)
    before, times = _cpu_seconds(server.pid), []
    for _ in range(runs):
        began = time.perf_counter()
        _get(connection, path, cookie)
        times.append(time.perf_counter() - began)
    return times, (_cpu_seconds(server.pid) - before) / runs


def _cpu_seconds(pid: int) -> float:
    """What a process has computed, in threads that are gone as well."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()  # see proc(5)
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _connect(server: Server) -> http.client.HTTPConnection:
    address = urlsplit(server.url)
    assert address.hostname
    return http.client.HTTPConnection(address.hostname, address.port, timeout=60)


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> bytes:
    connection.request("GET", path, headers={"Cookie": f"naxios_session={cookie}"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status in (200, 204), f"{path}: {answer.status}"
    return body


def _visit(browser: Browser, server: Server, cookie: str, path: str) -> Transferred:
    context = browser.new_context(base_url=server.url)
    context.add_cookies([{"name": "naxios_session", "value": cookie, "url": server.url}])
    transferred = visit(context, server.url, path)
    context.close()
    return transferred


def _print_table(rows: list[Measured], records: int) -> None:
    print(f"\n{records:,} usage records")
    print("{:72}{:>8}{:>8}{:>8}{:>8}{:>7}{:>8}".format("", "p50 ms", "max ms", "CPU ms", "kB", "files", "others"))
    for row in rows:
        sizes = f"{seen.bytes / 1000:>8.1f}{seen.files:>7}{len(seen.strangers):>8}" if (seen := row.transferred) else ""
        print(f"{row.path:72}{row.p50_ms:>8.1f}{row.max_ms:>8.1f}{row.cpu_ms:>8.1f}{sizes}")


def _say(what: str) -> None:
    """Progress, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
