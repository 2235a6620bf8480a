"""The console's Discord pages: how members stand, and to whom free tiers belong."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from naxios import config
from naxios.accounts import queries as accounts
from naxios.accounts.access import staff_required
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.discord import bot_state, free_tier, queries
from naxios.discord import overview as console
from naxios.discord.forms import MoveForm
from naxios.discord.models import Identity, Membership
from naxios.errors import Refused
from naxios.web.requests import SignedInRequest


@staff_required
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Counts, what is wrong, the bot, who is in grace, and a list to search."""
    search, state = request.GET.get("q", "")[:100], request.GET.get("state", "")
    shown = console.overview(search=search, state=state, number=request.GET.get("page", 1))
    context = {
        "shown": shown,
        "search": search,
        "state": state,
        "states": Identity.Verification,
        "bot": bot_state.bot_state(),
        "is_configured": config.load().discord_is_configured,
    }
    return render(request, "discord/staff_overview.html", context)


@staff_required
@never_cache
@require_safe
def identity(request: HttpRequest, number: int) -> HttpResponse:
    """One connected Discord account: how it is verified, why not, and its free tier."""
    found = Identity.objects.filter(pk=number).select_related("user").first()
    if found is None:
        raise Http404
    context = {
        "identity": found,
        "told": queries.reason_of(found),
        "memberships": Membership.objects.filter(identity=found).order_by("guild_id"),
        "claim": console.claim_of(found),
    }
    return render(request, "discord/staff_identity.html", context)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("account_settings")
def move(request: SignedInRequest, number: int) -> HttpResponse:
    """Give a free tier to another account."""
    claim = console.claim(number)
    if claim is None:
        raise Http404
    form = MoveForm(request.POST or None, initial={"to": request.GET.get("to", "")})
    if request.method == "POST" and form.is_valid():
        try:
            to = accounts.find(form.cleaned_data["to"])
            begins = free_tier.move(
                claim=claim, to=to, actor=request.user, why=form.cleaned_data["why"], origin=Origin.of(request)
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Moved to {to}. It counts there from {begins:%-d %b %Y, %H:%M} UTC on.")
            return redirect("discord_staff:move", number)
    context = {"claim": claim, "identity": console.identity_of(claim), "form": form}
    return render(request, "discord/staff_move.html", context, status=422 if form.errors else 200)
