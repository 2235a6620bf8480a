"""The exchange with Discord behind a sign-in: code, tokens, who it is, and how they stand to the guilds."""

from typing import Any

import msgspec
from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

from naxios import config
from naxios.discord import checking, rest, tokens
from naxios.discord.rest import Refusal, Unanswered
from naxios.discord.rest_shapes import Me, Profile, TokenPair
from naxios.discord.services import Granted

SCOPES = ("identify", "email", "guilds.members.read")


class DiscordOAuth2Adapter(OAuth2Adapter):  # type: ignore[misc]
    """Asks whatever ``NAXIOS_DISCORD_API_URL`` says, through our own client."""

    provider_id = "discord"

    @property
    def authorize_url(self) -> str:
        return f"{config.load().discord_api_url}/oauth2/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{config.load().discord_api_url}/oauth2/token"

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return (config.load().base_url or f"{request.scheme}://{request.get_host()}") + reverse("discord_callback")

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        try:
            pair = rest.exchange(
                code=request.GET["code"], redirect_uri=client.callback_url, verifier=pkce_code_verifier or ""
            )
        except (Unanswered, Refusal):
            raise OAuth2Error("Discord gave no token") from None
        self.did_fetch_access_token = True
        answered: dict[str, Any] = msgspec.to_builtins(pair)
        return answered

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> Any:
        pair = msgspec.convert(kwargs["response"], TokenPair)
        try:
            me = rest.me(pair.access_token)
        except (Unanswered, Refusal):
            raise OAuth2Error("Discord did not say who it is") from None
        findings = checking.at_sign_in(me.id, pair.access_token)
        login = self.get_provider().sociallogin_from_response(request, msgspec.to_builtins(me))
        login.findings = findings
        login.granted = Granted(_profile(me), pair.scope, tuple(findings.seen), pair if tokens.are_kept() else None)
        return login


def _profile(me: Me) -> Profile:
    """What of it we keep: not the address."""
    return Profile(me.id, me.username, me.global_name, me.avatar)
