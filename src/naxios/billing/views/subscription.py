"""What can be done with a subscription that one has."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from naxios import config
from naxios.accounts.rate_limits import limited
from naxios.billing import queries, services
from naxios.billing.models import Subscription
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.web.requests import SignedInRequest

LONGEST_SECONDS = 10


@login_required
@never_cache
@require_POST
@limited("billing")
def portal(request: SignedInRequest, provider: str) -> HttpResponse:
    """On to the provider's page where one changes how one pays. Its address is good for minutes, so it is not kept."""
    customer = queries.customer_of(request.user, provider)
    if customer is None:
        raise Http404
    try:
        url = services.open_portal(customer=customer, return_url=config.load().address + reverse("billing:home"))
    except Refused as why:
        messages.error(request, str(why))
        return redirect("billing:home")
    return render(request, "billing/leaving.html", {"url": url})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("billing", reading=True)
def change(request: SignedInRequest, number: int) -> HttpResponse:
    """What going over to another plan costs; sent, it is done."""
    if request.method != "POST":
        return _preview(request, number)
    plan, as_of = request.POST.get("plan", ""), _moment(request.POST.get("as_of", ""))
    return _done(
        request,
        number,
        lambda subscription: services.change_plan(subscription=subscription, plan_name=plan, as_of=as_of),
        lambda subscription: f"You are on {subscription.plan} now. The gateway knows within a second.",
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("billing")
def cancel(request: SignedInRequest, number: int) -> HttpResponse:
    """What canceling means; sent, the subscription ends with its period."""
    if request.method != "POST":
        subscription = _own(request, number)
        if not subscription.is_live or subscription.cancels_at is not None:
            return redirect("billing:home")
        return render(request, "billing/cancel.html", {"subscription": subscription})
    return _done(
        request,
        number,
        lambda subscription: services.cancel(subscription=subscription),
        lambda subscription: f"Canceled. You keep {subscription.plan} until the end of what you have paid for.",
    )


@login_required
@require_POST
@limited("billing")
def resume(request: SignedInRequest, number: int) -> HttpResponse:
    """Take the cancellation back."""
    return _done(
        request,
        number,
        lambda subscription: services.resume(subscription=subscription),
        lambda subscription: f"Resumed. {subscription.plan} goes on.",
    )


def _preview(request: SignedInRequest, number: int) -> HttpResponse:
    subscription, name = _own(request, number), request.GET.get("plan", "")
    try:
        at_once, preview = services.preview_change(subscription=subscription, plan_name=name)
    except Refused as why:
        messages.warning(request, str(why))
        return redirect("billing:home")
    context = {
        "subscription": subscription,
        "plan": plans.by_name(name),
        "at_once": at_once,
        "preview": preview,
        "credit": -preview.amount_minor if preview is not None else 0,
    }
    return render(request, "billing/change.html", context)


def _moment(seconds: str) -> datetime | None:
    """What the page of a preview sends along."""
    is_one = seconds.isascii() and seconds.isdecimal() and len(seconds) <= LONGEST_SECONDS
    return datetime.fromtimestamp(int(seconds), UTC) if is_one else None


def _own(request: SignedInRequest, number: int) -> Subscription:
    subscription = queries.subscription_of(request.user, number)
    if subscription is None:
        raise Http404
    return subscription


def _done(
    request: SignedInRequest,
    number: int,
    act: Callable[[Subscription], None],
    words: Callable[[Subscription], str],
) -> HttpResponse:
    subscription = _own(request, number)
    try:
        act(subscription)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, words(subscription))
    return redirect("billing:home")
