"""Manual invoices as a payment provider. What another one asks a company's servers, this one asks its own table."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from naxios.billing.providers import Buyer, Hint, Item, NotGenuine, Opened, Order, Preview, ProviderRefused, truth
from naxios.billing.providers.manual import services
from naxios.billing.providers.manual.models import ManualInvoice
from naxios.billing.providers.truth import CheckoutState, InvoiceState, PaymentState, SubscriptionState
from naxios.errors import Refused


class ManualProvider:
    """Every paid invoice of a plan is one subscription that ends with its period; the next one is asked for anew."""

    name = "manual"
    title = "Invoice"
    renews = False
    has_portal = False

    def customer(self, buyer: Buyer) -> str:
        return buyer.key

    def open_checkout(self, order: Order) -> Opened:
        invoice = services.issue(order)
        return Opened(invoice.number, _page(invoice), invoice.due_at)

    def close_checkout(self, reference: str) -> None:
        if services.by_number(reference).state == ManualInvoice.State.OPEN:
            services.void(number=reference)

    def portal(self, customer: str, return_url: str) -> str:
        raise ProviderRefused("There is nothing to manage: an invoice is paid as it says.")

    def change_plan(self, subscription: str, item: Item, *, at_once: bool, as_of: datetime | None) -> None:
        raise ProviderRefused("A paid invoice stays with its plan. Ask for an invoice of the other plan.")

    def preview(self, subscription: str, item: Item, *, at_once: bool) -> Preview | None:
        return None

    def cancel(self, subscription: str, *, at_once: bool) -> None:
        if at_once:
            services.end(number=subscription)  # else it ends with its period anyway

    def resume(self, subscription: str) -> None:
        raise ProviderRefused("It ends with its period. Ask for another invoice to go on.")

    def refund(self, payment: str, amount_minor: int, *, key: str) -> None:
        try:
            services.refund(number=payment, amount_minor=amount_minor, key=key)
        except Refused as refused:
            raise ProviderRefused(str(refused)) from None

    def forget(self, customer: str) -> None:
        for invoice in ManualInvoice.objects.filter(customer=customer):
            if invoice.state == ManualInvoice.State.OPEN:
                services.void(number=invoice.number)
            elif invoice.is_plan and invoice.state == ManualInvoice.State.PAID:
                services.end(number=invoice.number)

    def hint(self, body: bytes, headers: Mapping[str, str]) -> Hint | None:
        raise NotGenuine("nobody sends webhooks about manual invoices")

    def hint_by_reference(self, reference: str) -> Hint | None:
        return None

    def hints_since(self, moment: datetime) -> Iterator[Hint]:
        return iter(())

    def customer_of(self, hint: Hint) -> str:
        return hint.customer

    def owner_of(self, customer: str) -> tuple[int, str] | None:
        return None

    def read(self, customer: str, checkouts: Iterable[str]) -> truth.Truth:
        invoices = list(ManualInvoice.objects.filter(customer=customer).order_by("pk"))
        wanted = set(checkouts)
        return truth.Truth(
            subscriptions=tuple(_subscriptions(invoices)),
            invoices=tuple(_invoice(found) for found in invoices),
            payments=tuple(_payment(found, found.paid_at) for found in invoices if found.paid_at is not None),
            checkouts=tuple(_checkout(found) for found in invoices if found.number in wanted),
        )

    def live_customers(self) -> Iterator[str]:
        live = ManualInvoice.objects.filter(period_end__gt=timezone.now(), ended_at=None)
        return iter(live.order_by("customer").values_list("customer", flat=True).distinct())


def _page(invoice: ManualInvoice) -> str:
    return reverse("billing:invoice", args=[invoice.number])


def _subscriptions(invoices: list[ManualInvoice]) -> Iterator[truth.Subscription]:
    for found in invoices:
        if found.period_start is not None and found.period_end is not None:
            yield _subscription(found, found.period_start, found.period_end)


def _subscription(found: ManualInvoice, start: datetime, end: datetime) -> truth.Subscription:
    now = timezone.now()
    ended_at = found.ended_at or (end if end <= now else None)
    return truth.Subscription(
        reference=found.number,
        state=SubscriptionState.ACTIVE if ended_at is None else SubscriptionState.CANCELED,
        plan=found.item,
        price_minor=found.price_minor,
        currency=found.currency,
        started_at=start,
        period_start=start,
        period_end=end,
        cancels_at=end if ended_at is None else None,
        ended_at=ended_at,
    )


_STATES = {
    ManualInvoice.State.OPEN: InvoiceState.OPEN,
    ManualInvoice.State.PAID: InvoiceState.PAID,
    ManualInvoice.State.VOID: InvoiceState.VOID,
}


def _invoice(found: ManualInvoice) -> truth.Invoice:
    paid = found.state == ManualInvoice.State.PAID
    return truth.Invoice(
        reference=found.number,
        state=_STATES[ManualInvoice.State(found.state)],
        number=found.number,
        total_minor=found.price_minor,
        tax_minor=0,
        paid_minor=found.price_minor if paid else 0,
        currency=found.currency,
        issued_at=found.issued_at,
        subscription=found.number if found.period_start is not None else "",
        hosted_url=_page(found),
        period_start=found.period_start,
        period_end=found.period_end,
        paid_at=found.paid_at,
    )


def _payment(found: ManualInvoice, paid_at: datetime) -> truth.Payment:
    return truth.Payment(
        reference=found.number,
        state=PaymentState.SUCCEEDED,
        amount_minor=found.price_minor,
        refunded_minor=found.refunded_minor,
        currency=found.currency,
        at=paid_at,
        invoice=found.number,
    )


def _checkout(found: ManualInvoice) -> truth.Checkout:
    state = {
        ManualInvoice.State.OPEN: CheckoutState.OPEN,
        ManualInvoice.State.PAID: CheckoutState.PAID,
        ManualInvoice.State.VOID: CheckoutState.EXPIRED,
    }[ManualInvoice.State(found.state)]
    return truth.Checkout(found.number, state, found.number if found.paid_at else "")
