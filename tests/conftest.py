"""Fixtures that many tests share. Every worker has a home directory of its own, set before Django is imported."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

_home = tempfile.TemporaryDirectory(prefix="naxios-test-")
os.environ["NAXIOS_HOME"] = _home.name
os.environ["NAXIOS_LOG_FORMAT"] = "json"
os.environ["NAXIOS_DATABASE_URL"] = ""  # set, so that no .env of the checkout names a database that is not for tests
os.environ["DJANGO_SETTINGS_MODULE"] = "naxios.settings"

import django  # noqa: E402

django.setup()

# The same examples at every run, so that the suite is not flaky. `--hypothesis-profile search` looks for new ones.
settings.register_profile("naxios", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("naxios")


@pytest.fixture(scope="session")
def _migrated_database() -> Path:
    """A migrated database as a first start makes it, to be copied."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()  # brings everything from the write-ahead log into the file
    fresh = Path(_home.name) / "fresh.sqlite3"
    (Path(_home.name) / "naxios.sqlite3").rename(fresh)
    return fresh


@pytest.fixture
def database(_migrated_database: Path) -> Iterator[Path]:
    """The file of a database as a first start leaves it: migrated, with the plan `free` and `naxios/echo`."""
    from django.db import connections

    file = Path(_home.name) / "naxios.sqlite3"
    shutil.copy(_migrated_database, file)
    yield file
    connections.close_all()
    for used in file.parent.glob(f"{file.name}*"):
        used.unlink()
