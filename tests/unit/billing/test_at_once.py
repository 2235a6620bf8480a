"""Many things about one customer at the same time, on SQLite."""

from collections.abc import Callable

import pytest

from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing.rush import RUSHES


@pytest.mark.parametrize("rush", RUSHES, ids=lambda rush: rush.__name__.replace("_", " "))
def test_whatever_happens_at_the_same_time_the_end_is_the_same(
    stripe: StandInStripe, pages: None, rush: Callable[[StandInStripe], None]
) -> None:
    rush(stripe)
