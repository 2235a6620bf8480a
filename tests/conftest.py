"""Fixtures that many tests share. Every worker has a home directory of its own, set before Django is imported."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_home = tempfile.TemporaryDirectory(prefix="naxios-test-")
os.environ["NAXIOS_HOME"] = _home.name
os.environ["NAXIOS_LOG_FORMAT"] = "json"
os.environ.pop("NAXIOS_DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "naxios.settings"

import django  # noqa: E402

django.setup()


@pytest.fixture(scope="session")
def _migrated_database() -> Path:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()
    return Path(_home.name) / "naxios.sqlite3"


@pytest.fixture
def database(_migrated_database: Path) -> Iterator[Path]:
    """An empty, migrated SQLite database; emptied again afterwards. Yields its file."""
    from django.core.management import call_command
    from django.db import connections

    yield _migrated_database
    call_command("flush", verbosity=0, interactive=False)
    connections.close_all()
