"""What a hosted page answers."""

from dataclasses import dataclass


@dataclass
class Shown:
    """A page, or a file."""

    body: str | bytes
    status: int = 200
    content_type: str = "text/html"


@dataclass
class Redirect:
    """On to another address. ``waits``: only once events were delivered, as Checkout does for up to ten seconds."""

    location: str
    waits: bool = False


Answer = Shown | Redirect
