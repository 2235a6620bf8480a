"""The columns that a plan and a key have in common."""

from django.db import models

from naxios.domain.limits import Limits


def every_model() -> list[str]:
    """The default of an allow-list: all models."""
    return ["*"]


class LimitFields(models.Model):
    """The limits that a plan or a key may set; empty is unlimited. Tokens are standard tokens."""

    tokens_per_day = models.PositiveBigIntegerField(null=True, blank=True)
    requests_per_minute = models.PositiveBigIntegerField(null=True, blank=True)
    tokens_per_minute = models.PositiveBigIntegerField(null=True, blank=True)
    concurrency = models.PositiveBigIntegerField(null=True, blank=True)
    allowed_models = models.JSONField(default=every_model)

    class Meta:
        abstract = True

    @property
    def limits(self) -> Limits:
        """The limits as the gateway and the arithmetic know them."""
        return Limits(self.tokens_per_day, self.requests_per_minute, self.tokens_per_minute, self.concurrency)
