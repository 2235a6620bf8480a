"""Rollups made anew from what they sum up, for when ``naxios usage reconcile`` finds them to differ."""

from django.db import connection, models, transaction

from naxios.usage import sums
from naxios.usage.models import RefusalRollup, UsageRollup
from naxios.usage.periods import Period


@transaction.atomic
def rebuild() -> None:
    """Replace every rollup by the sums of the records and refusal counts that there are."""
    UsageRollup.objects.all().delete()
    for period in Period:
        _insert(UsageRollup, (*sums.GROUP, *sums.SUMMED), sums.of_records(period), period=period.value)
    RefusalRollup.objects.all().delete()
    _insert(RefusalRollup, (*sums.REFUSAL_GROUP, "count"), sums.of_refusal_counts())


def _insert(model: type[models.Model], columns: tuple[str, ...], rows: sums.Rows, **constants: str) -> None:
    """Insert what ``rows`` finds, in the order of ``columns``, without a detour through this process."""
    sql, parameters = rows.query.sql_with_params()
    quoted = ", ".join(f'"{column}"' for column in (*constants, *columns))
    selected = ", ".join([*("%s" for _ in constants), "found.*"])
    statement = f'INSERT INTO "{model._meta.db_table}" ({quoted}) SELECT {selected} FROM ({sql}) AS found'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, (*constants.values(), *parameters))
