"""The work behind codes that nobody waits for."""

from naxios.codes import attempts


def tidy() -> None:
    """Delete what has ended and nobody can see."""
    attempts.forget_old()
