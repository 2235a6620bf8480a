"""What came of looking whether a part that Naxios depends on is set up and works."""

from enum import StrEnum

import msgspec


class Health(StrEnum):
    """In one word."""

    WORKS = "works"
    PARTLY = "works in part"
    BROKEN = "does not work"
    NOT_CONFIGURED = "not configured"


class Finding(msgspec.Struct, frozen=True):
    """One part and how it fares.

    Attributes
    ----------
    text : what was found, and what to do if it is not as it should be. Never a secret.
    settings : lines for the environment or the shell that would configure it.
    """

    subject: str
    health: Health
    text: str
    settings: tuple[str, ...] = ()
