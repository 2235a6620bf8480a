"""The work behind abuse that nobody waits for."""

from naxios.abuse import services


def tidy() -> None:
    """Forget what has run out."""
    services.forget_old()
