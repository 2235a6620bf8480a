from django.db import models

from naxios.domain.catalogue import ProviderKind
from naxios.domain.tokens import MILLION, format_multiplier


class Provider(models.Model):
    """A third party that serves models. Credential and headers are encrypted; the last four characters may be shown."""

    name = models.SlugField(unique=True)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in ProviderKind])
    base_url = models.CharField(max_length=500, blank=True)
    credential_encrypted = models.BinaryField(blank=True, default=b"")
    credential_last_four = models.CharField(max_length=4, blank=True)
    headers_encrypted = models.BinaryField(blank=True, default=b"")
    timeout_seconds = models.PositiveIntegerField(default=600)
    max_concurrency = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Model(models.Model):
    """A name that API users ask for. ``multiplier_millionths`` scales its tokens to standard tokens."""

    name = models.CharField(max_length=200, unique=True)
    display_name = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    capabilities = models.JSONField(default=list, blank=True)
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    max_output_tokens = models.PositiveIntegerField(null=True, blank=True)
    multiplier_millionths = models.PositiveBigIntegerField(default=MILLION)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def multiplier(self) -> str:
        """The multiplier as a decimal."""
        return format_multiplier(self.multiplier_millionths)

    @property
    def is_demonstration(self) -> bool:
        """Whether no third party serves it."""
        return any(route.provider.kind == ProviderKind.ECHO for route in self.routes.all())


class Route(models.Model):
    """One way to serve a model. The lowest priority goes first; weight shares within a priority."""

    model = models.ForeignKey(Model, models.CASCADE, related_name="routes")
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="routes")
    upstream_model = models.CharField(max_length=200)
    priority = models.IntegerField(default=0)
    weight = models.PositiveIntegerField(default=100)

    class Meta:
        ordering = ["priority", "-weight", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["model", "provider", "upstream_model"], name="one_route_a_target"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.upstream_model}"


class RouteCost(models.Model):
    """What a provider asks for a million tokens of a model from the UTC day ``since`` on, until another price follows.

    In millionths of the currency's unit. Without a currency, what it asks is not known from then on.
    """

    model = models.CharField(max_length=200)
    provider = models.CharField(max_length=50)
    since = models.DateField()
    input_millionths = models.PositiveBigIntegerField()
    cached_millionths = models.PositiveBigIntegerField()
    output_millionths = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "provider", "since"], name="one_cost_a_day"),
        ]
