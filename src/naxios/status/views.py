"""The public status page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.status import queries
from naxios.status.queries import Availability


@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How every provider and model fares now."""
    providers = queries.of_providers()
    context = {
        "overall": _overall([provider.availability for provider in providers]),
        "providers": providers,
        "now": timezone.now(),
    }
    return render(request, "status/overview.html", context)


def _overall(availabilities: list[Availability]) -> Availability:
    if availabilities and all(availability is Availability.DOWN for availability in availabilities):
        return Availability.DOWN
    for worst in (Availability.DOWN, Availability.DEGRADED):
        if worst in availabilities:
            return Availability.DEGRADED
    return Availability.UNKNOWN if Availability.UNKNOWN in availabilities else Availability.UP
