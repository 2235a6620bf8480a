from django.conf import settings
from django.db import models

from naxios.plans.limit_fields import LimitFields


class ApiKey(LimitFields):
    """A credential of an account: its name, tags and limits. Its secrets come and go, its usage and limits stay."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    tags = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class KeySecret(models.Model):
    """One secret that opens a key: only its digest, and the prefix that may be shown.

    Rotation adds a secret and gives the one before it an end, so that limits and usage go on under the same key.
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="secrets")
    digest = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=16, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"
