"""What the server does about Discord in the background: it looks after everybody's membership, at Discord's pace."""

from collections.abc import Callable

import structlog
from django.utils import timezone

from naxios import config
from naxios.discord import checking, tokens
from naxios.discord.checking import Outcome
from naxios.discord.models import Identity

MOST_A_ROUND = 100
LONGEST_PAUSE = 30.0
"""When Discord wants us to wait longer than this, the round ends; what is left is due in the next one."""

log = structlog.get_logger(__name__)


def sweep(*, wait: Callable[[float], bool]) -> int:
    """Ask about everybody whose turn it is, oldest first; returns how many were asked about.

    Parameters
    ----------
    wait : waits for so many seconds, and tells whether to stop.
    """
    if not config.load().discord_is_configured:
        return 0
    asked = 0
    for identity in _due():
        if wait(0):
            break
        findings = checking.look(identity)
        if findings.retry_after is not None and findings.retry_after <= LONGEST_PAUSE:
            if wait(findings.retry_after):
                break
            findings = checking.look(identity)
        outcome = checking.note(identity, findings)
        asked += 1
        if outcome is Outcome.NOT_TOLD and findings.retry_after is not None:
            log.info("Discord asks for patience; the rest of the members is asked about later", count=asked)
            break
    return asked


def tidy() -> None:
    """Forget what is not needed any more."""
    tokens.forget_unneeded()


def _due() -> list[Identity]:
    due = Identity.objects.filter(next_check_at__lte=timezone.now()).order_by("next_check_at", "pk")
    return list(due[:MOST_A_ROUND])
