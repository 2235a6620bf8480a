"""Which network addresses an outgoing request may reach: the rule of the SSRF guard."""

import ipaddress
from enum import StrEnum

_SHARED = ipaddress.ip_network("100.64.0.0/10")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class Reach(StrEnum):
    """How far inwards provider URLs may point."""

    PUBLIC = "public"  # public addresses only
    LOOPBACK = "loopback"  # public and loopback: the server itself is bound to loopback
    PRIVATE = "private"  # all but link-local addresses, where clouds tell secrets: NAXIOS_ALLOW_PRIVATE_PROVIDERS=true


def is_reachable(address: str, reach: Reach) -> bool:
    """Whether ``address`` (an IP literal) may be connected to under ``reach``.

    Raises
    ------
    ValueError
        ``address`` is not an IP address.
    """
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour is not None:
            ip = ip.sixtofour
        elif ip in _TRANSLATED:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if reach is Reach.PRIVATE:
        return not (ip.is_unspecified or ip.is_multicast or ip.is_link_local)
    if ip.is_loopback:
        return reach is Reach.LOOPBACK
    if isinstance(ip, ipaddress.IPv6Address) and (ip.is_site_local or ip.is_reserved):
        return False  # some of these count as global in Python, and lead inwards where they are routed at all
    return ip.is_global and not ip.is_multicast and not (ip.version == 4 and ip in _SHARED)
