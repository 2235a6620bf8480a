"""What is declared of changes is what happens to them."""

from datetime import timedelta

from naxios.domain.inventory import Retention
from naxios.invalidation import inventory, services


def test_a_change_is_declared_to_stay_for_as_long_as_it_is_kept() -> None:
    declared = {declaration.retention for declaration in inventory.MODELS["invalidation.Change"].values()}

    assert declared == {Retention.HOUR}
    assert timedelta(hours=1) == services.KEEP_FOR
