"""``/staff/revenue/``: what comes in, for staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.accounts.access import staff_required
from naxios.billing import queries, revenue
from naxios.usage.periods import preset

PERIODS = {"30d": "30 days", "12m": "12 months"}
USUAL_PERIOD = "30d"


@staff_required
@never_cache
@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    """Revenue and subscriptions over time; the address says of which."""
    asked, now = request.GET.get("period", ""), timezone.now()
    period = asked if asked in PERIODS else USUAL_PERIOD
    context = {
        "page": revenue.revenue_page(preset(period, now), now),
        "period": period,
        "periods": PERIODS,
        "providers": queries.providers(),
        "stripe_settings": queries.STRIPE_SETTINGS,
        "manual_settings": queries.MANUAL_SETTINGS,
    }
    return render(request, "billing/revenue.html", context)
