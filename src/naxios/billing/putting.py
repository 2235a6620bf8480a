"""Brings what is stored of a customer to what the provider says, in one transaction, and lets follow what follows.

State-based: it compares and assigns, so the same truth twice changes nothing, and no order of webhooks matters. Each
reading has a number, taken before the provider is asked. What a reading found is stored unless a later one was stored
already: that one was asked after, so it knows all that this one does.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.billing import consequences, customers
from naxios.billing.models import Checkout, Customer, Invoice, Payment, Subscription
from naxios.billing.providers import truth
from naxios.billing.providers.truth import CheckoutState, SubscriptionState
from naxios.plans import queries as plans

Row = TypeVar("Row", Subscription, Invoice, Payment, Checkout)


class Difference(NamedTuple):
    """One thing that was not as the provider says; ``old`` is ``None`` for all fields of what was not known."""

    kind: str
    reference: str
    field: str
    old: Any
    new: Any


def begin(customer: Customer) -> int:
    """The number of a reading of ``customer`` that begins now."""
    Customer.objects.filter(pk=customer.pk).update(asked=F("asked") + 1)
    return Customer.objects.values_list("asked", flat=True).get(pk=customer.pk)


@transaction.atomic
def put(customer: Customer, found: truth.Truth, *, reading: int) -> list[Difference]:
    """Store what reading number ``reading`` found, unless a later one was stored; returns what was different."""
    customer = customers.locked(customer.pk)
    if reading < customer.known:
        return []
    now = timezone.now()
    customer.known, customer.read_at = reading, now
    if found.is_gone and customer.gone_at is None:
        customer.gone_at = now
    customer.save(update_fields=["known", "read_at", "gone_at"])
    differences: list[Difference] = []
    for subscription in _with_ended(customer, found):
        _put_subscription(customer, subscription, differences)
    for invoice in found.invoices:
        _put_invoice(customer, invoice, differences)
    for payment in found.payments:
        _put_payment(customer, payment, differences)
    for checkout in found.checkouts:
        _put_checkout(customer, checkout, differences)
    consequences.settle(customer)
    return differences


def _with_ended(customer: Customer, found: truth.Truth) -> Iterable[truth.Subscription]:
    """What was found, and as canceled what is stored as live of a customer that is gone with everything."""
    yield from found.subscriptions
    if not found.is_gone:
        return
    told = {subscription.reference for subscription in found.subscriptions}
    for stored in customer.subscriptions.exclude(reference__in=told).exclude(state=SubscriptionState.CANCELED):
        yield truth.Subscription(
            reference=stored.reference,
            state=SubscriptionState.CANCELED,
            plan=stored.plan.name if stored.plan else "",
            price_minor=stored.price_minor,
            currency=stored.currency,
            started_at=stored.started_at,
            period_start=stored.period_start,
            period_end=stored.period_end,
            ended_at=timezone.now(),
        )


def _put_subscription(customer: Customer, found: truth.Subscription, differences: list[Difference]) -> None:
    plan = next((plan for plan in plans.all_plans() if plan.name == found.plan), None)
    wanted = _fields(found, "plan") | {"plan": plan}
    stored = Subscription.objects.filter(customer=customer, reference=found.reference).first()
    before = None if stored is None else stored.plan
    stored = _assign(Subscription, customer, stored, found.reference, wanted, differences)
    if before is not None and plan is not None and before != plan:
        consequences.plan_changed(stored, before)


def _put_invoice(customer: Customer, found: truth.Invoice, differences: list[Difference]) -> None:
    subscription = Subscription.objects.filter(customer=customer, reference=found.subscription).first()
    wanted = _fields(found, "subscription") | {"subscription": subscription}
    stored = Invoice.objects.filter(customer=customer, reference=found.reference).first()
    was_paid, attempts = (False, 0) if stored is None else (stored.paid_at is not None, stored.attempts)
    stored = _assign(Invoice, customer, stored, found.reference, wanted, differences)
    if stored.paid_at is not None and not was_paid:
        consequences.invoice_paid(stored)
    elif stored.attempts > attempts and stored.paid_at is None:
        consequences.invoice_failed(stored)


def _put_payment(customer: Customer, found: truth.Payment, differences: list[Difference]) -> None:
    invoice = Invoice.objects.filter(customer=customer, reference=found.invoice).first() if found.invoice else None
    wanted = _fields(found, "invoice") | {"invoice": invoice}
    stored = Payment.objects.filter(customer=customer, reference=found.reference).first()
    refunded, dispute = (0, "") if stored is None else (stored.refunded_minor, stored.dispute)
    stored = _assign(Payment, customer, stored, found.reference, wanted, differences)
    if stored.refunded_minor != refunded:
        stored.refunded_at = timezone.now() if stored.refunded_minor else None
        stored.save(update_fields=["refunded_at"])
        if stored.refunded_minor > refunded:
            consequences.refunded(stored, stored.refunded_minor - refunded)
    if stored.dispute != dispute:
        consequences.dispute_changed(stored)


def _put_checkout(customer: Customer, found: truth.Checkout, differences: list[Difference]) -> None:
    stored = Checkout.objects.filter(customer=customer, reference=found.reference).first()
    if stored is None:
        return  # it has no other way here than through a page of ours
    payment = Payment.objects.filter(customer=customer, reference=found.payment).first() if found.payment else None
    wanted = {"state": found.state.value, "payment": payment or stored.payment}
    _assign(Checkout, customer, stored, found.reference, wanted, differences)
    if stored.settled_at is None and found.state not in (CheckoutState.OPEN, CheckoutState.CONFIRMING):
        stored.settled_at = timezone.now()
        stored.save(update_fields=["settled_at"])


def _fields(found: Any, *left_out: str) -> dict[str, Any]:
    names = [name for name in found.__struct_fields__ if name not in ("reference", *left_out)]
    return {name: getattr(found, name) for name in names}


def _assign(
    model: type[Row],
    customer: Customer,
    stored: Row | None,
    reference: str,
    wanted: dict[str, Any],
    differences: list[Difference],
) -> Row:
    kind = model._meta.model_name or ""
    if stored is None:
        differences.extend(Difference(kind, reference, name, None, value) for name, value in wanted.items() if value)
        return model.objects.create(customer=customer, reference=reference, **wanted)
    changed = {name: value for name, value in wanted.items() if getattr(stored, name) != value}
    for name, value in changed.items():
        differences.append(Difference(kind, reference, name, getattr(stored, name), value))
        setattr(stored, name, value)
    if changed:
        stored.save(update_fields=list(changed))
    return stored
