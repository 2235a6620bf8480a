"""Where a click came from, for security events: handed to services, which know no requests."""

import ipaddress
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
        address, user_agent = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", "")
        return cls(_address(address), user_agent[:LONGEST_USER_AGENT])


def _address(text: str) -> str | None:
    """``text`` if it is an address: a proxy may pass on anything, and a socket file has none."""
    try:
        return str(ipaddress.ip_address(text.split("%", 1)[0]))
    except ValueError:
        return None


NOWHERE = Origin()
