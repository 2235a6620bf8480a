"""The settings page: name, e-mail address, Discord and theme."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from naxios.accounts import email_change, reauthentication, services
from naxios.accounts.forms import NameForm, NewEmailForm
from naxios.accounts.rate_limits import limited
from naxios.discord import queries as discord
from naxios.errors import Refused
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("account_settings")
def settings(request: SignedInRequest) -> HttpResponse:
    """What the account is called and where its mail goes; the form changes the name."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename(user=request.user, name=form.cleaned_data["name"])
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("accounts:settings")
    context = {
        "form": form,
        "change": email_change.pending(request.user),
        "discord_identity": discord.of_user(request.user.pk),
    }
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@reauthentication.required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("change_email")
def change_email(request: SignedInRequest) -> HttpResponse:
    """Ask for another address; a link sent there makes it so."""
    form = NewEmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            email_change.request(user=request.user, email=form.cleaned_data["email"])
        except Refused as refused:
            form.add_error("email", str(refused))
        else:
            return redirect("accounts:settings")
    return render(request, "accounts/change_email.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
@limited("account_settings")
def cancel_email_change(request: SignedInRequest) -> HttpResponse:
    """Keep the present address."""
    email_change.cancel(user=request.user)
    messages.success(request, "Your e-mail address stays as it is.")
    return redirect("accounts:settings")
