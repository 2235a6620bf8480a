"""A request as bytes. All but the body and its length is the same for every request to one provider and path."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urlsplit

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer"})
"""Headers that decide how a message is framed or a connection used; nobody else may set them."""

_IN_PATHS = "/%:@!$&'()*+,;=~"


class Origin(NamedTuple):
    """Where a connection leads to."""

    tls: bool
    host: str
    port: int


class PreparedRequest(NamedTuple):
    """Everything of a request that is known before its body. ``head`` lacks the blank line that ends it."""

    origin: Origin
    head: bytes

    def with_body(self, body: bytes | None) -> bytes:
        """The whole request."""
        if body is None:
            return self.head + b"\r\n"
        return b"%bcontent-length: %d\r\n\r\n%b" % (self.head, len(body), body)


def prepare(method: str, url: str, headers: Iterable[tuple[str, str]]) -> PreparedRequest:
    """Where a request for ``url`` goes, and its head. Of headers with the same name the last one counts.

    Raises
    ------
    ValueError
        The URL or a header cannot be part of a request.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("not a URL that can be asked")
    tls = parts.scheme == "https"
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    port = parts.port or (443 if tls else 80)
    lines = [f"{method} {_target(parts.path, parts.query)} HTTP/1.1", f"host: {_authority(host, parts.port)}"]
    for name, value in {name.lower(): value.strip() for name, value in headers}.items():
        if not _NAME.fullmatch(name) or name in _OURS or not _VALUE.fullmatch(value):
            raise ValueError("not a header that can be sent")
        lines.append(f"{name}: {value}")
    return PreparedRequest(Origin(tls, host, port), "".join(f"{line}\r\n" for line in lines).encode())


def _target(path: str, query: str) -> str:
    target = quote(path or "/", safe=_IN_PATHS)
    return f"{target}?{quote(query, safe=_IN_PATHS + '?')}" if query else target


def _authority(host: str, port: int | None) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.\-_:%]+", host):
        raise ValueError("not the name of a host")
    shown = f"[{host.partition('%')[0]}]" if ":" in host else host
    return f"{shown}:{port}" if port else shown
