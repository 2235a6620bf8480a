from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.utils import timezone

from naxios.accounts import devices


class User(AbstractBaseUser, PermissionsMixin):
    """A person's account. Signs in with an e-mail address, stored in lower case.

    ``age_confirmed_at`` is when the person said that they are 13 or older; a date of birth is never asked for.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    age_confirmed_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)

    objects = BaseUserManager["User"]()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the account with all that goes with it.

        Locked first: what others write about it at the same moment either goes with it or is refused to them. Without
        the lock it could come in between, and the database would refuse the deletion instead.
        """
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=self.pk).first()
            return super().delete(*args, **kwargs)

    @property
    def is_suspended(self) -> bool:
        """Whether staff has stopped this account's keys."""
        return self.suspended_at is not None


class SecurityEvent(models.Model):
    """Something that happened to an account, as its owner sees it on the security page."""

    class Kind(models.TextChoices):
        SIGNED_UP = "signed_up", "Account created"
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        NEW_DEVICE = "new_device", "Signed in on a new device"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        EMAIL_CHANGED = "email_changed", "E-mail address changed"
        EMAIL_VERIFIED = "email_verified", "E-mail address verified"
        MFA_ADDED = "mfa_added", "Second factor or passkey added"
        MFA_REMOVED = "mfa_removed", "Second factor or passkey removed"
        RECOVERY_CODES_MADE = "recovery_codes_made", "New recovery codes"
        SESSION_ENDED = "session_ended", "Signed out elsewhere"
        KEY_CREATED = "key_created", "API key created"
        KEY_CHANGED = "key_changed", "API key changed"
        KEY_ROTATED = "key_rotated", "API key rotated"
        KEY_REVOKED = "key_revoked", "API key revoked"
        TOKEN_CREATED = "token_created", "Access token created"
        TOKEN_REVOKED = "token_revoked", "Access token revoked"
        SUSPENDED = "suspended", "Account suspended"
        RESUMED = "resumed", "Account resumed"
        HELD = "held", "Account held for a review"
        RELEASED = "released", "Account released after a review"
        DISCORD_CONNECTED = "discord_connected", "Discord connected"
        DISCORD_DISCONNECTED = "discord_disconnected", "Discord disconnected"
        VERIFIED = "verified", "Verified with Discord"
        VERIFICATION_LAPSED = "verification_lapsed", "Verification with Discord lapsed"
        CODE_REDEEMED = "code_redeemed", "Code redeemed"
        CODE_UNDONE = "code_undone", "Redemption of a code undone"
        PLAN_STARTED = "plan_started", "Plan started"
        PLAN_CHANGED = "plan_changed", "Plan changed"
        PLAN_ENDED = "plan_ended", "Plan ended"
        PAYMENT_RECEIVED = "payment_received", "Payment received"
        PAYMENT_FAILED = "payment_failed", "Payment failed"
        PAYMENT_REFUNDED = "payment_refunded", "Payment refunded"
        PAYMENT_DISPUTED = "payment_disputed", "Payment disputed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="security_events")
    kind = models.CharField(max_length=24, choices=Kind)
    at = models.DateTimeField(auto_now_add=True)
    detail = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"])]

    @property
    def device(self) -> str:
        """The browser in words."""
        return devices.describe(self.user_agent)


class KnownDevice(models.Model):
    """A browser that an account has signed in with before.

    ``digest`` is a keyed hash over the account and the random id in the browser's cookie: nobody can tell from the
    table which accounts share a browser.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_devices")
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_device_once")]


class EmailChange(models.Model):
    """An address that an account wants to use, until its owner opens the link sent there. Not theirs before."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="email_change")
    email = models.EmailField()
    requested_at = models.DateTimeField(auto_now_add=True)
