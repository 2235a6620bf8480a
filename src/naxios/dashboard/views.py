"""Pages of the dashboard that bring several subjects together."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.dashboard import home as start_page
from naxios.dashboard import limits as limits_page
from naxios.plans import queries as plans
from naxios.plans.words import where_to_renew
from naxios.web import examples
from naxios.web.context import base_url_of
from naxios.web.live import live_part
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The start page of a signed-in account."""
    return render(request, "dashboard/home.html", {**_home_context(request), **_lapse_context(request)})


@live_part
def home_live(request: SignedInRequest) -> HttpResponse:
    """The part of the start page that changes; nothing (204) while it is as it was ``seen``."""
    if request.GET.get("seen") == start_page.stamp(request.user.pk, timezone.now()):
        return HttpResponse(status=204)
    return render(request, "dashboard/_home.html", _home_context(request))


@login_required
@never_cache
@require_safe
def limits(request: SignedInRequest) -> HttpResponse:
    """Each limit, what is used of it, and when it is whole again."""
    standing = limits_page.standing(request.user.pk, timezone.now())
    return render(request, "dashboard/limits.html", {"standing": standing, **_lapse_context(request)})


@live_part
def limits_live(request: SignedInRequest) -> HttpResponse:
    """The part of the limits' page that changes; nothing (204) while it is as it was ``seen``."""
    standing = limits_page.standing(request.user.pk, timezone.now())
    if request.GET.get("seen") == standing.stamp:
        return HttpResponse(status=204)
    return render(request, "dashboard/_limits.html", {"standing": standing})


def _home_context(request: SignedInRequest) -> dict[str, object]:
    home = start_page.home(request.user.pk, timezone.now(), with_steps="steps" in request.GET)
    first_request = examples.curl(base_url_of(request), "$NAXIOS_KEY", home.steps.model) if home.steps else ""
    return {"home": home, "first_request": first_request}


def _lapse_context(request: SignedInRequest) -> dict[str, object]:
    """What ``plans/_lapsed.html`` shows to those whose plan has ended."""
    return {"lapse": plans.lapsed(request.user.pk), "renew_url": where_to_renew()}
