from datetime import datetime

from django.db import models
from django.utils import timezone

from naxios import encryption


class OutboxMail(models.Model):
    """A mail to one person, from the moment it is written until 30 days later.

    Its text may hold a link that opens an account, so it is encrypted, and blanked once it has been delivered.
    """

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body_encrypted = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="mail_due",
                condition=models.Q(sent_at=None, given_up_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"

    @property
    def body(self) -> str:
        """The text; empty once the mail has been delivered."""
        return encryption.decrypt(self.body_encrypted) if self.body_encrypted else ""

    @body.setter
    def body(self, text: str) -> None:
        self.body_encrypted = encryption.encrypt(text) if text else b""

    @property
    def settled_at(self) -> datetime | None:
        """When it was delivered or given up."""
        return self.sent_at or self.given_up_at
