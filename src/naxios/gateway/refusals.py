"""Refusals of known keys, counted per key, reason and minute, so that a flood of them cannot fill the disk."""

from collections import Counter

from naxios.domain import clock
from naxios.domain.journal import RefusalEntry
from naxios.domain.principal import Principal
from naxios.gateway.journal import Journal


class RefusalTally:
    """Counts in memory; :meth:`flush`, called about once a second, puts the sums into the journal."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int, str, int]] = Counter()

    def count(self, principal: Principal, code: str, now: int) -> None:
        """One more refusal of ``principal`` for ``code``."""
        self._counts[principal.account_id, principal.key_id, code, now // clock.MINUTE] += 1

    def flush(self, journal: Journal) -> None:
        """Write what was counted since the last time."""
        counts, self._counts = self._counts, Counter()
        for (account_id, key_id, code, minute), count in counts.items():
            journal.append(RefusalEntry(account_id, key_id, code, minute, count))
