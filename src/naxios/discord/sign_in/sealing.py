"""What a sign-in has brought, while a browser's session keeps it: encrypted, since sessions lie in the database."""

import time

import msgspec
from django.http import HttpRequest

from naxios import encryption
from naxios.discord.services import Granted

PENDING_KEY = "discord_pending"
PENDING_SECONDS = 15 * 60


class Pending(msgspec.Struct, frozen=True):
    """A Discord account that waits for its owner to sign in to the account with the same verified ``email``."""

    email: str
    granted: Granted
    at: float


def seal(granted: Granted) -> str:
    """``granted`` as text that says nothing."""
    return encryption.encrypt(msgspec.json.encode(granted).decode()).decode()


def unseal(sealed: str) -> Granted:
    """The same again.

    Raises
    ------
    naxios.encryption.CannotDecrypt
        The secret key has changed meanwhile.
    """
    return msgspec.json.decode(encryption.decrypt(sealed.encode()), type=Granted)


def put_pending(request: HttpRequest, *, email: str, granted: Granted) -> None:
    """Remember in this browser that ``granted`` is to be connected once its owner has signed in."""
    pending = Pending(email, granted, time.time())
    request.session[PENDING_KEY] = encryption.encrypt(msgspec.json.encode(pending).decode()).decode()


def take_pending(request: HttpRequest) -> Pending | None:
    """What waits in this browser, which is over with this call; ``None`` if nothing does, or for too long."""
    sealed = request.session.pop(PENDING_KEY, None)
    try:
        pending = msgspec.json.decode(encryption.decrypt(sealed.encode()), type=Pending) if sealed else None
    except encryption.CannotDecrypt:
        return None
    return pending if pending is not None and time.time() - pending.at < PENDING_SECONDS else None
