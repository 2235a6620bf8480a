"""Where a click came from, for security events: handed to services, which know no requests."""

from typing import NamedTuple

from django.http import HttpRequest

from naxios.accounts import devices

LONGEST_USER_AGENT = 200


class Origin(NamedTuple):
    """Network address and user agent of a browser; both empty on the command line."""

    address: str | None = None
    user_agent: str = ""

    @property
    def device(self) -> str:
        """The browser in words, such as ``Chrome on Linux``."""
        return devices.describe(self.user_agent)

    @classmethod
    def of(cls, request: HttpRequest) -> "Origin":
        """The origin of ``request``. Proxies are resolved before, by the server (``NAXIOS_TRUSTED_PROXIES``)."""
        return cls(
            request.META.get("REMOTE_ADDR") or None, request.META.get("HTTP_USER_AGENT", "")[:LONGEST_USER_AGENT]
        )


NOWHERE = Origin()
