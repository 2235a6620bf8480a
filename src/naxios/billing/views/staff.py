"""Staff: invoices that are paid by hand, payments to give back, events that could not be processed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from naxios.accounts.access import staff_required
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.billing import events, queries, services
from naxios.errors import Refused
from naxios.web.requests import SignedInRequest

ROWS = 100


@staff_required
@never_cache
@require_safe
def billing(request: HttpRequest) -> HttpResponse:
    """What waits for somebody."""
    context = {
        "providers": queries.providers(),
        "open_invoices": queries.manual_invoices(state="open")[:ROWS],
        "payments": queries.payments()[:ROWS],
        "failed_events": events.failed()[:ROWS],
        "stripe_settings": queries.STRIPE_SETTINGS,
        "manual_settings": queries.MANUAL_SETTINGS,
    }
    return render(request, "billing/staff.html", context)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("billing_staff")
def settle_invoice(request: SignedInRequest, number: str, act: str) -> HttpResponse:
    """Mark a manual invoice as paid, or void it."""
    acts = {"paid": services.mark_paid, "void": services.void}
    if request.method != "POST":
        invoice = queries.manual_invoices(state="open").filter(number=number).first()
        if invoice is None or act not in acts:
            return redirect("billing:staff")
        return render(request, "billing/settle.html", {"invoice": invoice, "act": act})
    try:
        if act not in acts:
            raise Refused("An invoice is marked as paid or void.")
        acts[act](number=number, actor=request.user, note=request.POST.get("note", ""), origin=Origin.of(request))
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, f"Invoice {number} is {act}.")
    return redirect("billing:staff")


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("billing_staff")
def refund(request: SignedInRequest, reference: str) -> HttpResponse:
    """Give back a payment, in part or in full."""
    if request.method != "POST":
        return _ask_about_refund(request, reference)
    amount = request.POST.get("amount_minor", "").strip()
    try:
        if amount and not (amount.isascii() and amount.isdigit() and len(amount) < 16):
            raise Refused("An amount is a whole number in the smallest unit of the currency, or empty for all of it.")
        services.refund(
            payment=queries.payment_by_reference(reference),
            amount_minor=int(amount) if amount else None,
            actor=request.user,
            why=request.POST.get("why", ""),
            origin=Origin.of(request),
        )
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, "Refunded. What it paid for has ended if all of it went back.")
    return redirect("billing:staff")


@staff_required
@require_POST
@limited("billing_staff")
def retry(request: SignedInRequest, number: int) -> HttpResponse:
    """Process an event once more that could not be processed."""
    event = events.failed_by_number(number)
    if event is None:
        messages.info(request, "This event has been processed meanwhile.")
        return redirect("billing:staff")
    done = events.retry(event=event, actor=request.user)
    if done:
        messages.success(request, f"{event.type} is processed.")
    else:
        messages.error(request, f"{event.type} could not be processed: {event.error}.")
    return redirect("billing:staff")


def _ask_about_refund(request: SignedInRequest, reference: str) -> HttpResponse:
    try:
        payment = queries.payment_by_reference(reference)
    except Refused as why:
        messages.error(request, str(why))
        return redirect("billing:staff")
    left = payment.amount_minor - payment.refunded_minor
    return render(request, "billing/refund.html", {"payment": payment, "left": left})
