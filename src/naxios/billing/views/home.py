"""``/dashboard/billing/``: what the account has, what it paid, what it can buy."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.billing import queries
from naxios.billing.account_page import billing_page
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The account's plan and what it comes from, invoices, and what is for sale."""
    context = {
        "page": billing_page(request.user, timezone.now()),
        "stripe_settings": queries.STRIPE_SETTINGS,
        "manual_settings": queries.MANUAL_SETTINGS,
    }
    return render(request, "billing/home.html", context)
