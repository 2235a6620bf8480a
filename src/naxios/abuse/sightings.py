"""From which networks and browsers accounts sign up and in, as keyed hashes: enough to tell which share one."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.abuse.models import Sighting
from naxios.domain.addresses import network_of
from naxios.encryption import derived_key

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEPT = timedelta(days=30)
What = Sighting.What


def note_network(*, user: AbstractBaseUser, address: str | None, signed_up: bool = False) -> Sighting | None:
    """Note that ``user`` came from the network of ``address``; ``None`` if that has none that says anything."""
    network = network_of(address or "")
    return None if network is None else _note(user, What.NETWORK, network, signed_up=signed_up)


def note_browser(*, user: AbstractBaseUser, device: str) -> Sighting:
    """Note that ``user`` came with the browser whose cookie is ``device``."""
    return _note(user, What.BROWSER, device.encode())


def accounts_at(sighting: Sighting) -> set[int]:
    """The ids of the accounts that were seen at the same place, the one of ``sighting`` among them."""
    return set(_at(sighting).values_list("user_id", flat=True))


def signed_up_at(sighting: Sighting, since: datetime) -> set[int]:
    """The ids of those that signed up at the same place after ``since``."""
    return set(_at(sighting).filter(signed_up_at__gt=since).values_list("user_id", flat=True))


def shared_with(user_id: int, what: Sighting.What) -> set[int]:
    """The ids of other accounts that were seen at any of the places of ``user_id``."""
    digests = _current().filter(user_id=user_id, what=what).values("digest")
    others = _current().filter(what=what, digest__in=digests).exclude(user_id=user_id)
    return set(others.values_list("user_id", flat=True))


def digest_of(what: Sighting.What, seen: bytes) -> bytes:
    """What is stored in place of a network or of a browser's cookie."""
    return hmac.new(derived_key(f"abuse {what}"), seen, hashlib.sha256).digest()


def forget_old() -> int:
    """Delete what was last seen more than 30 days ago; returns how many."""
    return Sighting.objects.filter(last_seen_at__lte=timezone.now() - KEPT).delete()[0]


def _note(user: AbstractBaseUser, what: Sighting.What, seen: bytes, *, signed_up: bool = False) -> Sighting:
    now = timezone.now()
    fields = {"last_seen_at": now, **({"signed_up_at": now} if signed_up else {})}
    digest = digest_of(what, seen)
    return Sighting.objects.update_or_create(user_id=user.pk, what=what, digest=digest, defaults=fields)[0]


def _at(sighting: Sighting) -> "QuerySet[Sighting]":
    return _current().filter(what=sighting.what, digest=sighting.digest)


def _current() -> "QuerySet[Sighting]":
    """Those that count: tidying up comes every few minutes only."""
    return Sighting.objects.filter(last_seen_at__gt=timezone.now() - KEPT)
