"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from naxios import __version__


def site(request: HttpRequest) -> dict[str, str]:
    """The version, and the address under which this server is reached."""
    return {"version": __version__, "base_url": settings.BASE_URL or request.build_absolute_uri("/")[:-1]}
