"""Invoices that are paid by hand: the page that a person prints or follows."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios import config
from naxios.billing import queries
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_safe
def invoice(request: SignedInRequest, number: str) -> HttpResponse:
    """One manual invoice, with how to pay it."""
    found = queries.manual_invoice_of(request.user, number)
    if found is None:
        raise Http404
    return render(
        request, "billing/invoice.html", {"invoice": found, "instructions": config.load().invoice_instructions}
    )
