"""What pages need to know about Discord."""

from django.http import HttpRequest

from naxios import config


def discord(request: HttpRequest) -> dict[str, bool]:
    """Whether people can sign in with it."""
    return {"discord_is_configured": config.load().discord_is_configured}
