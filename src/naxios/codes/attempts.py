"""Codes that do not exist, counted by account and by network: guessing is slow, whichever process is asked.

Only codes that do not exist count. One whose checksum is wrong is no guess but a slip, and found without a look-up;
one that is used up or over was in the hands of whoever typed it.
"""

import hmac
import ipaddress
from datetime import UTC, datetime, timedelta
from math import ceil

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from naxios.accounts.origin import Origin
from naxios.codes.models import FailedAttempts
from naxios.encryption import derived_key
from naxios.errors import Refused

STRETCH = timedelta(minutes=10)
MOST_OF_AN_ACCOUNT = 10
MOST_OF_A_NETWORK = 50
"""More than of an account: a school or a company may have one address."""
IPV6_NETWORK = 64


class TooManyAttempts(Refused):
    """Nothing is looked up before ``again_at``."""

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        minutes = max(1, ceil((again_at - timezone.now()).total_seconds() / 60))
        super().__init__(
            f"Too many codes that do not exist. Try again at {again_at:%H:%M} UTC, "
            f"in {minutes} minute{'s' if minutes > 1 else ''}."
        )


def check(*, user: AbstractBaseUser, origin: Origin) -> None:
    """Go on unless the account or its network has tried too many codes that do not exist.

    Raises
    ------
    TooManyAttempts
        It has.
    """
    since = _stretch()
    most = _subjects(user, origin)
    for failed in FailedAttempts.objects.filter(subject__in=list(most), since=since):
        if failed.count >= most[bytes(failed.subject)]:
            raise TooManyAttempts(since + STRETCH)


@transaction.atomic
def note(*, user: AbstractBaseUser, origin: Origin) -> None:
    """Count a code that does not exist."""
    since = _stretch()
    for subject in sorted(_subjects(user, origin)):
        counts = FailedAttempts.objects.filter(subject=subject, since=since)
        if not counts.update(count=F("count") + 1):
            FailedAttempts.objects.get_or_create(subject=subject, since=since)
            counts.update(count=F("count") + 1)


def forget_old() -> int:
    """Delete what counts no more; returns how many counts."""
    return FailedAttempts.objects.filter(since__lt=timezone.now() - STRETCH).delete()[0]


def _stretch() -> datetime:
    """When the present stretch of time began."""
    seconds = int(STRETCH.total_seconds())
    return datetime.fromtimestamp(timezone.now().timestamp() // seconds * seconds, UTC)


def _subjects(user: AbstractBaseUser, origin: Origin) -> dict[bytes, int]:
    """Who is counted, as it is stored, and the most that each may try."""
    subjects = {f"account {user.pk}": MOST_OF_AN_ACCOUNT}
    if origin.address is not None:
        subjects[f"network {_network(origin.address)}"] = MOST_OF_A_NETWORK
    key = derived_key("who tried redemption codes")
    return {hmac.digest(key, subject.encode(), "sha256"): most for subject, most in subjects.items()}


def _network(address: str) -> str:
    """An IPv4 address by itself, an IPv6 address with those that its holder can choose from."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)
