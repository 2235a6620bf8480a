"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from naxios import __version__
from naxios.web import navigation


def base_url_of(request: HttpRequest) -> str:
    """Where people reach this server: as configured, else as they just did."""
    return settings.BASE_URL or request.build_absolute_uri("/")[:-1]


def site(request: HttpRequest) -> dict[str, Any]:
    """The version, the address under which this server is reached, and the navigation of signed-in pages."""
    groups = navigation.CONSOLE if request.path.startswith("/staff/") else navigation.DASHBOARD
    return {
        "version": __version__,
        "site": settings.SITE,
        "base_url": base_url_of(request),
        "site_navigation": SimpleLazyObject(lambda: navigation.existing(navigation.SITE, request)[0]["places"]),
        "navigation": SimpleLazyObject(lambda: navigation.existing(groups, request)),
    }
