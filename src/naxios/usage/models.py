from typing import Any

from django.conf import settings
from django.db import models

from naxios.usage.periods import Period


def _reference(to: str) -> Any:
    # No database constraint: a journal entry may arrive after the row that it names has been deleted.
    # No index of its own: every table here has one that begins with it.
    return models.ForeignKey(to, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")


class TokenCounts(models.Model):
    """Token columns shared by records and rollups."""

    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)
    standard_tokens = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class UsageRecord(TokenCounts):
    """One metered request; never content. Durations are microseconds; the day counts by ``admitted_at``.

    ``bonus_tokens`` are those of the standard tokens that the account's bonus was charged.
    """

    request_id = models.CharField(max_length=40, unique=True)
    user = _reference(settings.AUTH_USER_MODEL)
    key = _reference("keys.ApiKey")
    model = models.CharField(max_length=200)
    provider = models.CharField(max_length=50)
    endpoint = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField()
    error = models.CharField(max_length=40, blank=True)
    streamed = models.BooleanField()
    usage_source = models.CharField(max_length=16)
    admitted_at = models.DateTimeField()
    duration = models.BigIntegerField()
    first_byte = models.BigIntegerField()
    attempts = models.PositiveSmallIntegerField()
    bonus_tokens = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["key", "admitted_at"]),
            models.Index(fields=["user", "admitted_at"]),
            models.Index(fields=["user", "model", "admitted_at"]),
            models.Index(fields=["admitted_at"]),
            models.Index(
                fields=["user", "admitted_at"], condition=models.Q(bonus_tokens__gt=0), name="bonus_tokens_of_records"
            ),
        ]


class LatencyCounts(models.Model):
    """How many requests took how long; :mod:`naxios.usage.latency` names the columns and reads them."""

    within_5_ms = models.BigIntegerField(default=0)
    within_10_ms = models.BigIntegerField(default=0)
    within_20_ms = models.BigIntegerField(default=0)
    within_50_ms = models.BigIntegerField(default=0)
    within_100_ms = models.BigIntegerField(default=0)
    within_200_ms = models.BigIntegerField(default=0)
    within_500_ms = models.BigIntegerField(default=0)
    within_1_s = models.BigIntegerField(default=0)
    within_2_s = models.BigIntegerField(default=0)
    within_5_s = models.BigIntegerField(default=0)
    within_10_s = models.BigIntegerField(default=0)
    within_20_s = models.BigIntegerField(default=0)
    within_50_s = models.BigIntegerField(default=0)
    within_100_s = models.BigIntegerField(default=0)
    over_100_s = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class UsageRollup(TokenCounts, LatencyCounts):
    """Usage summed per hour, UTC day or UTC month, and key, model, provider and status.

    ``first_byte`` sums the ``first_byte_count`` requests that had one.
    """

    Period = Period

    period = models.CharField(max_length=5, choices=[(period.value, period.value.title()) for period in Period])
    start = models.DateTimeField()
    user = _reference(settings.AUTH_USER_MODEL)
    key = _reference("keys.ApiKey")
    model = models.CharField(max_length=200)
    provider = models.CharField(max_length=50)
    status = models.PositiveSmallIntegerField()
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    duration = models.BigIntegerField(default=0)
    first_byte = models.BigIntegerField(default=0)
    first_byte_count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "start", "user", "key", "model", "provider", "status"], name="one_rollup_a_period"
            ),
        ]
        indexes = [
            # With the model, so that the usual grouping comes out of the index in order.
            models.Index(fields=["user", "period", "start", "model"]),
            models.Index(fields=["key", "period", "start"]),
        ]


class RefusalCount(models.Model):
    """How often one key was refused for one reason within one minute."""

    user = _reference(settings.AUTH_USER_MODEL)
    key = _reference("keys.ApiKey")
    code = models.CharField(max_length=40)
    minute = models.DateTimeField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "code", "minute"], name="one_count_a_minute")]
        indexes = [models.Index(fields=["user", "minute"])]


class RefusalRollup(models.Model):
    """How often one key was refused for one reason within one UTC day: long periods need not add up minutes."""

    user = _reference(settings.AUTH_USER_MODEL)
    key = _reference("keys.ApiKey")
    code = models.CharField(max_length=40)
    day = models.DateTimeField()
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "code", "day"], name="one_refusal_rollup_a_day")]
        indexes = [models.Index(fields=["user", "day"])]


class JournalPosition(models.Model):
    """How far one journal segment has reached the database: written in the transaction that carries its entries."""

    segment = models.CharField(max_length=80, primary_key=True)
    offset = models.BigIntegerField(default=0)
