"""What the server does about plans in the background."""

from naxios.plans import lapse


def tell_lapses() -> None:
    """Tell those whose plan ends soon, and those whose plan has ended."""
    lapse.tell_what_ends()
    lapse.tell_what_has_ended()
