"""Failed sign-ins, noted at once and recorded in the background.

Whether an address has an account is looked up only there: an answer takes as long for one that has none. What waits
when a process dies is lost, which costs its owner a line on the security page.
"""

import queue
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from naxios.accounts import events
from naxios.accounts.models import SecurityEvent, User
from naxios.accounts.origin import Origin

MOST_WAITING = 1000
MOST_AN_HOUR = 10
"""Recorded for one account: enough to see an attack, too few to fill the table with one."""


class _Failed(NamedTuple):
    email: str
    why: str
    origin: Origin


_waiting: queue.Queue[_Failed] = queue.Queue(MOST_WAITING)


def note(*, email: str, why: str, origin: Origin) -> None:
    """Note that somebody failed to sign in as ``email``. Costs the same whether there is such an account or not."""
    with suppress(queue.Full):  # nothing is learnt from the thousand-and-first
        _waiting.put_nowait(_Failed(email.lower(), why, origin))


def record() -> int:
    """Record what was noted, for the accounts that exist; returns how many events were written."""
    recorded = 0
    while True:
        try:
            failed = _waiting.get_nowait()
        except queue.Empty:
            return recorded
        user = User.objects.filter(email=failed.email).first()
        if user is not None and _recorded_lately(user) < MOST_AN_HOUR:
            events.record(user=user, kind=events.Kind.SIGN_IN_FAILED, detail=failed.why, origin=failed.origin)
            recorded += 1


def _recorded_lately(user: User) -> int:
    since = timezone.now() - timedelta(hours=1)
    return SecurityEvent.objects.filter(user=user, kind=events.Kind.SIGN_IN_FAILED, at__gt=since).count()
