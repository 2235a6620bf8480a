"""The security page: password, second factors, sessions, and what happened lately."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from naxios.accounts import queries, sessions
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.discord import queries as discord
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    """How the account is protected, where it is signed in and what happened to it."""
    context = {
        "factors": queries.factors(request.user),
        "discord_identity": discord.of_user(request.user.pk),
        "sessions": sessions.of_user(request.user, request.session.session_key),
        "events": queries.security_events(request.user, request.GET.get("page", 1)),
    }
    return render(request, "accounts/security.html", context)


@login_required
@require_POST
@limited("account_settings")
def end_session(request: SignedInRequest, number: int) -> HttpResponse:
    """Sign out elsewhere."""
    current = request.session.session_key
    sessions.end(user=request.user, number=number, current_key=current, origin=Origin.of(request))
    messages.success(request, "Signed out there.")
    return redirect("accounts:security")


@login_required
@require_POST
@limited("account_settings")
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out everywhere else."""
    sessions.end_others(user=request.user, current_key=request.session.session_key, origin=Origin.of(request))
    messages.success(request, "Signed out everywhere else.")
    return redirect("accounts:security")
