"""The pages that everybody may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from naxios.catalogue import queries as catalogue
from naxios.domain.catalogue import ECHO_MODEL


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: what this is, a first request, and the models there are."""
    models = catalogue.listed_models()
    example = next((model.name for model in models if not model.is_demonstration), ECHO_MODEL)
    return render(request, "web/home.html", {"models": models, "example_model": example})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read the public pages only."""
    text = "User-agent: *\nDisallow: /staff/\nDisallow: /accounts/\nDisallow: /v1/\n"
    return HttpResponse(text, content_type="text/plain")
