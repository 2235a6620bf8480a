"""What the server does about accounts in the background."""

from naxios.accounts import email_change, failed_sign_ins, known_devices, sessions


def record_failed_sign_ins() -> None:
    """Record the failed sign-ins that the pages have noted since the last time."""
    failed_sign_ins.record()


def tidy() -> None:
    """Forget what is over."""
    sessions.forget_expired()
    known_devices.forget_unused()
    email_change.forget_old()
