"""How codes are recognised: by a hash under a key of this server, which is not in the database."""

from functools import lru_cache

from naxios.domain import codes
from naxios.encryption import derived_key


def digest(code: str) -> bytes:
    """What is stored of ``code``, as it is shown."""
    return codes.digest(code, _key())


@lru_cache(maxsize=1)
def _key() -> bytes:
    return derived_key("redemption codes")
