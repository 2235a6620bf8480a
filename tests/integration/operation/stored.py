"""What a stopped or running server has stored, read from the database file by itself."""

import sqlite3
from contextlib import closing
from typing import Any

from tests.serving import Server


def rows(server: Server, query: str, *values: Any) -> list[dict[str, Any]]:
    """The rows of ``query``."""
    uri = f"file:{server.home / 'naxios.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=20)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query, values)]


def records(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Usage records by request id: one for each id, if all is well."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(server, "SELECT * FROM usage_usagerecord"):
        found.setdefault(row["request_id"], []).append(row)
    return found
