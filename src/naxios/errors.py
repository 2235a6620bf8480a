"""What every service raises when it will not do something."""


class Refused(Exception):
    """A request of a person that cannot be done; the message says what, why and what next, in one line."""
