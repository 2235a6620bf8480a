"""An authenticator app."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_for(secret: str, *, steps: int = 0) -> str:
    """The code that an app with ``secret`` shows now, or ``steps`` of 30 seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def early_in_a_step() -> None:
    """Wait, if need be, until a code lives for some seconds more."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left)
