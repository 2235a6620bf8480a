from typing import Any

from django.conf import settings
from django.db import models


def _reference(to: str) -> Any:
    # No database constraint: a journal entry may arrive after the row that it names has been deleted.
    return models.ForeignKey(to, models.DO_NOTHING, db_constraint=False, related_name="+")


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
    """One metered request; never content. Durations are microseconds; the day counts by ``admitted_at``."""

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

    class Meta:
        indexes = [
            models.Index(fields=["key", "admitted_at"]),
            models.Index(fields=["user", "admitted_at"]),
            models.Index(fields=["admitted_at"]),
        ]


class UsageRollup(TokenCounts):
    """Usage summed per hour or day, key, model and provider."""

    class Period(models.TextChoices):
        HOUR = "hour"
        DAY = "day"

    period = models.CharField(max_length=4, choices=Period)
    start = models.DateTimeField()
    user = _reference(settings.AUTH_USER_MODEL)
    key = _reference("keys.ApiKey")
    model = models.CharField(max_length=200)
    provider = models.CharField(max_length=50)
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    duration = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "start", "user", "key", "model", "provider"], name="one_rollup_a_period"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "period", "start"]),
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


class JournalPosition(models.Model):
    """How far one journal segment has reached the database: written in the transaction that carries its entries."""

    segment = models.CharField(max_length=80, primary_key=True)
    offset = models.BigIntegerField(default=0)
