"""Who a request to the management API acts for: an access token, and nothing that a browser sends by itself."""

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import SimpleRateThrottle

from naxios.api import queries, services
from naxios.api.models import AccessToken

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class TokenAuth(HttpBearer):
    """``Authorization: Bearer nxt_…``; a read-only token may only read."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        found = queries.find(token)
        if found is None:
            return None
        if found.read_only and request.method not in SAFE_METHODS:
            raise HttpError(403, "This access token may only read. Create one that may change things.")
        services.note_use(token=found)
        return found


class TokenThrottle(SimpleRateThrottle):
    """So many requests for each token; those without a known token count by network address."""

    scope = "api"

    def __init__(self) -> None:
        super().__init__("120/m")

    def get_cache_key(self, request: HttpRequest) -> str:
        token = getattr(request, "auth", None)
        ident = f"token-{token.pk}" if isinstance(token, AccessToken) else request.META.get("REMOTE_ADDR", "")
        return str(self.cache_format % {"scope": self.scope, "ident": ident})
