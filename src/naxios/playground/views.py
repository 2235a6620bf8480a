"""The chat page, and the temporary secret that its script asks for."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from naxios.errors import Refused
from naxios.keys import listing, services
from naxios.keys import queries as keys
from naxios.web.examples import Example
from naxios.web.requests import SignedInRequest

if TYPE_CHECKING:
    from naxios.catalogue.models import Model
    from naxios.keys.models import ApiKey

_CODE = [Example("curl", "curl", ""), Example("python", "Python", "", "pip install openai")]
"""Filled in by the script, from what stands on the page."""


@login_required
@never_cache
@require_safe
def chat(request: SignedInRequest) -> HttpResponse:
    """The playground; ``?key=ID`` and ``?model=NAME`` choose what it starts with."""
    own = keys.usable_of_user(request.user.pk)
    chosen = next((key for key in own if str(key.id) == request.GET.get("key")), own[0] if own else None)
    if chosen is None:
        return render(request, "playground/empty.html")
    key = _own_key(request, str(chosen.id))
    context = {
        "own_keys": own,
        "key_id": chosen.id,
        "models": [_described(model) for model in listing.models_of(key)],
        "model": request.GET.get("model") or listing.example_model(key),
        "code": _CODE,
    }
    return render(request, "playground/chat.html", context)


@login_required
@never_cache
@require_POST
def open_key(request: SignedInRequest) -> HttpResponse:
    """A temporary secret for one of the account's keys, for the page's script alone, and the models that it opens."""
    key = _own_key(request, request.POST.get("key", ""))
    try:
        opened = services.open_playground(key=key)
    except Refused as refused:
        return JsonResponse({"error": {"message": str(refused)}}, status=422)
    models = [_described(model) for model in listing.models_of(key)]
    return JsonResponse({"secret": opened.secret, "expires_at": opened.expires_at, "models": models})


def _own_key(request: SignedInRequest, key_id: str) -> "ApiKey":
    is_number = key_id.isascii() and key_id.isdigit() and len(key_id) < 19
    key = listing.one(user_id=request.user.pk, key_id=int(key_id)) if is_number else None
    if key is None:
        raise Http404
    return key


def _described(model: "Model") -> dict[str, Any]:
    label = model.display_name or model.name
    if model.is_demonstration and "demonstration" not in label:
        label += " (demonstration)"
    return {
        "name": model.name,
        "label": label,
        "demonstration": model.is_demonstration,
        "multiplier": model.multiplier_millionths,
    }
