"""Codes that are redeemed by many at the same time, on SQLite."""

from collections.abc import Callable

import pytest

from tests.unit.codes.rush import RUSHES


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("rush", RUSHES, ids=lambda rush: rush.__name__.replace("_", " "))
def test_whatever_happens_at_the_same_time_each_counts_as_often_as_it_may(rush: Callable[[], None]) -> None:
    rush()
