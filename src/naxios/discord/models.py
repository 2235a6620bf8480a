from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from naxios.discord import verification
from naxios.discord.bot.models import BotState, OutagePost  # noqa: F401 - Django looks for models here
from naxios.discord.verification import Presence, Reason


class Identity(models.Model):
    """The Discord account that an account here has connected, and how it is verified.

    ``decided_at`` is since when ``verification`` is what it is. ``checked_at`` is when Discord last told something
    definite, ``failing_since`` when it first did not after that.
    """

    class Verification(models.TextChoices):
        UNVERIFIED = "unverified", "not verified"
        VERIFIED = "verified", "verified"
        LAPSED = "lapsed", "lapsed"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="discord_identity")
    discord_id = models.CharField(max_length=20, unique=True)
    username = models.CharField(max_length=100, db_index=True)
    global_name = models.CharField(max_length=100, blank=True)
    avatar = models.CharField(max_length=64, blank=True)
    scopes = models.CharField(max_length=200, blank=True)
    linked_at = models.DateTimeField(default=timezone.now)
    verification = models.CharField(max_length=10, choices=Verification, default=Verification.UNVERIFIED)
    reason = models.CharField(max_length=20, blank=True, choices=[(reason.value, reason.value) for reason in Reason])
    decided_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.username

    @property
    def display_name(self) -> str:
        """What Discord shows: the global name, where somebody has chosen one."""
        return self.global_name or self.username

    @property
    def is_verified(self) -> bool:
        """Whether it counts as a verified member's."""
        return self.verification == self.Verification.VERIFIED

    @property
    def made_at(self) -> datetime:
        """When the Discord account was made."""
        return verification.made_at(self.discord_id)


class Membership(models.Model):
    """How an identity stands to one guild. Of its roles, only the one that verification asks for is kept."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="memberships")
    guild_id = models.CharField(max_length=20)
    presence = models.CharField(
        max_length=10, choices=[(presence.value, presence.value) for presence in Presence], default=Presence.UNKNOWN
    )
    roles = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "guild_id"], name="one_membership_a_guild")]


class StoredTokens(models.Model):
    """A user's tokens, encrypted: kept only while there is no bot that could ask in their stead.

    ``busy_until`` is set by who renews them: each renewal ends the tokens before it.
    """

    identity = models.OneToOneField(Identity, models.CASCADE, related_name="tokens")
    encrypted = models.BinaryField()
    expires_at = models.DateTimeField()
    busy_until = models.DateTimeField(null=True, blank=True)


class Problem(models.Model):
    """Something about the operator's setup because of which Discord does not tell about members."""

    class Kind(models.TextChoices):
        BOT_REFUSED = "bot_refused", "Discord refuses the bot's token"
        BOT_OUTSIDE = "bot_outside", "The bot is not in the server"
        GUILD_GONE = "guild_gone", "There is no such server"
        ALL_GONE = "all_gone", "Every member seems to have left at once"

    kind = models.CharField(max_length=12, choices=Kind)
    guild_id = models.CharField(max_length=20, blank=True)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "guild_id"], name="one_problem_a_guild")]


class FreeTierClaim(models.Model):
    """That a Discord account has had its free tier: one for ever, also once the account here is deleted.

    ``digest`` is a keyed hash of the Discord id. ``user`` has the free tier, from ``effective_from`` on.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="free_tier_claims"
    )
    claimed_at = models.DateTimeField(default=timezone.now)
    effective_from = models.DateTimeField(default=timezone.now)

    @property
    def reference(self) -> str:
        """What its entitlement calls it."""
        return f"claim-{self.pk}"
