"""Encryption at rest of what must be readable again: provider credentials and the like.

Fernet (AES-128-CBC with HMAC-SHA-256) under a key derived from the secret key with HKDF, so that the database alone
is worth nothing without the secret that lies outside it.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotDecrypt(Exception):
    """Stored under another secret key than the present one."""


def encrypt(text: str) -> bytes:
    """Ciphertext of ``text``; different at every call."""
    return _fernet().encrypt(text.encode())


def decrypt(token: bytes | memoryview) -> str:
    """The text behind ``token``.

    Raises
    ------
    CannotDecrypt
        The secret key is not the one that it was encrypted under, or the bytes were changed.
    """
    try:
        return _fernet().decrypt(bytes(token)).decode()
    except InvalidToken:
        raise CannotDecrypt(
            "a stored credential was encrypted under another NAXIOS_SECRET_KEY; "
            "bring that key back, or save the credential again"
        ) from None


def derived_key(purpose: str) -> bytes:
    """32 bytes for one purpose, derived from the secret key (RFC 5869)."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"naxios:{purpose}".encode())
    return hkdf.derive(settings.SECRET_KEY.encode())


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("encryption at rest")))
