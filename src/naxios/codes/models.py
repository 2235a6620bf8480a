from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Batch(models.Model):
    """Codes that were made together and give the same: ``days`` of ``plan``, ``tokens`` as a bonus, or both.

    Each code can be redeemed ``max_uses`` times in all, and one account can redeem ``per_account`` times codes of the
    batch (``None``: as often as it has other codes of it). ``bonus_days`` is how long the bonus can be used once it
    was redeemed, ``None`` until it is used up. ``form_token`` names the form that asked for it: a form that is sent
    twice must not make two.
    """

    name = models.CharField(max_length=100, blank=True)
    plan = models.ForeignKey("plans.Plan", models.PROTECT, null=True, related_name="+")
    days = models.PositiveIntegerField(null=True)
    tokens = models.PositiveBigIntegerField(null=True)
    bonus_days = models.PositiveIntegerField(null=True)
    count = models.PositiveIntegerField()
    max_uses = models.PositiveIntegerField()
    per_account = models.PositiveIntegerField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True)
    form_token = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=~Q(name=""), name="one_batch_a_name"),
            models.CheckConstraint(
                condition=Q(plan=None, days=None) | Q(plan__isnull=False, days__isnull=False, days__gte=1),
                name="a_plan_is_given_for_days",
            ),
            models.CheckConstraint(
                condition=Q(plan__isnull=False) | Q(tokens__isnull=False, tokens__gte=1), name="a_batch_gives_something"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Batch {self.pk}"

    @property
    def gives(self) -> str:
        """What one of its codes gives, in words: ``Pro for 30 days and 5,000 bonus tokens``."""
        parts = []
        if self.plan is not None:
            parts.append(f"{self.plan} for {_days(self.days or 0)}")
        if self.tokens:
            bonus = f"{self.tokens:,} bonus token{'s' if self.tokens > 1 else ''}"
            parts.append(f"{bonus} for {_days(self.bonus_days)}" if self.bonus_days else bonus)
        return " and ".join(parts)


class Code(models.Model):
    """One code: a keyed hash to recognise it, and its last characters to show.

    ``max_uses`` is its batch's, here as well so that the database itself keeps ``uses`` within it.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="codes")
    digest = models.BinaryField(max_length=32, unique=True)
    end = models.CharField(max_length=4)
    max_uses = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(default=0)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(uses__lte=F("max_uses")), name="no_code_beyond_its_uses")]

    def __str__(self) -> str:
        return f"…{self.end}"


class Redemption(models.Model):
    """That an account redeemed a code, and what it got. Outlives the account, without the link to it.

    ``turn`` counts an account's redemptions within a batch, from 1: whatever happens at the same time, two cannot have
    the same, so none is beyond ``per_account``. ``returned`` says of an undone redemption that it does not count: the
    code has the use back, and the account may redeem it again.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="redemptions")
    code = models.ForeignKey(Code, models.CASCADE, related_name="redemptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="redemptions")
    turn = models.PositiveIntegerField()
    at = models.DateTimeField()
    plan_from = models.DateTimeField(null=True)
    plan_until = models.DateTimeField(null=True)
    bonus_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undone_why = models.CharField(max_length=200, blank=True)
    returned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "user"], condition=Q(returned=False), name="one_code_once_an_account"
            ),
            models.UniqueConstraint(
                fields=["batch", "user", "turn"], condition=Q(returned=False), name="one_turn_an_account"
            ),
        ]
        indexes = [models.Index(fields=["user", "-at"])]

    @property
    def reference(self) -> str:
        """What its entitlement and its bonus are filed under."""
        return f"redemption {self.pk}"


class FailedAttempts(models.Model):
    """How often an account, or a network, has tried codes that do not exist, within one stretch of time.

    ``subject`` is a keyed hash: neither network addresses nor who tried stand here.
    """

    subject = models.BinaryField(max_length=32)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "since"], name="one_count_a_stretch")]
        indexes = [models.Index(fields=["since"])]


def _days(days: int) -> str:
    return f"{days:,} day{'s' if days > 1 else ''}"
