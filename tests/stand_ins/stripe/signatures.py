"""How Stripe signs what it delivers."""

import hashlib
import hmac
import json
from typing import Any


def payload(event: dict[str, Any]) -> bytes:
    """The body of a delivery, as Stripe formats it."""
    return json.dumps(event, indent=2).encode()


def signature_header(body: bytes, secrets: list[str], timestamp: int) -> str:
    """``t=…,v1=…`` with a signature for each secret that is in force."""
    signed = f"{timestamp}.".encode() + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])
