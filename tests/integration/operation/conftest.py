"""PostgreSQL, started once for each worker; every module gets a database of its own."""

from collections.abc import Iterator

import pytest

from tests.integration.operation.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_url(postgres: Postgres) -> str:
    """An empty database of this module."""
    return postgres.new_database()
