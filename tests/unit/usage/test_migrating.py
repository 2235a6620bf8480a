"""Databases of an earlier version keep their past."""

from pathlib import Path

from django.core.management import call_command
from django.db import connection

from naxios.usage.differences import rollups_that_differ
from naxios.usage.models import RefusalRollup, UsageRollup
from tests.unit.usage.histories import drain, refused, used


def test_rollups_are_made_anew_from_the_records_of_the_version_before(database: Path) -> None:
    drain([used(status=200), used(status=502), refused(times=3)])
    call_command("migrate", "usage", "0001", verbosity=0)

    call_command("migrate", "usage", verbosity=0)

    assert rollups_that_differ() == []
    assert set(UsageRollup.objects.values_list("period", "status", "requests")) == {
        (period, status, 1) for period in ("hour", "day", "month") for status in (200, 502)
    }
    assert list(RefusalRollup.objects.values_list("count", flat=True)) == [3]
    connection.close()
