"""``/staff/margin/``: what is left of revenue after providers are paid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.accounts.access import staff_required
from naxios.staff import margin
from naxios.usage import downloads
from naxios.usage.periods import Window, preset

PERIODS = {"7d": "7 days", "30d": "30 days", "12m": "12 months"}
USUAL_PERIOD = "30d"


@staff_required
@never_cache
@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    """Revenue, cost and margin of a stretch of time, by model and day; the address says which."""
    period, window = _asked(request)
    context = {"page": margin.margin_page(window), "period": period, "periods": PERIODS}
    return render(request, "staff/margin.html", context)


@staff_required
@never_cache
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The same as CSV, a line for each day and model."""
    _, window = _asked(request)
    lines = downloads.as_csv(margin.as_table(margin.margin_page(window)))
    name = f"margin-{window.start:%Y-%m-%d}-{window.end:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)


def _asked(request: HttpRequest) -> tuple[str, Window]:
    asked = request.GET.get("period", "")
    period = asked if asked in PERIODS else USUAL_PERIOD
    return period, preset(period, timezone.now())
