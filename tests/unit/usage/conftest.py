"""A database for histories."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("database", suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(autouse=True)
def _empty_database(database: Path) -> None:
    """Every test of usage has one; examples of hypothesis share it and begin with ``forget_everything``."""
