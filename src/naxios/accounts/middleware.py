"""What happens around every page for the sake of accounts."""

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from naxios.accounts import sessions
from naxios.accounts.origin import Origin

SEEN_SECONDS = 300
"""A page view is written down this often at most: not every click should cost a write."""


class SessionActivityMiddleware:
    """Keeps when and from where a session was last used, to within five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and cache.add(f"seen:{key}", True, SEEN_SECONDS) and request.user.is_authenticated:
            sessions.seen(session_key=key, origin=Origin.of(request))
        return self.get_response(request)


class EntrancePagesMiddleware:
    """What allauth's pages lack here: that nobody keeps them, and that ``site`` is the operator's name and logo."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/accounts/"):
            add_never_cache_headers(response)
        return response

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        if response.context_data:
            response.context_data.pop("site", None)  # allauth's is the request's host
        return response
