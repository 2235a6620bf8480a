"""What is remembered of a Discord account that has had its free tier."""

import hashlib
import hmac

from naxios.encryption import derived_key


def digest(discord_id: str) -> bytes:
    """A keyed hash of a Discord id: recognises it again, and tells nobody without the secret key which one it was."""
    return hmac.new(derived_key("free tier claims"), discord_id.encode(), hashlib.sha256).digest()
