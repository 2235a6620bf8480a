"""What was earned, day by day: the part of each payment that a UTC day is due. For staff.

A subscription's invoice is spread over the period that it is for, by time; anything else counts on the day that it was
paid. Tax is not earned. What went back is taken off on the day that it did. Nothing is ever converted: each currency is
by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q

from naxios.billing.models import Invoice, Payment
from naxios.billing.providers.truth import DisputeState, PaymentState
from naxios.domain import clock
from naxios.domain.moments import microseconds
from naxios.domain.sharing import spread


class Kind(StrEnum):
    """What it was earned with."""

    SUBSCRIPTION = "subscription"
    ONCE = "once"
    GIVEN_BACK = "given back"


class Earned(NamedTuple):
    """What one account brought in on one UTC day (since the epoch); ``user_id`` is ``None`` once it is deleted."""

    day: int
    currency: str
    kind: Kind
    user_id: int | None
    amount_minor: int


def earned(start: datetime, end: datetime) -> list[Earned]:
    """Everything that the days from ``start`` until before ``end`` (midnights) are due."""
    days = range(clock.day_of(microseconds(start)), clock.day_of(microseconds(end)))
    return [found for found in (*_invoiced(start, end, days), *_given_back(start, end)) if found.day in days]


def by_day(start: datetime, end: datetime) -> list[Earned]:
    """As :func:`earned`, of all accounts together: at most one a day, currency and kind."""
    sums: dict[tuple[int, str, Kind], int] = defaultdict(int)
    for found in earned(start, end):
        sums[found.day, found.currency, found.kind] += found.amount_minor
    return [Earned(day, currency, kind, None, amount) for (day, currency, kind), amount in sums.items()]


def _invoiced(start: datetime, end: datetime, days: range) -> Iterator[Earned]:
    covering = Q(subscription__isnull=False, period_end__gt=start, period_start__lt=end)
    invoices = Invoice.objects.filter(covering | Q(paid_at__gte=start, paid_at__lt=end), paid_at__isnull=False)
    for invoice in invoices.select_related("customer").iterator():
        user_id, net = invoice.customer.user_id, _net(invoice, invoice.paid_minor)
        if invoice.subscription_id and invoice.period_start and invoice.period_end:
            period = (microseconds(invoice.period_start), microseconds(invoice.period_end))
            for day, amount in spread(net, *period, within=days).items():
                yield Earned(day, invoice.currency, Kind.SUBSCRIPTION, user_id, amount)
        else:
            kind = Kind.SUBSCRIPTION if invoice.subscription_id else Kind.ONCE
            yield Earned(_day(invoice.paid_at), invoice.currency, kind, user_id, net)
    without = Payment.objects.filter(invoice=None, state=PaymentState.SUCCEEDED, at__gte=start, at__lt=end)
    for payment in without.select_related("customer").iterator():
        yield Earned(_day(payment.at), payment.currency, Kind.ONCE, payment.customer.user_id, payment.amount_minor)


def _given_back(start: datetime, end: datetime) -> Iterator[Earned]:
    lately = Q(refunded_at__gte=start, refunded_at__lt=end) | Q(disputed_at__gte=start, disputed_at__lt=end)
    for payment in Payment.objects.filter(lately).select_related("customer", "invoice").iterator():
        for at, amount in went_back(payment):
            net = _net(payment.invoice, amount) if payment.invoice else amount
            yield Earned(_day(at), payment.currency, Kind.GIVEN_BACK, payment.customer.user_id, -net)


def went_back(payment: Payment) -> Iterable[tuple[datetime, int]]:
    """When how much of ``payment`` was given back, or taken back by the payer's bank."""
    if payment.refunded_minor and payment.refunded_at is not None:
        yield payment.refunded_at, payment.refunded_minor
    if payment.dispute in (DisputeState.OPEN, DisputeState.LOST) and payment.disputed_at is not None:
        yield payment.disputed_at, payment.amount_minor - payment.refunded_minor


def _net(invoice: Invoice, amount_minor: int) -> int:
    """``amount_minor`` of ``invoice`` without the tax that is in it."""
    if invoice.total_minor <= 0:
        return amount_minor
    return amount_minor - amount_minor * invoice.tax_minor // invoice.total_minor


def _day(at: datetime | None) -> int:
    assert at is not None  # noqa: S101
    return clock.day_of(microseconds(at))
