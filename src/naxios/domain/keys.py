"""The format of an API key, its checksum and its digest.

A key is ``nx_`` + 30 random base62 characters (178 bits) + 6 base62 characters of CRC-32 over what stands
before them. The checksum lets a mistyped or truncated key be refused without a look-up, and lets secret
scanners tell a real key from a look-alike. Only the SHA-256 digest is stored: with 178 random bits there is
nothing to guess, so a slow password hash would add cost on every request and no safety.

Access tokens of the management API have the same form under another prefix.
"""

import hashlib
import secrets
import zlib

PREFIX = "nx_"
TOKEN_PREFIX = "nxt_"  # noqa: S105 - not a secret
RANDOM_LENGTH = 30
CHECKSUM_LENGTH = 6
SHOWN_LENGTH = len(PREFIX) + 8

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def generate(prefix: str = PREFIX) -> str:
    """A new secret key, 39 characters long, or a token with ``TOKEN_PREFIX``."""
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def is_well_formed(key: str, prefix: str = PREFIX) -> bool:
    """Whether ``key`` has the length, prefix, alphabet and checksum of a key (not whether it exists)."""
    if len(key) != len(prefix) + RANDOM_LENGTH + CHECKSUM_LENGTH or not key.startswith(prefix) or not key.isascii():
        return False
    return key[len(prefix) :].isalnum() and key[-CHECKSUM_LENGTH:] == _checksum(key[:-CHECKSUM_LENGTH])


def digest(key: str) -> bytes:
    """The 32 bytes that stand for ``key`` in the database and in caches."""
    return hashlib.sha256(key.encode()).digest()


def shown_prefix(key: str) -> str:
    """The beginning of ``key`` that pages, logs and support may show (11 characters)."""
    return key[:SHOWN_LENGTH]


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, remainder = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[remainder])
    return "".join(reversed(digits))
