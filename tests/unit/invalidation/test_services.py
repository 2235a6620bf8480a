"""Changes are numbered without a gap, told in order, and forgotten after an hour."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from naxios.invalidation import queries, services
from naxios.invalidation.models import Change, Revision

pytestmark = pytest.mark.usefixtures("database")


def age(number: int, by: timedelta) -> None:
    Change.objects.filter(number=number).update(created_at=timezone.now() - by)


def test_changes_are_told_in_order_since_what_was_seen() -> None:
    seen = queries.latest()

    services.key_changed(42)
    services.account_changed(17)
    services.catalogue_changed()

    assert queries.since(seen) == [(seen + 1, "key", 42), (seen + 2, "account", 17), (seen + 3, "catalogue", 0)]
    assert queries.since(seen + 2) == [(seen + 3, "catalogue", 0)]
    assert queries.since(seen + 3) == []
    assert queries.latest() == seen + 3


def test_the_first_change_of_an_empty_database_is_number_one() -> None:
    Change.objects.all().delete()
    Revision.objects.all().delete()
    assert queries.latest() == 0

    services.key_changed(42)

    assert queries.since(0) == [(1, "key", 42)]


def test_a_change_that_was_taken_back_leaves_no_gap() -> None:
    seen = queries.latest()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.key_changed(42)
        _ = 1 / 0

    services.key_changed(43)

    assert queries.since(seen) == [(seen + 1, "key", 43)]


def test_whoever_was_away_for_too_long_is_told_that_changes_are_missing() -> None:
    seen = queries.latest()
    services.key_changed(42)
    services.key_changed(43)
    age(seen + 1, 2 * services.KEEP_FOR)

    assert services.forget_old() == 1

    assert queries.since(seen) is None
    assert queries.since(seen + 1) == [(seen + 2, "key", 43)]


def test_what_is_forgotten_as_a_whole_is_missing_as_well() -> None:
    seen = queries.latest()
    services.key_changed(42)
    age(seen + 1, 2 * services.KEEP_FOR)
    services.forget_old()

    assert queries.since(seen) is None
    assert queries.since(seen + 1) == []


def test_a_database_that_was_set_back_is_noticed() -> None:
    """A gateway has seen a change that a restored backup does not know of."""
    assert queries.since(queries.latest() + 1) is None


def test_changes_of_the_last_hour_are_kept() -> None:
    services.key_changed(42)
    age(queries.latest(), services.KEEP_FOR - timedelta(minutes=1))

    assert services.forget_old() == 0
