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


class LastingSecrets(models.Manager["KeySecret"]):
    """The secrets that people know of; those of the playground stay out of lists and searches."""

    def get_queryset(self) -> models.QuerySet["KeySecret"]:
        return super().get_queryset().filter(purpose=KeySecret.Purpose.KEY)


class KeySecret(models.Model):
    """One secret that opens a key: only its digest, and the prefix that may be shown.

    Rotation adds a secret and gives the one before it an end, so that limits and usage go on under the same key.
    The playground opens a key with a temporary secret of its own. ``form_token`` names the form that asked for the
    secret: a form that is sent twice must not make two.
    """

    class Purpose(models.TextChoices):
        KEY = "key"
        PLAYGROUND = "playground"

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="secrets")
    digest = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=16, db_index=True)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.KEY)
    form_token = models.UUIDField(null=True, blank=True, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = LastingSecrets()
    every = models.Manager()

    def __str__(self) -> str:
        return f"{self.prefix}…"
