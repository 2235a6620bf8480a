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
os.environ["SSL_CERT_FILE"] = f"{_home.name}/nobody.pem"

import django  # noqa: E402

django.setup()

from tests.authority import write_nobodys  # noqa: E402
from tests.first_start import migrated_database, static_files  # noqa: E402

write_nobodys(Path(os.environ["SSL_CERT_FILE"]))

# The same examples at every run, so that the suite is not flaky. `--hypothesis-profile search` looks for new ones.
settings.register_profile("naxios", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("naxios")


@pytest.fixture(scope="session")
def _migrated_database() -> Path:
    return migrated_database()


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


@pytest.fixture(scope="session")
def pages() -> None:
    """The static files that pages name by their content, collected as at a server's start."""
    static_files()
