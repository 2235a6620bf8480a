"""What can be done with invoices that are settled by hand. Each has a number without gaps, and is never deleted."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from naxios.billing.providers import Order
from naxios.billing.providers.manual.models import ManualInvoice, ManualSeries
from naxios.errors import Refused

DUE = timedelta(days=14)
MONTH_DAYS = 30


@transaction.atomic
def issue(order: Order) -> ManualInvoice:
    """A new invoice for ``order``; the same order told again is the same invoice."""
    known = ManualInvoice.objects.filter(order_key=order.key).first()
    if known is not None:
        return known
    now = timezone.now()
    return ManualInvoice.objects.create(
        number=_next_number(now),
        order_key=order.key,
        customer=order.customer,
        item=order.item.name,
        title=order.item.title,
        is_plan=order.item.is_plan,
        price_minor=order.item.price_minor,
        currency=order.item.currency,
        issued_at=now,
        due_at=now + DUE,
    )


@transaction.atomic
def mark_paid(*, number: str, note: str = "") -> ManualInvoice:
    """The money is there. A plan's period begins now, or when the one that is paid already ends.

    Raises
    ------
    Refused
        There is no such invoice, or it is void. One that is paid already stays as it is.
    """
    invoice = _locked(number)
    if invoice.state == ManualInvoice.State.VOID:
        raise Refused(f"Invoice {number} is void. Issue another one.")
    if invoice.state == ManualInvoice.State.PAID:
        return invoice
    now = timezone.now()
    invoice.state, invoice.paid_at, invoice.note = ManualInvoice.State.PAID, now, note[:200]
    if invoice.is_plan:
        invoice.period_start = max(now, _paid_until(invoice) or now)
        invoice.period_end = invoice.period_start + timedelta(days=MONTH_DAYS)
    invoice.save()
    return invoice


@transaction.atomic
def void(*, number: str) -> ManualInvoice:
    """Nobody has to pay it any more. Its number stays taken.

    Raises
    ------
    Refused
        There is no such invoice, or it is paid: that is refunded instead.
    """
    invoice = _locked(number)
    if invoice.state == ManualInvoice.State.PAID:
        raise Refused(f"Invoice {number} is paid. Give the money back and note it as refunded.")
    if invoice.state == ManualInvoice.State.OPEN:
        invoice.state, invoice.voided_at = ManualInvoice.State.VOID, timezone.now()
        invoice.save(update_fields=["state", "voided_at"])
    return invoice


@transaction.atomic
def refund(*, number: str, amount_minor: int, key: str) -> ManualInvoice:
    """So much was given back, by hand; the same ``key`` told again changes nothing.

    Raises
    ------
    Refused
        It is not paid, or less is left of it.
    """
    invoice = _locked(number)
    if invoice.refund_key == key:
        return invoice
    left = invoice.price_minor - invoice.refunded_minor
    if invoice.state != ManualInvoice.State.PAID:
        raise Refused(f"Invoice {number} is not paid, so nothing can be given back. Void it instead.")
    if not 0 < amount_minor <= left:
        raise Refused(f"Of invoice {number}, at most {left} can be given back (in the smallest unit of its currency).")
    invoice.refunded_minor += amount_minor
    invoice.refund_key = key
    invoice.save(update_fields=["refunded_minor", "refund_key"])
    return invoice


@transaction.atomic
def end(*, number: str) -> None:
    """End the period that an invoice paid, before its time."""
    invoice = _locked(number)
    if invoice.ended_at is None:
        invoice.ended_at = timezone.now()
        invoice.save(update_fields=["ended_at"])


def by_number(number: str) -> ManualInvoice:
    """The invoice ``number``.

    Raises
    ------
    Refused
        There is none.
    """
    invoice = ManualInvoice.objects.filter(number=number).first()
    if invoice is None:
        raise Refused(f"There is no invoice {number!r}.")
    return invoice


def _locked(number: str) -> ManualInvoice:
    invoice = ManualInvoice.objects.select_for_update().filter(number=number).first()
    if invoice is None:
        raise Refused(f"There is no invoice {number!r}.")
    return invoice


def _next_number(now: datetime) -> str:
    series, _ = ManualSeries.objects.select_for_update().get_or_create(year=now.year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{now.year}-{series.last:05d}"


def _paid_until(invoice: ManualInvoice) -> datetime | None:
    """Until when the same plan is paid already, leaving out what was given back or ended."""
    paid = ManualInvoice.objects.filter(
        customer=invoice.customer, item=invoice.item, is_plan=True, state=ManualInvoice.State.PAID, ended_at=None
    )
    ends = [other.period_end for other in paid if other.refunded_minor < other.price_minor and other.period_end]
    return max(ends, default=None)
