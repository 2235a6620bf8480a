"""The pages that everybody may see."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from naxios.billing import queries as billing
from naxios.catalogue import queries as catalogue
from naxios.domain.catalogue import ECHO_MODEL, is_allowed
from naxios.keys import queries as keys
from naxios.plans import queries as plans
from naxios.privacy import policy
from naxios.status import queries as status
from naxios.web import examples
from naxios.web.context import base_url_of

MODELS_ON_START_PAGE = 6
EXAMPLE_KEY = "nx_…"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: what this is, a first request, what it costs, and the models there are."""
    listed = catalogue.listed_models()
    context = {
        "models": listed[:MODELS_ON_START_PAGE],
        "model_count": len(listed),
        "first_request": examples.curl(base_url_of(request), "$NAXIOS_KEY", _example_model(listed)),
        "plans": plans.offered_plans(),
    }
    return render(request, "web/home.html", context)


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Every model with what it can do, what it costs in standard tokens and how it fares; ``?q=`` searches."""
    wanted = request.GET.get("q", "").strip().lower()
    listed = catalogue.listed_models()
    found = [model for model in listed if wanted in f"{model.name} {model.display_name} {model.description}".lower()]
    availability, offered = status.of_models(), plans.offered_plans()
    rows = [
        {
            "model": model,
            "availability": availability[model.name],
            "plans": [plan for plan in offered if is_allowed(model.name, tuple(plan.allowed_models))],
        }
        for model in found
    ]
    return render(request, "web/models.html", {"rows": rows, "wanted": wanted, "count": len(listed)})


@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    """Plans side by side, with all of their limits; and how to get one."""
    offered, providers = plans.offered_plans(), billing.providers()
    context = {
        "plans": offered,
        "free": next((plan for plan in offered if plan.is_free), None),
        "packs": billing.packs(),
        "can_buy": bool(providers),
        "by_card": any(provider.renews for provider in providers),
        "by_invoice": any(not provider.renews for provider in providers),
        "needs_discord": any(plan.is_free and not plans.is_open(plan) for plan in offered),
        "has_paid": any(plan.price_minor for plan in offered),
        "has_refusing": any(plan.after_lapse == "refuse" for plan in offered),
        **_own_standing(request),
    }
    return render(request, "web/pricing.html", context)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The quickstart; a reader who is signed in can have a key's prefix filled in with ``?key=ID``."""
    own = keys.usable_of_user(request.user.pk) if request.user.is_authenticated else []
    chosen = next((key for key in own if str(key.id) == request.GET.get("key")), own[0] if own else None)
    base_url, key = base_url_of(request), f"{chosen.prefix}…" if chosen else EXAMPLE_KEY
    model = _example_model(catalogue.listed_models())
    context = {
        "own_keys": own,
        "chosen_key": chosen,
        "shown_key": key,
        "example_model": model,
        "examples": examples.first_requests(base_url, key, model),
        "streaming": examples.streaming(base_url, key, model),
        "anthropic": examples.anthropic_models(base_url, key),
        "limits": examples.limits(base_url, key),
    }
    return render(request, "web/docs.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy policy, its table made from the data inventory."""
    context = {"last_updated": policy.LAST_UPDATED, "stored": policy.stored()}
    return render(request, "web/privacy.html", context)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use."""
    return render(request, "web/terms.html")


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """How to reach whoever runs this server."""
    return render(request, "web/contact.html")


@cache_control(max_age=3600, public=True)
@require_safe
def branding_css(request: HttpRequest) -> HttpResponse:
    """The operator's colours, over Naxios's own."""
    if not settings.SITE.css:
        raise Http404
    return HttpResponse(settings.SITE.css, content_type="text/css")


@cache_control(max_age=3600, public=True)
@require_safe
def branding_logo(request: HttpRequest) -> HttpResponse:
    """The operator's logo."""
    if not settings.SITE.logo:
        raise Http404
    return HttpResponse(settings.SITE.logo, content_type=settings.SITE.logo_type)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read the public pages only."""
    lines = ["User-agent: *", *(f"Disallow: /{room}/" for room in ("accounts", "api", "dashboard", "staff", "v1"))]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def _own_standing(request: HttpRequest) -> dict[str, object]:
    """What the reader has already, if they are signed in."""
    if not request.user.is_authenticated:
        return {"present": None, "subscribed": False, "has_trial": True}
    overview, entitled = billing.overview(request.user), plans.entitled(request.user.pk)
    return {
        "present": entitled.plan if entitled.decision.is_usable else None,
        "subscribed": billing.has_renewing(request.user),
        "has_trial": overview.has_trial,
    }


def _example_model(listed: list[Any]) -> str:
    return next((model.name for model in listed if not model.is_demonstration), ECHO_MODEL)
