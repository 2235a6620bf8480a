from django.db import models
from django.utils import timezone


class ManualSeries(models.Model):
    """The last number that was given to an invoice of a year: invoices are numbered without gaps."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "billing"


class ManualInvoice(models.Model):
    """An invoice that somebody asked for and staff settle by hand: what the provider ``manual`` knows.

    ``customer`` is the customer's reference. A plan is paid for one period, ``period_start`` to ``period_end``.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        PAID = "paid", "paid"
        VOID = "void", "void"

    number = models.CharField(max_length=30, unique=True)
    order_key = models.CharField(max_length=100, unique=True)
    customer = models.CharField(max_length=100, db_index=True)
    item = models.CharField(max_length=100)
    title = models.CharField(max_length=100)
    is_plan = models.BooleanField()
    price_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    issued_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    refunded_minor = models.PositiveBigIntegerField(default=0)
    refund_key = models.CharField(max_length=100, blank=True)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "billing"
