"""What people are told about their verification: what is missing, and what to do. Pages, mails and refusals agree."""

from datetime import datetime
from typing import NamedTuple

from naxios.discord.verification import Reason


class Told(NamedTuple):
    """What is the matter, and what to do about it."""

    what: str
    next: str

    def __str__(self) -> str:
        return f"{self.what} {self.next}"


NOT_CONNECTED = Told(
    "The free tier is for verified members of our Discord server.",
    "Connect Discord in the dashboard, under Discord.",
)
TAKEN = Told(
    "The free tier of this Discord account belongs to another account here: there is one for each Discord account, "
    "for ever.",
    "Sign in to the account that has it, or ask the operator to move it here.",
)


def of_reason(reason: Reason, until: datetime | None = None) -> Told:
    """Why somebody is not verified. ``until`` belongs to ``TOO_YOUNG``."""
    match reason:
        case Reason.NOT_A_MEMBER:
            return Told(
                "You are not a member of our Discord server.",
                "Join it with the Discord account that is connected here, then check again under Discord.",
            )
        case Reason.PENDING:
            return Told(
                "You have joined our Discord server, but not accepted its rules yet.",
                "Open the server in Discord and accept them, then check again under Discord.",
            )
        case Reason.MISSING_ROLE:
            return Told(
                "You are a member of our Discord server, but do not have the role that is needed.",
                "See in the server how to get it, then check again under Discord.",
            )
        case Reason.TOO_YOUNG:
            when = f" It is on {until:%-d %B %Y, %H:%M} UTC." if until else ""
            return Told(f"Your Discord account is not old enough yet.{when}", "There is nothing to do until then.")
        case Reason.IDENTITY_GONE:
            return Told(
                "The Discord account that is connected here does not exist any more.",
                "Disconnect it under Discord. If you have another one, ask the operator.",
            )
        case _:
            return Told(
                "Discord has not told whether you are a member of our server.",
                "Check again under Discord; if that does not help, connect Discord once more.",
            )


def begins(at: datetime) -> Told:
    """The free tier has been moved here and does not count yet."""
    return Told(
        f"The free tier was moved to this account and begins at {at:%-d %B %Y, %H:%M} UTC.",
        "There is nothing to do until then.",
    )
