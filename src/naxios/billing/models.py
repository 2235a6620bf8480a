import uuid
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.utils import timezone

from naxios.billing.providers.manual.models import ManualInvoice, ManualSeries
from naxios.billing.providers.truth import CheckoutState, DisputeState, InvoiceState, PaymentState, SubscriptionState

__all__ = [
    "BillingEvent",
    "Checkout",
    "Customer",
    "Invoice",
    "ManualInvoice",
    "ManualSeries",
    "Payment",
    "Subscription",
    "TokenPack",
]


def _choices(states: type[StrEnum]) -> list[tuple[str, str]]:
    return [(state.value, state.value.replace("_", " ") or "none") for state in states]


class TokenPack(models.Model):
    """Tokens that are bought once, and used beyond the day's allowance until ``expires_days`` after the purchase."""

    name = models.SlugField(unique=True)
    display_name = models.CharField(max_length=100, blank=True)
    tokens = models.PositiveBigIntegerField()
    price_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    expires_days = models.PositiveIntegerField(null=True, blank=True)
    stripe_price = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.name


class Customer(models.Model):
    """An account as a payment provider knows it. Outlives it.

    ``asked`` counts the readings of this customer that were begun, ``known`` is the newest of them that was stored:
    what an older reading found is not stored any more. ``gone_at`` is since when the provider has no such customer.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="payment_customers"
    )
    provider = models.CharField(max_length=30)
    reference = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    asked = models.PositiveBigIntegerField(default=0)
    known = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~models.Q(reference=""), name="one_customer_a_reference"
            ),
            models.UniqueConstraint(
                fields=["provider", "user"],
                condition=models.Q(gone_at=None, user__isnull=False),
                name="one_customer_an_account",
            ),
        ]


class Subscription(models.Model):
    """A plan that is paid by the month, as it stood when the provider was asked last.

    ``covered_until`` is until when it entitles its account to the plan, as far as is known; ``told`` is what its owner
    was told last, ``trial_end_told`` of which end of a trial they were told before it came.
    """

    class Told(models.TextChoices):
        NOTHING = "", "nothing"
        STARTED = "started", "that it began"
        ENDED = "ended", "that it ended"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey("plans.Plan", models.PROTECT, null=True, blank=True, related_name="+")
    reference = models.CharField(max_length=100)
    state = models.CharField(max_length=16, choices=_choices(SubscriptionState))
    price_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    started_at = models.DateTimeField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    trial_end = models.DateTimeField(null=True, blank=True)
    cancels_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    covered_until = models.DateTimeField(null=True, blank=True)
    told = models.CharField(max_length=8, choices=Told, blank=True)
    trial_end_told = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "reference"], name="one_subscription_a_reference")]

    @property
    def is_live(self) -> bool:
        """Whether it may still lead to a payment or an entitlement."""
        return self.state not in (SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE)

    def is_covering(self, now: datetime) -> bool:
        """Whether it entitles to its plan at ``now``."""
        return self.covered_until is not None and now < self.covered_until


class Invoice(models.Model):
    """An invoice. Kept for as long as tax law asks for it, also without its account."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    subscription = models.ForeignKey(Subscription, models.PROTECT, null=True, blank=True, related_name="invoices")
    reference = models.CharField(max_length=100)
    number = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=16, choices=_choices(InvoiceState))
    total_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    hosted_url = models.TextField(blank=True)
    pdf_url = models.TextField(blank=True)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "reference"], name="one_invoice_a_reference")]


class Payment(models.Model):
    """Money that came, or is under way, and how much of it went back. Never a card: that is the provider's."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="payments")
    reference = models.CharField(max_length=100)
    state = models.CharField(max_length=16, choices=_choices(PaymentState))
    amount_minor = models.PositiveBigIntegerField()
    refunded_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField(db_index=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    dispute = models.CharField(max_length=8, choices=_choices(DisputeState), blank=True)
    disputed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "reference"], name="one_payment_a_reference")]

    @property
    def is_refunded(self) -> bool:
        """Whether all of it went back."""
        return self.refunded_minor >= self.amount_minor > 0

    @property
    def unwound_at(self) -> datetime | None:
        """Since when it does not count: given back in full, or taken back by the payer's bank."""
        if self.dispute in (DisputeState.OPEN, DisputeState.LOST):
            return self.disputed_at
        return self.refunded_at if self.is_refunded else None


class Checkout(models.Model):
    """Somebody on the way to buy a plan or a pack of tokens, with the price that they were shown.

    ``payment`` is what a pack was paid with; ``bonus_reference`` and ``bonus_tokens`` say under which name it gave how
    many.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="checkouts")
    plan = models.ForeignKey("plans.Plan", models.PROTECT, null=True, blank=True, related_name="+")
    pack = models.ForeignKey(TokenPack, models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=100)
    tokens = models.PositiveBigIntegerField(default=0)
    expires_days = models.PositiveIntegerField(null=True, blank=True)
    price_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16, choices=_choices(CheckoutState), default=CheckoutState.OPEN.value)
    reference = models.CharField(max_length=100, blank=True)
    url = models.TextField(blank=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="checkouts")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    bonus_reference = models.CharField(max_length=100, blank=True)
    bonus_tokens = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "reference"], condition=~models.Q(reference=""), name="one_checkout_a_reference"
            )
        ]

    @property
    def is_plan(self) -> bool:
        """Whether it is about a plan, and not about tokens."""
        return self.plan_id is not None

    def is_open(self, now: datetime) -> bool:
        """Whether its person can still pay."""
        return self.state == CheckoutState.OPEN and now < self.expires_at


class BillingEvent(models.Model):
    """A hint of a payment provider: that something happened, and whose state to read anew. Its content is not kept."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "done"
        IGNORED = "ignored", "about nobody here"
        FAILED = "failed", "failed"

    provider = models.CharField(max_length=30)
    reference = models.CharField(max_length=100)
    type = models.CharField(max_length=100)
    about = models.CharField(max_length=100, blank=True)
    customer_reference = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "reference"], name="one_event_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="billing_event_due", condition=models.Q(state="waiting"))
        ]
