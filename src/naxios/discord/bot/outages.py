"""When an outage is worth telling of, and when it is over: what flickers is not told, and nothing is told twice.

Pure: what was observed goes in, with the time; what to tell comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from naxios.status.evidence import Observed, Proof, Subject


class Patience(NamedTuple):
    """Seconds of waiting before something is told.

    Attributes
    ----------
    begins_after : so long something has failed without a success between before people are told.
    over_after : so long it has worked without a failure between before it is told to be over.
    quiet_after : so long nobody has seen it fail before it is no longer told to be broken, though nobody has seen it
        work either.
    """

    begins_after: float = 30.0
    over_after: float = 20.0
    quiet_after: float = 900.0


PATIENCE = Patience()


class End(StrEnum):
    """How an outage ended."""

    WORKS = "works"
    QUIET = "quiet"
    REMOVED = "removed"


@dataclass
class _Watched:
    """One subject. Times are of a monotonic clock."""

    failing_since: float | None = None
    failed_at: float = 0
    working_since: float | None = None
    told: bool = False


@dataclass
class Told:
    """What there is to tell: outages with the seconds since they began, and those that are over."""

    begun: dict[Subject, float] = field(default_factory=dict)
    ended: dict[Subject, End] = field(default_factory=dict)


class Watch:
    """Remembers how subjects fared. ``known`` are outages that were told before this process began."""

    def __init__(self, known: set[Subject], now: float, patience: Patience = PATIENCE) -> None:
        self._patience = patience
        self._watched = {subject: _Watched(failing_since=now, failed_at=now, told=True) for subject in known}

    def look(self, observed: Mapping[Subject, Observed] | None, now: float) -> Told:
        """What is new at ``now``; nothing while nobody can tell (``None``)."""
        told = Told()
        if observed is None:
            return told
        for subject in [subject for subject in self._watched if subject not in observed]:
            if self._watched.pop(subject).told:
                told.ended[subject] = End.REMOVED
        for subject, one in observed.items():
            self._judge(subject, one.proof, now, told)
        return told

    def _judge(self, subject: Subject, proof: Proof, now: float, told: Told) -> None:
        watched = self._watched.setdefault(subject, _Watched())
        if proof is Proof.FAILS:
            if watched.failing_since is None:
                watched.failing_since = now
            watched.failed_at, watched.working_since = now, None
            if not watched.told and now - watched.failing_since >= self._patience.begins_after:
                watched.told = True
                told.begun[subject] = now - watched.failing_since
        elif watched.failing_since is not None:
            end = self._end(watched, proof, now)
            if end is not None:
                self._watched[subject] = _Watched()
                if watched.told:
                    told.ended[subject] = end

    def _end(self, watched: _Watched, proof: Proof, now: float) -> End | None:
        if proof is Proof.WORKS:
            if watched.working_since is None:
                watched.working_since = now
            if not watched.told or now - watched.working_since >= self._patience.over_after:
                return End.WORKS
        elif now - watched.failed_at >= self._patience.quiet_after:
            return End.QUIET
        return None
