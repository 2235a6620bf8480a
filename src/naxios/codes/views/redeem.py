"""The page under ``/dashboard/redeem/``."""

from datetime import datetime
from math import ceil

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.codes import queries, queue, services
from naxios.codes.forms import RedeemForm
from naxios.domain.codes import LONGEST_TYPED
from naxios.domain.entitlements import Source
from naxios.domain.moments import moment
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("redeem_code")
def redeem(request: SignedInRequest) -> HttpResponse:
    """Redeem a code. A link may fill it in; nothing is redeemed until the form is sent."""
    form = RedeemForm(request.POST or None, initial={"code": request.GET.get("code", "")[:LONGEST_TYPED]})
    status, wait = 200, 0
    if request.method == "POST" and form.is_valid():
        try:
            redeemed = services.redeem(user=request.user, code=form.cleaned_data["code"], origin=Origin.of(request))
        except services.TooManyAttempts as refused:
            form.add_error("code", str(refused))
            status, wait = 429, max(1, ceil((refused.again_at - timezone.now()).total_seconds()))
        except Refused as refused:
            form.add_error("code", str(refused))
        else:
            messages.success(request, f"Redeemed: {redeemed.gives}. {redeemed}")
            return redirect("codes:redeem")
    if form.errors and status == 200:
        status = 422
    entitled = plans.entitled(request.user.pk)
    context = {
        "form": form,
        "entitled": entitled,
        "plan_until": _until(request.user.pk, entitled),
        "bonus": plans.bonus_of(request.user.pk),
        "redemptions": queries.of_user(request.user.pk, number=request.GET.get("page", 1)),
    }
    answer = render(request, "codes/redeem.html", context, status=status)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _until(user_id: int, entitled: plans.Entitled) -> datetime | None:
    """When the present plan ends; that of a code with the days of other codes after it."""
    grant = entitled.decision.grant
    if grant is None or grant.ends_at is None:
        return None
    if grant.source is Source.CODE:
        return queue.start(user_id=user_id, plan_id=entitled.plan.pk, now=timezone.now())
    return moment(grant.ends_at)
