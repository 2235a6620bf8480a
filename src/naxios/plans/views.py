"""What people do about their own plan without buying one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.plans import queries, services
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_POST
@limited("account_settings")
def accept_lapse(request: SignedInRequest) -> HttpResponse:
    """Go on with the free plan after one that refuses once it has ended."""
    if services.accept_lapse(user=request.user, origin=Origin.of(request)):
        plan, decision = queries.entitled(request.user.pk)
        if decision.is_usable:
            messages.success(request, f"Your account goes on with the plan {plan}, within a second.")
        else:
            messages.success(
                request, "You are on the free plan. It is for verified members: connect Discord to use it."
            )
    else:
        messages.info(request, "There was no plan of yours whose end you had to accept.")
    return redirect("dashboard:home")
