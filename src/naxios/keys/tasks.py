"""The work behind keys that nobody waits for."""

from naxios.keys import services


def tidy() -> None:
    """Delete what has ended and nobody can see."""
    services.forget_ended_playgrounds()
