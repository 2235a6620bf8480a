from django.conf import settings
from django.db import models

from naxios.plans.limit_fields import LimitFields


class Plan(LimitFields):
    """A named set of limits. ``price_minor`` is per month, in minor units of ``currency``."""

    name = models.SlugField(unique=True)
    display_name = models.CharField(max_length=100, blank=True)
    requires_discord = models.BooleanField(default=False)
    price_minor = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.name


class Entitlement(models.Model):
    """Why an account has a plan, from when to when."""

    class Source(models.TextChoices):
        STAFF = "staff"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="entitlements")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="entitlements")
    source = models.CharField(max_length=16, choices=Source)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
