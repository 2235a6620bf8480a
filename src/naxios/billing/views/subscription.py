"""What can be done with a subscription that one has."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from naxios import config
from naxios.accounts.rate_limits import limited
from naxios.billing import queries, services
from naxios.billing.models import Subscription
from naxios.errors import Refused
from naxios.web.requests import SignedInRequest


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
@require_POST
@limited("billing")
def change(request: SignedInRequest, number: int) -> HttpResponse:
    """Go over to another plan."""
    plan = request.POST.get("plan", "")
    return _done(
        request,
        number,
        lambda subscription: services.change_plan(subscription=subscription, plan_name=plan),
        lambda subscription: f"You are on {subscription.plan} now. The gateway knows within a second.",
    )


@login_required
@require_POST
@limited("billing")
def cancel(request: SignedInRequest, number: int) -> HttpResponse:
    """Let it end with its period."""
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


def _done(
    request: SignedInRequest,
    number: int,
    act: Callable[[Subscription], None],
    words: Callable[[Subscription], str],
) -> HttpResponse:
    subscription = queries.subscription_of(request.user, number)
    if subscription is None:
        raise Http404
    try:
        act(subscription)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, words(subscription))
    return redirect("billing:home")
