"""A database for histories, away from midnight."""

import time
from pathlib import Path

import pytest

from naxios.domain import clock

LONGEST_TEST = 20 * clock.SECOND


@pytest.fixture(autouse=True)
def _empty_database(database: Path) -> None:
    """Every test of usage has one; examples of hypothesis share it and begin with ``forget_everything``."""


@pytest.fixture(autouse=True)
def _one_day() -> None:
    """What a test calls today does not become yesterday on its way."""
    left = clock.until_next_day(clock.now())
    if left < LONGEST_TEST:
        time.sleep(left / clock.SECOND)
