"""The check, for the owner of an account whose free tier is held."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from naxios.abuse import challenge, queries, words
from naxios.accounts import reauthentication
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.errors import Refused
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_safe
def check(request: SignedInRequest) -> HttpResponse:
    """What is held, why in general, and the one thing to do."""
    review = queries.held_review(request.user.pk)
    context = {
        "review": review,
        "about": words.for_owner([s for s in queries.signals_of(request.user.pk) if s.settled_amount is None]),
        "waits_for_staff": review is not None and challenge.waits_for_staff(review),
    }
    return render(request, "abuse/check.html", context)


@reauthentication.required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("review_check")
def send_link(request: SignedInRequest) -> HttpResponse:
    """Mail the link, to who has just confirmed who they are."""
    if request.method != "POST":
        return render(request, "abuse/send_link.html")
    try:
        challenge.send_link(user=request.user, origin=Origin.of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("abuse:check")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("review_check")
def confirm(request: SignedInRequest, token: str) -> HttpResponse:
    """End the hold, with the link that was mailed. Opening it alone does nothing: mail servers look at links too."""
    try:
        if request.method != "POST":
            challenge.verify(user=request.user, token=token)
            return render(request, "abuse/confirm.html")
        passed = challenge.confirm(user=request.user, token=token, origin=Origin.of(request))
    except Refused as refused:
        return render(request, "accounts/link_over.html", {"explanation": str(refused)}, status=410)
    if passed is challenge.Passed.RELEASED:
        messages.success(request, "Thank you. Your free tier works again.")
        return redirect("dashboard:home")
    return redirect("abuse:check")
