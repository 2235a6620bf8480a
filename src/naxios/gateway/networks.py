"""From how many networks each key is used within an hour, without keeping any address: a sign that a key is shared."""

import secrets
from hashlib import blake2b

from naxios.domain import clock
from naxios.domain.addresses import network_of
from naxios.domain.journal import SharedKeyEntry
from naxios.domain.principal import Principal
from naxios.gateway.journal import Journal

TOLD_FROM = 5
"""Fewer networks are one person with a laptop, a telephone and a server; nobody needs to be told."""
COUNTED_TO = 64
"""More networks of one key are not counted: it is clear by then."""
MOST_KNOWN = 200_000
"""Pairs of key and network that an hour may have, some 20 MB. What comes after them in that hour is not counted."""


class NetworkTally:
    """Counts in memory; :meth:`flush`, called about once a second, puts what has grown into the journal.

    What is remembered of a network is a hash under a key that is forgotten with the hour, so nothing that is
    remembered tells an address, or ties one hour to another.
    """

    def __init__(self) -> None:
        self._hour = 0
        self._salt = b""
        self._known: set[bytes] = set()
        self._counts: dict[int, int] = {}
        self._grown: dict[tuple[int, int, int], int] = {}

    def note(self, principal: Principal, address: str, now: int) -> None:
        """Note that ``principal`` was used from ``address``, which may be anything that a proxy passed on."""
        network = network_of(address)
        if network is None:
            return
        hour = now // clock.HOUR
        if hour != self._hour:
            self._hour, self._salt = hour, secrets.token_bytes(16)
            self._known, self._counts = set(), {}
        key_id = principal.key_id
        digest = blake2b(b"%d:%b" % (key_id, network), key=self._salt, digest_size=8).digest()
        if digest in self._known:
            return
        count = self._counts.get(key_id, 0) + 1
        if count > COUNTED_TO or len(self._known) >= MOST_KNOWN:
            return
        self._known.add(digest)
        self._counts[key_id] = count
        if count >= TOLD_FROM:
            self._grown[principal.account_id, key_id, hour] = count

    def flush(self, journal: Journal) -> None:
        """Write how many networks the keys have that have gained one since the last time."""
        grown, self._grown = self._grown, {}
        for (account_id, key_id, hour), count in grown.items():
            journal.append(SharedKeyEntry(account_id, key_id, hour, count))
