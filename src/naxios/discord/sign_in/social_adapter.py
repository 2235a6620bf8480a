"""How allauth's sign-in by others fits in here: who may connect what, and where people land."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from naxios import config
from naxios.accounts import queries as accounts
from naxios.accounts.origin import Origin
from naxios.accounts.reauthentication import is_recent
from naxios.discord import checking, services
from naxios.discord.services import BelongsToAnother, Granted, HasAnother
from naxios.discord.sign_in import sealing

CONFIRM = "confirm"
"""What somebody signs in for who is signed in, beside allauth's own: to confirm that it is them."""


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The application comes from the environment. Nothing of what Discord says reaches a session in the clear."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        loaded = config.load()
        if not loaded.discord_is_configured or provider not in (None, "discord"):
            return []
        app = SocialApp(
            provider="discord",
            name="Discord",
            client_id=loaded.discord_client_id,
            secret=loaded.discord_client_secret,
        )
        return [app] if client_id in (None, app.client_id) else []

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        granted, findings = sociallogin.granted, sociallogin.findings
        sociallogin.token = None
        sociallogin.state["granted"] = sealing.seal(granted)
        for kind, guild_id in findings.problems:
            services.note_problem(kind=kind, guild_id=guild_id)
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(_connect(request, granted))
        if sociallogin.state.get("process") == CONFIRM:
            raise ImmediateHttpResponse(_confirm(request, sociallogin, granted))
        if sociallogin.is_existing:
            _bring_up_to_date(request, sociallogin, granted)
            return
        addresses = [address.email for address in sociallogin.email_addresses if address.verified]
        if addresses and accounts.by_email(addresses[0]) is not None:
            sealing.put_pending(request, email=addresses[0], granted=granted)
            context = {"email": addresses[0], "profile": granted.profile}
            raise ImmediateHttpResponse(render(request, "discord/sign_in_first.html", context, status=409))

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False  # everybody is asked whether they are 13 or older

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("discord:home")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Somebody who wanted to connect or confirm is signed in: they are told on the page where they began."""
        state = (extra_context or {}).get("state") or {}
        if state.get("process") == CONFIRM and request.user.is_authenticated:
            messages.error(request, "Discord did not confirm that it is you. Try again.")
            raise ImmediateHttpResponse(_back_to_confirm(state))
        if state.get("process") == AuthProcess.CONNECT and request.user.is_authenticated:
            if error == AuthError.CANCELLED:
                messages.info(request, "Discord was not connected: it was cancelled there.")
            else:
                messages.error(request, "Discord did not confirm who you are. Try again in a moment.")
            raise ImmediateHttpResponse(redirect("discord:home"))


def _connect(request: HttpRequest, granted: Granted) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("account_login")
    if not is_recent(request):
        messages.info(request, "Confirm that it is you, then connect Discord again.")
        return redirect("discord:home")
    try:
        services.connect(user=request.user, granted=granted, origin=Origin.of(request))
    except (BelongsToAnother, HasAnother) as refused:
        return refusal_page(request, refused)
    messages.success(request, f"{granted.profile.username} on Discord is connected.")
    return redirect("discord:home")


def _confirm(request: HttpRequest, sociallogin: Any, granted: Granted) -> HttpResponse:
    """Note in the session that who is signed in has signed in once more, and let them go on."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if not sociallogin.is_existing or sociallogin.user != request.user:
        messages.error(request, f"{granted.profile.username} is not the Discord account that is connected here.")
        return _back_to_confirm(sociallogin.state)
    _bring_up_to_date(request, sociallogin, granted)
    record_authentication(request, sociallogin)
    return redirect(sociallogin.get_redirect_url(request) or "accounts:security")


def _back_to_confirm(state: dict[str, Any]) -> HttpResponse:
    return redirect(f"{reverse('discord_confirm')}?{urlencode({REDIRECT_FIELD_NAME: state.get('next') or ''})}")


def refusal_page(request: HttpRequest, refused: Exception) -> HttpResponse:
    """Why a Discord account was not connected, and what to do."""
    return render(request, "discord/not_connected.html", {"explanation": str(refused)}, status=409)


def _bring_up_to_date(request: HttpRequest, sociallogin: Any, granted: Granted) -> None:
    profile = Granted(granted.profile, granted.scopes, None, granted.tokens)
    try:
        identity = services.connect(user=sociallogin.user, granted=profile, origin=Origin.of(request))
    except (BelongsToAnother, HasAnother) as refused:
        raise ImmediateHttpResponse(refusal_page(request, refused)) from None
    checking.note(identity, sociallogin.findings)
