"""The database brought up to date before anything uses it: quietly, once, whoever comes first."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.db import connection

from naxios.config import Config, load
from naxios.errors import Refused
from naxios.server.locks import MIGRATION_LOCK, locked


def open_database() -> Config:
    """Set Django up and apply the migrations that are pending; returns the configuration.

    Raises
    ------
    Refused
        The database cannot be reached or opened.
    ConfigError
        The environment names something that cannot be used.
    """
    os.umask(0o077)  # whatever this process writes, the database with its companions above all, is its owner's alone
    config = load()
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    django.setup()
    from django.core.management import call_command
    from django.db import Error as DatabaseError
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            with _alone(config):
                call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        where = f"{config.home}/naxios.sqlite3" if config.uses_sqlite else "NAXIOS_DATABASE_URL"
        raise Refused(f"The database ({where}) cannot be used: {str(error).splitlines()[0]}") from None
    return config


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    if not config.uses_sqlite:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        return
    with locked(config.home / "migrate.lock"):
        yield
