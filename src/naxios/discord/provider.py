"""Discord as allauth knows it: looked for under this very name in every app."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.http import HttpRequest

from naxios.discord.sign_in.oauth import SCOPES, DiscordOAuth2Adapter


class DiscordProvider(OAuth2Provider):  # type: ignore[misc]
    """With PKCE, and with scopes of ours only: allauth's would take more from the request's address."""

    id = "discord"
    name = "Discord"
    package = "naxios.discord.sign_in"
    account_class = ProviderAccount
    oauth2_adapter_class = DiscordOAuth2Adapter
    pkce_enabled_default = True

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(SCOPES)

    def get_scope(self) -> list[str]:
        return list(SCOPES)

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return {"prompt": "none"}  # who has agreed before is not asked again

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["id"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"email": data["email"]} if data["email"] and data["verified"] else {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """The address, if Discord vouches for it: another one may be anybody's."""
        if data["email"] and data["verified"]:
            return [EmailAddress(email=data["email"].lower(), verified=True, primary=True)]
        return []


provider_classes = [DiscordProvider]
