"""Signing in with Discord: the page that asks the user, and the addresses that give and take tokens."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from tests.stand_ins.discord import asking, consent_page, payloads
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.errors import OAuthError
from tests.stand_ins.discord.oauth_book import SCOPES, TokenPair
from tests.stand_ins.discord.state import Application, World

_CARRIED = ("client_id", "redirect_uri", "response_type", "scope", "state", "prompt", "code_challenge")
_DENIED = "The resource owner or authorization server denied the request"
_BAD_SCOPE = "The requested scope is invalid, unknown, or malformed."


class WrongRequest(Exception):
    """A request that Discord answers on a page of its own, because it trusts no address to send the user back to."""


@dataclass
class Wanted:
    application: Application
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    challenge: str | None

    def back(self, **answer: str) -> web.Response:
        """Send the user back to the application."""
        query = answer | ({"state": self.state} if self.state is not None else {})
        joint = "&" if URL(self.redirect_uri).query_string else "?"
        location = f"{self.redirect_uri}{joint}{urlencode(query)}"
        return web.Response(status=303, headers={"Location": location})


async def ask(core: Core, request: web.Request) -> web.Response:
    """Show what the application wants; or send back at once whom ``prompt=none`` spares the question."""
    try:
        wanted = _wanted(core.world, request.query)
    except WrongRequest as wrong:
        return consent_page.error(str(wrong))
    if not wanted.scopes <= SCOPES or not wanted.scopes:
        return wanted.back(error="invalid_scope", error_description=_BAD_SCOPE)
    user = core.world.signed_in
    if user is None:
        return consent_page.signed_out()
    if request.query.get("prompt") == "none" and wanted.scopes <= core.book.granted(wanted.application, user):
        return _allow(core, wanted)
    carried = {name: request.query[name] for name in (*_CARRIED, "code_challenge_method") if name in request.query}
    return consent_page.question(wanted.application, user, wanted.scopes, carried)


async def decide(core: Core, request: web.Request) -> web.Response:
    """The form of the page: one button says yes, the other no."""
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    try:
        wanted = _wanted(core.world, form)
    except WrongRequest as wrong:
        return consent_page.error(str(wrong))
    if core.world.signed_in is None:
        return consent_page.signed_out()
    if form.get("decision") != "authorize" or not wanted.scopes <= SCOPES:
        return wanted.back(error="access_denied", error_description=_DENIED)
    return _allow(core, wanted)


async def token(core: Core, request: web.Request) -> web.Response:
    form = await _form(request)
    application = _client(core.world, request, form)
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        redirect_uri, verifier = form.get("redirect_uri", ""), form.get("code_verifier", "")
        pair = core.book.exchange(application, form.get("code", ""), redirect_uri, verifier)
    elif grant_type == "refresh_token":
        pair = core.book.refresh(application, form.get("refresh_token", ""))
    else:
        raise OAuthError(400, "unsupported_grant_type", f"Grant type {grant_type} is not supported")
    return web.json_response(_shown(core, pair), headers={"Cache-Control": "no-store"})


async def revoke(core: Core, request: web.Request) -> web.Response:
    form = await _form(request)
    application = _client(core.world, request, form)
    core.book.revoke(application, form.get("token", ""))
    return web.json_response({})


async def current_authorization(core: Core, request: web.Request) -> web.Response:
    pair = asking.bearer(core.book, request)
    shown = {
        "application": payloads.application(pair.application),
        "scopes": sorted(pair.scopes),
        "expires": datetime.fromtimestamp(pair.expires_at, UTC).isoformat(),
    }
    if "identify" in pair.scopes:
        shown["user"] = payloads.user(pair.user)
    return web.json_response(shown)


API_ROUTES: Routes = [
    ("POST", "/oauth2/token", token),
    ("POST", "/oauth2/token/revoke", revoke),
    ("GET", "/oauth2/@me", current_authorization),
]
PAGE_ROUTES: Routes = [("GET", "/oauth2/authorize", ask), ("POST", "/oauth2/authorize", decide)]


def _wanted(world: World, query: Mapping[str, str]) -> Wanted:
    client_id = query.get("client_id", "")
    application = world.applications.get(int(client_id)) if client_id.isdecimal() else None
    if application is None:
        raise WrongRequest("Unknown Application")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in application.redirect_uris:
        raise WrongRequest("Invalid OAuth2 redirect_uri")
    if query.get("response_type") != "code":
        raise WrongRequest("Invalid response_type")
    challenge = query.get("code_challenge")
    if challenge is not None and query.get("code_challenge_method") != "S256":
        raise WrongRequest("Invalid code_challenge_method")
    scopes = frozenset(query.get("scope", "").split())
    return Wanted(application, redirect_uri, scopes, query.get("state"), challenge)


def _allow(core: Core, wanted: Wanted) -> web.Response:
    user = core.world.signed_in
    assert user is not None
    code = core.book.grant(wanted.application, user, wanted.scopes, wanted.redirect_uri, wanted.challenge)
    return wanted.back(code=code.text)


async def _form(request: web.Request) -> dict[str, str]:
    """The form; nothing of a body of another kind, which these addresses do not read."""
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _client(world: World, request: web.Request, form: Mapping[str, str]) -> Application:
    """The application that asks, by HTTP Basic or by fields of the form."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, credential = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        try:
            client_id, _, secret = base64.b64decode(credential, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            client_id = ""
    application = world.applications.get(int(client_id)) if client_id.isdecimal() else None
    if application is None or application.client_secret != secret:
        raise OAuthError(401, "invalid_client")
    return application


def _shown(core: Core, pair: TokenPair) -> dict[str, object]:
    return {
        "token_type": "Bearer",
        "access_token": pair.access_token,
        "expires_in": int(pair.expires_at - core.world.clock.now()),
        "refresh_token": pair.refresh_token,
        "scope": " ".join(sorted(pair.scopes)),
    }
