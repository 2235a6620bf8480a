"""The pages of signing in with Discord: allauth's, counted, and there only where Discord is configured."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.views import SignupView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from naxios import config
from naxios.accounts import reauthentication
from naxios.accounts.rate_limits import limited
from naxios.discord import queries
from naxios.discord.services import BelongsToAnother, HasAnother
from naxios.discord.sign_in import sealing
from naxios.discord.sign_in.oauth import DiscordOAuth2Adapter
from naxios.discord.sign_in.social_adapter import CONFIRM, refusal_page
from naxios.web.requests import SignedInRequest

View = Callable[..., HttpResponse]
PROCESSES = ("", "login")
"""What may be begun at the sign-in's address. Connecting has one of its own, which asks who one is first."""


def where_configured(view: View) -> View:
    """Let a page be there only if Discord is configured."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not config.load().discord_is_configured:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@where_configured
@never_cache
@limited("discord_sign_in")
def oauth2_login(request: HttpRequest) -> HttpResponse:
    """Send somebody to Discord; a page with a button for who comes by a link."""
    if {request.POST.get("process", ""), request.GET.get("process", "")} - set(PROCESSES):
        raise Http404
    return _to_discord(request)


@where_configured
@never_cache
@limited("discord_callback", reading=True)
def oauth2_callback(request: HttpRequest) -> HttpResponse:
    """Where Discord sends them back to."""
    return _from_discord(request)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("discord_connect")
def confirm(request: SignedInRequest) -> HttpResponse:
    """Where somebody who has no password, passkey or code confirms that it is them: they sign in once more."""
    next_url = get_next_redirect_url(request)
    if reauthentication.has_a_way_of_its_own(request.user):
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: next_url or ''})}")
    identity = queries.of_user(request.user.pk) if config.load().discord_is_configured else None
    if request.method == "POST" and identity is not None:
        provider = get_adapter(request).get_provider(request, "discord")
        to_discord: HttpResponse = provider.redirect(
            request, process=CONFIRM, next_url=next_url, auth_params={"prompt": "none"}
        )
        return to_discord
    return render(request, "discord/confirm.html", {"identity": identity, "next": next_url or ""})


class DiscordSignUpView(SignupView):  # type: ignore[misc]
    """allauth's, as one transaction: an account with its address and its Discord account, or nothing."""

    def form_valid(self, form: Any) -> Any:
        try:
            return self._sign_up(form)
        except (BelongsToAnother, HasAnother) as refused:
            return refusal_page(self.request, refused)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        granted = sealing.unseal(self.sociallogin.state["granted"])
        return {**super().get_context_data(**kwargs), "profile": granted.profile}

    def _sign_up(self, form: Any) -> Any:
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            form.account_already_exists = True  # two forms with the same address at the same moment
            with transaction.atomic():
                return super().form_valid(form)

    def get_authenticated_redirect_url(self) -> str:
        return str(self.request.build_absolute_uri("/dashboard/discord/"))


sign_up = where_configured(never_cache(limited("discord_sign_up")(DiscordSignUpView.as_view())))
_to_discord: View = OAuth2LoginView.adapter_view(DiscordOAuth2Adapter)
_from_discord: View = OAuth2CallbackView.adapter_view(DiscordOAuth2Adapter)
