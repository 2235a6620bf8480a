"""The pages under ``/dashboard/keys/``. Everybody reaches their own keys alone."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from naxios.accounts.origin import Origin
from naxios.errors import Refused
from naxios.keys import listing, services
from naxios.keys.forms import CreateForm, KeyForm, RotateForm
from naxios.keys.models import ApiKey
from naxios.plans import queries as plans
from naxios.web import examples
from naxios.web.context import base_url_of
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_safe
def list_keys(request: SignedInRequest) -> HttpResponse:
    """The account's keys; which of them stands in the address."""
    keys = listing.of_user(request.user.pk)
    asked = {name: request.GET.get(name, "") for name in ("show", "tag", "page")}
    chosen = listing.chosen(keys, **asked)
    context = {"chosen": chosen, "has_keys": bool(keys), "days": listing.DAYS, "all_models": listing.ALL_MODELS}
    return render(request, "keys/list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Make a key and show its secret, this once."""
    form = CreateForm(request.POST or None, **_choices(request))
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            key, secret = services.create(
                user=request.user, **form.wanted(), form_token=token, origin=Origin.of(request)
            )
        except services.SentBefore:
            return _already_shown(request, listing.made_by(user_id=request.user.pk, form_token=token))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _show_secret(request, key, secret, "keys/created.html")
    return render(request, "keys/create.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_safe
def detail(request: SignedInRequest, key_id: int) -> HttpResponse:
    """One key: its use, limits, models, tags and secrets."""
    key = _own_key(request, key_id)
    context = {
        "standing": listing.standing(key),
        "use": listing.described(key),
        "chart": listing.chart_of(key),
        "days_label": f"Standard tokens, last {listing.DAYS} days",
        "all_models": listing.ALL_MODELS,
        "secrets": listing.secrets_of(key),
        "limits": listing.limits_of(key),
        "rotate_form": RotateForm(),
    }
    return _render(request, "keys/detail.html", key, context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Change a key's name, limits, models, end and tags."""
    key = _own_key(request, key_id)
    form = KeyForm(request.POST or None, key=key, **_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.change(key=key, **form.wanted(), origin=Origin.of(request))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. The gateway knows within a second.")
            return redirect("keys:detail", key.pk)
    return _render(request, "keys/edit.html", key, {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rotate(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Give a key a new secret and show it, this once."""
    key = _own_key(request, key_id)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        grace = form.cleaned_data["grace"]
        try:
            secret = services.rotate(
                key=key, grace=grace, form_token=form.cleaned_data["form_token"], origin=Origin.of(request)
            )
        except services.SentBefore:
            return _already_shown(request, key)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            old_until = timezone.now() + grace if grace else None
            return _show_secret(request, key, secret, "keys/rotated.html", old_until=old_until)
    context = {"rotate_form": form, "standing": listing.standing(key)}
    return _render(request, "keys/rotate.html", key, context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: SignedInRequest, key_id: int) -> HttpResponse:
    """End a key for good."""
    key = _own_key(request, key_id)
    if request.method == "POST":
        services.revoke(key=key, origin=Origin.of(request))
        messages.success(request, f"{key.name} is revoked. Requests with it are refused from now on.")
        return redirect("keys:list")
    return _render(request, "keys/revoke.html", key, {"standing": listing.standing(key)})


def _own_key(request: SignedInRequest, key_id: int) -> ApiKey:
    key = listing.one(user_id=request.user.pk, key_id=key_id)
    if key is None:
        raise Http404
    return key


def _choices(request: SignedInRequest) -> dict[str, Any]:
    plan = plans.plan_of(request.user.pk)
    return {"models": [model.name for model in listing.models_of_plan(plan)], "plan_limits": plan.limits}


def _show_secret(request: HttpRequest, key: ApiKey, secret: str, template: str, **more: Any) -> HttpResponse:
    """The one page that holds ``secret``. It is never stored: reloading sends the form again, which is noticed."""
    base_url, model = base_url_of(request), listing.example_model(key)
    context = {
        **more,
        "secret": secret,
        "examples": [*examples.first_requests(base_url, secret, model), examples.environment(base_url, secret)],
    }
    return _render(request, template, key, context)


def _already_shown(request: HttpRequest, key: ApiKey | None) -> HttpResponse:
    messages.info(request, "This form was sent already, and its secret was shown then. If it is lost, rotate the key.")
    return redirect("keys:detail", key.pk) if key else redirect("keys:list")


def _render(
    request: HttpRequest, template: str, key: ApiKey, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {"key": key, **context}, status=status)
