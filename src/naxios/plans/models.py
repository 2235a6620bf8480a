from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from naxios.domain.entitlements import FREE
from naxios.plans.limit_fields import LimitFields


class Plan(LimitFields):
    """A named set of limits. ``price_minor`` is per month, in minor units of ``currency``.

    ``stripe_price`` is the id of a price that the operator has made at Stripe; without it Naxios makes one there.
    """

    class AfterLapse(models.TextChoices):
        """What becomes of an account whose last entitlement to this plan has ended."""

        FREE = "free", "goes on with the free plan"
        REFUSE = "refuse", "is refused until it renews, or chooses the free plan"

    name = models.SlugField(unique=True)
    display_name = models.CharField(max_length=100, blank=True)
    requires_discord = models.BooleanField(default=False)
    price_minor = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    trial_days = models.PositiveSmallIntegerField(default=0)
    stripe_price = models.CharField(max_length=100, blank=True)
    after_lapse = models.CharField(max_length=6, choices=AfterLapse, default=AfterLapse.FREE)

    def __str__(self) -> str:
        return self.display_name or self.name

    @property
    def is_free(self) -> bool:
        """Whether it is the plan of accounts without another entitlement."""
        return self.name == FREE


class Entitlement(models.Model):
    """Why an account has a plan, from when to when.

    ``reference`` names what gave it within its source (a subscription, a redemption), so that the same thing told
    twice gives it once. ``renews`` says that what gave it will move its end by itself. ``lapse_told_at`` is when its
    owner was told that it ends, ``end_told_at`` that it has ended, ``lapse_accepted_at`` when they chose the free plan
    afterwards.
    """

    class Source(models.TextChoices):
        FREE_TIER = "free_tier", "Free tier"
        SUBSCRIPTION = "subscription", "Subscription"
        CODE = "code", "Redemption code"
        STAFF = "staff", "Granted by staff"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="entitlements")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="entitlements")
    source = models.CharField(max_length=16, choices=Source)
    reference = models.CharField(max_length=100, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    priority = models.SmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    renews = models.BooleanField(default=False)
    lapse_told_at = models.DateTimeField(null=True, blank=True)
    end_told_at = models.DateTimeField(null=True, blank=True)
    lapse_accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"], condition=~models.Q(reference=""), name="one_entitlement_a_reference"
            )
        ]
        indexes = [models.Index(fields=["ends_at"], condition=models.Q(end_told_at=None), name="entitlements_that_end")]


class BonusGrant(models.Model):
    """Bonus tokens: they extend the allowance of any day, once that of the plan is used, until they are used up.

    ``used`` is what usage records have taken of them. ``ends_at`` is until when they count if they are not used, and
    ``ended_at`` when they were taken back: what was not used then is gone, what was used stays used.
    """

    class Source(models.TextChoices):
        CODE = "code", "Redemption code"
        PURCHASE = "purchase", "Token pack"
        STAFF = "staff", "Granted by staff"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bonus_grants")
    tokens = models.PositiveBigIntegerField()
    used = models.PositiveBigIntegerField(default=0)
    source = models.CharField(max_length=16, choices=Source)
    reference = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"], condition=~models.Q(reference=""), name="one_bonus_a_reference"
            ),
            models.CheckConstraint(condition=models.Q(tokens__gte=1), name="a_bonus_has_tokens"),
            models.CheckConstraint(condition=models.Q(used__lte=models.F("tokens")), name="a_bonus_is_used_once"),
        ]

    def over_at(self) -> datetime | None:
        """From when on what is left of it does not count; ``None`` for never."""
        return min((at for at in (self.ends_at, self.ended_at) if at is not None), default=None)

    def is_in_force(self, at: datetime) -> bool:
        """Whether what is left of it counts at ``at``."""
        over_at = self.over_at()
        return over_at is None or at < over_at
