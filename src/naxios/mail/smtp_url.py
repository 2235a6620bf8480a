"""How ``NAXIOS_EMAIL_URL`` names the server that delivers mail."""

from typing import Any
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}
_OUTBOX = "consolemail:"
"""Says expressly what an empty setting does: no delivery; mails stay in the outbox, their links on the terminal."""
_WRONG = (
    "NAXIOS_EMAIL_URL is smtp://USER:PASSWORD@HOST:PORT (smtp+tls:// for STARTTLS, smtps:// for TLS); "
    "leave it out to keep mails in the outbox"
)


def settings_of(url: str) -> dict[str, Any]:
    """Django's settings for ``url``; empty when mail is not delivered.

    Parameters
    ----------
    url : ``smtp://``, ``smtp+tls://`` (STARTTLS) or ``smtps://`` with ``USER:PASSWORD@HOST:PORT``, or empty.

    Raises
    ------
    ValueError
        It is something else; the message does not repeat it, since it may hold a password.
    """
    if not url or url.startswith(_OUTBOX):
        return {}
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_WRONG) from None
    if parts.scheme not in _PORTS or not host:
        raise ValueError(_WRONG)
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme in ("smtps", "smtp+ssl"),
    }
