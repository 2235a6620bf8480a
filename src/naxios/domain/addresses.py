"""Network addresses: which an outgoing request may reach (the rule of the SSRF guard), and which lie in one network."""

import ipaddress
import socket
from enum import StrEnum

_SHARED = ipaddress.ip_network("100.64.0.0/10")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_TRANSLATED_PREFIX = _TRANSLATED.network_address.packed[:12]
_MAPPED_PREFIX = bytes(10) + b"\xff\xff"
_LINK_LOCAL = frozenset(bytes((0xFE, second)) for second in range(0x80, 0xC0))


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


def network_of(address: str) -> bytes | None:
    """The network that ``address`` lies in, as it is compared: the first 24 bits of an IPv4 and 48 of an IPv6 address.

    A household or an office has one. ``None`` for what is no address, and for inner ones (loopback, private,
    link-local): behind a proxy that is not trusted, everybody has the same, and it says nothing.
    """
    try:
        packed = socket.inet_pton(socket.AF_INET, address)  # a tenth of what `ipaddress` takes: each request asks
    except (OSError, ValueError):
        return _network_of_ipv6(address)
    return None if _is_inner(packed) else packed[:3]


def _network_of_ipv6(address: str) -> bytes | None:
    try:
        packed = socket.inet_pton(socket.AF_INET6, address.split("%", 1)[0])
    except (OSError, ValueError):
        return None
    if packed.startswith((_MAPPED_PREFIX, _TRANSLATED_PREFIX)):
        inner = packed[12:]
        return None if _is_inner(inner) else inner[:3]
    if packed.startswith(bytes(12)) or packed[0] & 0xFE == 0xFC or packed[:2] in _LINK_LOCAL:
        return None
    return packed[:6]


def _is_inner(ipv4: bytes) -> bool:
    first, second = ipv4[0], ipv4[1]
    return (
        first in (0, 10, 127)
        or (first == 172 and 16 <= second < 32)
        or (first, second) in ((192, 168), (169, 254))
        or (first == 100 and 64 <= second < 128)
    )
