"""Arithmetic of every limit, as pure functions over small integers.

Two kinds of limit exist. *Rates* (requests and tokens per minute) follow the generic cell rate algorithm: all
that is remembered is the theoretical arrival time, the instant at which the bucket will be full again. *Days*
count standard tokens of the UTC calendar day, used and reserved. Concurrency is a plain count.

*Bonus tokens* extend the day: what a request uses beyond the plan's own room of its day is charged to them, for good,
whatever the day. Both figures only ever grow: those granted (of a grant that is over, only what was used of it), and
those used. So neither has to know when and how the other changes, and what is left is their difference.

Instants and durations are integers of microseconds: a millionth of a second resolves 60 million tokens per
minute, and Redis scripts, whose numbers are doubles, hold today's date in them exactly.

Source of the rate rule: ITU-T I.371, annex A (GCRA, virtual scheduling).
"""

from enum import StrEnum

import msgspec

from naxios.domain.clock import MINUTE


class LimitName(StrEnum):
    """The limits there are; a refusal's ``code`` is one of these."""

    TOKENS_PER_DAY = "tokens_per_day"
    REQUESTS_PER_MINUTE = "requests_per_minute"
    TOKENS_PER_MINUTE = "tokens_per_minute"
    CONCURRENCY = "concurrency"


class Limits(msgspec.Struct, frozen=True):
    """What one scope (an account or a key) may use; ``None`` is unlimited. Tokens are standard tokens."""

    tokens_per_day: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None


class Scope(msgspec.Struct, frozen=True):
    """What a set of limits applies to: ``account:17`` or ``key:42``.

    ``bonus_tokens`` are an account's of all time. A day without a limit takes none of them.
    """

    id: str
    limits: Limits
    bonus_tokens: int = 0


Scopes = tuple[Scope, ...]


class LimitState(msgspec.Struct, frozen=True, gc=False):
    """How one limit of one scope stands. ``reset`` is microseconds until it is whole again."""

    scope: str
    name: LimitName
    limit: int
    remaining: int
    reset: int


class Rate(msgspec.Struct, frozen=True, gc=False):
    """Outcome of a rate check.

    Attributes
    ----------
    fits : whether the cost fits now.
    arrival : the theoretical arrival time after taking the cost (meaningful only if it fits).
    wait : microseconds until the same cost would fit (0 if it fits; ``NEVER`` if it is more than the bucket holds).
    """

    fits: bool
    arrival: int
    wait: int


NEVER = -1


def account_scope(account_id: int, limits: Limits, bonus_tokens: int = 0) -> Scope:
    """An account under ``limits``, which are its plan's, and with its bonus tokens."""
    return Scope(f"account:{account_id}", limits, bonus_tokens)


def key_scope(key_id: int, limits: Limits) -> Scope:
    """A key under ``limits``, which are its own."""
    return Scope(f"key:{key_id}", limits)


def span(cost: int, per_minute: int) -> int:
    """Microseconds of refill that ``cost`` takes from a bucket of ``per_minute``, rounded up."""
    return -(-cost * MINUTE // per_minute)


def take(arrival: int, now: int, cost: int, per_minute: int) -> Rate:
    """Try to take ``cost`` from a bucket that holds ``per_minute`` and refills within a minute."""
    if cost > per_minute:
        return Rate(False, arrival, NEVER)
    if cost == 0:
        return Rate(True, arrival, 0)
    taken = max(arrival, now) + span(cost, per_minute)
    over = taken - (now + MINUTE)
    return Rate(over <= 0, taken, max(0, over))


def give_back(arrival: int, taken: int, now: int, reserved: int, used: int, per_minute: int) -> int:
    """The arrival time after a reservation of ``reserved`` turned out to be ``used`` (which may be more).

    ``taken`` is the arrival time that the reservation itself led to. What lies before ``now`` of it has been refilled
    and cannot be given back once more: old reservations must not add up to a second bucket.

    What reservations before this one have given back meanwhile has moved its place forward, which ``taken`` does not
    know. So several large ones of the same minute can give back up to a bucket too much together. To know it, the whole
    queue of running requests would have to be kept, in order, for every scope.
    """
    change = span(used, per_minute) - span(reserved, per_minute)
    return arrival + max(change, min(0, now - taken))


def remaining(arrival: int, now: int, per_minute: int) -> int:
    """Whole units that could be taken at ``now``; never negative."""
    free = MINUTE - max(0, arrival - now)
    return max(0, free * per_minute // MINUTE)


def until_full(arrival: int, now: int) -> int:
    """Microseconds until the bucket is full again."""
    return max(0, arrival - now)


def bonus_left(bonus_tokens: int, bonus_used: int) -> int:
    """Bonus tokens that can still be used. More were used than count if some were taken back at the same moment."""
    return max(0, bonus_tokens - bonus_used)


def limit_of_day(per_day: int, bonus_today: int, left: int) -> int:
    """What a day comes to altogether, of which ``bonus_today`` bonus tokens are used and ``left`` are left."""
    return per_day + bonus_today + left


def left_of_day(per_day: int, used: int, bonus_today: int, left: int, reserved: int) -> int:
    """Tokens that a further request of the day may take: of the plan's own and of the bonus; never negative.

    Parameters
    ----------
    used, bonus_today : tokens used in the day, and how many of them were charged to the bonus.
    left : bonus tokens left, as of :func:`bonus_left`.
    reserved : by requests that still run.
    """
    return max(0, max(0, per_day - used + bonus_today) + left - reserved)


def bonus_share(tokens: int, per_day: int, used: int, bonus_today: int, left: int) -> int:
    """How many of the ``tokens`` of a request that has ended are charged to the bonus: those beyond the plan's room.

    The room is what other requests have used so far; what they hold reserved does not count. Tokens beyond the bonus
    as well are the plan's, which is overdrawn then.
    """
    return min(left, max(0, tokens - max(0, per_day - used + bonus_today)))
