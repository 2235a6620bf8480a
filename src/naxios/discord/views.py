"""The dashboard's Discord page: connect, how the verification stands, the free key, disconnect."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from naxios import config
from naxios.accounts import reauthentication
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.discord import avatars, checking, free_tier, page, queries, services
from naxios.discord.checking import Outcome
from naxios.discord.forms import KeyForm
from naxios.errors import Refused
from naxios.keys import listing
from naxios.keys import services as key_services
from naxios.web import examples
from naxios.web.context import base_url_of
from naxios.web.requests import SignedInRequest

SETTINGS = (
    "NAXIOS_DISCORD_CLIENT_ID=ID-OF-THE-APPLICATION\n"
    "NAXIOS_DISCORD_CLIENT_SECRET=SECRET-OF-THE-APPLICATION\n"
    "NAXIOS_DISCORD_GUILD_ID=ID-OF-YOUR-SERVER"
)


@login_required
@never_cache
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Whether Discord is connected, how it is verified and why not, and the free tier that follows."""
    if not config.load().discord_is_configured:
        return render(request, "discord/not_configured.html", {"settings": SETTINGS})
    return _home(request, KeyForm())


@require_POST
@reauthentication.required
@limited("discord_connect")
def connect(request: SignedInRequest) -> HttpResponse:
    """Send somebody who has shown who they are to Discord, to connect their account there."""
    _only_where_configured()
    provider = get_adapter(request).get_provider(request, "discord")
    to_discord: HttpResponse = provider.redirect(
        request, process="connect", next_url=reverse("discord:home"), auth_params={"prompt": "consent"}
    )
    return to_discord


@login_required
@require_POST
@limited("discord_check")
def check(request: SignedInRequest) -> HttpResponse:
    """Ask Discord now."""
    _only_where_configured()
    identity = queries.of_user(request.user.pk)
    if identity is None:
        return redirect("discord:home")
    match checking.check(identity):
        case Outcome.TOLD:
            identity.refresh_from_db()
            if identity.is_verified:
                messages.success(request, "Checked: you are a verified member.")
            else:
                messages.info(request, "Checked. What is missing stands below.")
        case Outcome.NOT_TOLD:
            messages.error(request, "Discord did not tell. Try again in some minutes; we do so as well.")
        case Outcome.OURS:
            messages.error(request, "We cannot ask Discord at the moment. The operator sees it and has to correct it.")
    return redirect("discord:home")


@login_required
@never_cache
@require_POST
@limited("discord_key")
def key(request: SignedInRequest) -> HttpResponse:
    """Make the free tier's one key, and show its secret this once."""
    _only_where_configured()
    form = KeyForm(request.POST)
    if not form.is_valid():
        return redirect("discord:home")
    token = form.cleaned_data["form_token"]
    try:
        made, secret = free_tier.make_key(user=request.user, form_token=token, origin=Origin.of(request))
    except key_services.SentBefore:
        messages.info(request, "This form was sent already, and its secret was shown then. If it is lost, rotate it.")
        return redirect("keys:list")
    except Refused as refused:
        form.add_error(None, str(refused))
        return _home(request, form, status=422)
    base_url, model = base_url_of(request), listing.example_model(made)
    context = {
        "key": made,
        "secret": secret,
        "examples": [*examples.first_requests(base_url, secret, model), examples.environment(base_url, secret)],
    }
    return render(request, "keys/created.html", context)


@reauthentication.required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("account_settings")
def disconnect(request: SignedInRequest) -> HttpResponse:
    """Say what ends with it, and do it."""
    shown = page.of_user(request.user)
    if shown.identity is None:
        return redirect("discord:home")
    error = ""
    if request.method == "POST":
        try:
            services.disconnect(user=request.user, origin=Origin.of(request))
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, "Discord is disconnected.")
            return redirect("discord:home")
    return render(request, "discord/disconnect.html", {"page": shown, "error": error}, status=422 if error else 200)


@login_required
@require_safe
@limited("discord_avatar", reading=True)
def avatar(request: SignedInRequest, picture: str) -> HttpResponse:
    """The picture of one's own Discord account, from this server."""
    identity = queries.of_user(request.user.pk)
    if identity is None or not picture or picture != identity.avatar:
        raise Http404
    try:
        found = avatars.fetch(identity.discord_id, identity.avatar)
    except avatars.NoPicture:
        raise Http404 from None
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(found.data, content_type=found.type, headers=headers)


def _home(request: SignedInRequest, form: KeyForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"page": page.of_user(request.user), "form": form}
    return render(request, "discord/home.html", context, status=status)


def _only_where_configured() -> None:
    if not config.load().discord_is_configured:
        raise Http404
