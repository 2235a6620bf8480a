"""What a first start makes, made once in this process for all its tests: a migrated database and the static files."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path


@cache
def migrated_database() -> Path:
    """A database as a first start leaves it, to be copied."""
    from naxios import config

    home = config.load().home
    # In a thread, because this one may have Playwright's event loop running, in which Django asks no database.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_migrate).result()
    return (home / "naxios.sqlite3").rename(home / "fresh.sqlite3")


@cache
def static_files() -> Path:
    """The directory of the files that pages name by their content."""
    from naxios import config
    from naxios.server.static_files import collect_static_files

    collect_static_files(config.load())
    return config.load().home / "static"


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()  # brings everything from the write-ahead log into the file
