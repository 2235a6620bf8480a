from django.conf import settings
from django.db import models
from django.utils import timezone


class Settings(models.Model):
    """What the operator has decided otherwise than :class:`naxios.abuse.policy.Policy` does by itself: one row."""

    values = models.JSONField(default=dict)


class Sighting(models.Model):
    """A network or a browser from which an account signed up or in. Goes 30 days after it was last seen.

    ``digest`` is a keyed hash that is the same for all accounts: it is there to tell which of them share one, and
    tells nothing else.
    """

    class What(models.TextChoices):
        NETWORK = "network"
        BROWSER = "browser"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    what = models.CharField(max_length=8, choices=What)
    digest = models.BinaryField(max_length=32)
    signed_up_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "what", "digest"], name="one_sighting_an_account")]
        indexes = [models.Index(fields=["what", "digest"], name="sighting_digest")]


class GuildDeparture(models.Model):
    """That the Discord account of an account left the server. Goes after 30 days."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)


class Signal(models.Model):
    """One sign of misuse about an account, as strong as it was at its strongest. Goes 90 days after it was last seen.

    ``subject`` is what it is about besides the account: the id of a key, a mail domain. ``amount`` is how many
    (accounts, networks, sign-ups, departures) or how old (days). ``settled_amount`` is the amount that staff cleared.
    """

    class Kind(models.TextChoices):
        SHARED_KEY = "shared_key", "Shared key"
        SHARED_BROWSER = "shared_browser", "Shared browser"
        DISPOSABLE_MAIL = "disposable_mail", "Disposable mail"
        YOUNG_DISCORD = "young_discord", "Young Discord account"
        NETWORK_BURST = "network_burst", "Sign-ups from one network"
        DEPARTURES = "departures", "Leaving and coming back"
        SHARED_NETWORK = "shared_network", "Shared network"
        OVERALL_BURST = "overall_burst", "Many sign-ups at once"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    subject = models.CharField(max_length=255, blank=True)
    amount = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)
    settled_amount = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "subject"], name="one_signal_a_subject")]


class Review(models.Model):
    """A look that staff take at an account, from when its score asked for it until they have decided.

    An account is held while its open review has ``held_at`` and no ``hold_ended_at``. ``link_sent_at`` is when its
    owner was last sent the link of the check.
    """

    class Outcome(models.TextChoices):
        CLEARED = "cleared", "Cleared"
        SUSPENDED = "suspended", "Suspended"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    score = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    hold_ended_at = models.DateTimeField(null=True, blank=True)
    link_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(closed_at=None), name="one_open_review_an_account"
            )
        ]

    @property
    def is_held(self) -> bool:
        """Whether the account's free tier is held by it."""
        return self.held_at is not None and self.hold_ended_at is None

    @property
    def is_open(self) -> bool:
        """Whether staff have yet to decide."""
        return self.closed_at is None

    def __str__(self) -> str:
        return f"review {self.pk}"


class ReviewStep(models.Model):
    """Something that was done in a review: by staff (``actor``), by the account's owner, or by itself."""

    class What(models.TextChoices):
        OPENED = "opened", "Review opened"
        HELD = "held", "Free tier held"
        LINK_SENT = "link_sent", "Owner asked for the link of the check"
        PASSED = "passed", "Owner passed the check"
        LEFT_TO_STAFF = "left_to_staff", "Owner passed the check, but others did from the same place: left to staff"
        RELEASED = "released", "Free tier released"
        CLEARED = "cleared", "Cleared"
        SUSPENDED = "suspended", "Account suspended"

    review = models.ForeignKey(Review, models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=16, choices=What)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
