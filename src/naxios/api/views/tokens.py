"""The dashboard's page for access tokens."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from naxios.accounts.origin import Origin
from naxios.api import queries, services
from naxios.api.forms import TokenForm
from naxios.errors import Refused
from naxios.web.context import base_url_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List access tokens, and make one: its secret is in the answer and nowhere else."""
    form, made, secret = TokenForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        try:
            made, secret = services.create(
                user=request.user,  # type: ignore[arg-type]
                name=form.cleaned_data["name"],
                read_only=form.cleaned_data["may"] == TokenForm.READ,
                expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
                origin=Origin.of(request),
            )
            form = TokenForm()
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {
        "form": form,
        "made": made,
        "secret": secret,
        "first_request": _first_request(request, secret),
        "tokens": queries.of_user(request.user.pk or 0),
    }
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    token = queries.one(user_id=request.user.pk or 0, token_id=token_id)
    if token is None:
        raise Http404
    services.revoke(token=token, origin=Origin.of(request))
    messages.success(request, f"The access token {token.name} has been revoked.")
    return redirect("tokens:list")


def _first_request(request: HttpRequest, secret: str) -> str:
    return f'curl {base_url_of(request)}/api/account -H "Authorization: Bearer {secret}"' if secret else ""
