"""Until when a subscription entitles to its plan: one pure function. Nothing else decides it."""

from datetime import datetime, timedelta

import msgspec

from naxios.billing.providers.truth import SubscriptionState

RENEWAL_LEEWAY = timedelta(days=1)
"""A renewal is known some moments after its period. If its webhook is lost it is looked for hourly: so long may the
provider be away before somebody who pays is taken for somebody who does not."""


class Facts(msgspec.Struct, frozen=True):
    """What counts of a subscription.

    Attributes
    ----------
    unwound_at : since when what was paid for the present period has gone back, or is disputed.
    past_due_since : since when the oldest invoice that could not be collected has waited.
    covered_until : what this function said last, ``None`` before the first time.
    """

    state: SubscriptionState
    started_at: datetime
    period_end: datetime
    cancels_at: datetime | None = None
    ended_at: datetime | None = None
    past_due_since: datetime | None = None
    unwound_at: datetime | None = None
    covered_until: datetime | None = None


def covered_until(facts: Facts, *, now: datetime, grace: timedelta) -> datetime | None:
    """Until when, from its start; ``None`` if it has not begun.

    While it is paid or on trial: until its period ends, and a little longer if it renews. After a failed payment: for
    ``grace``. Once the provider has given up: no longer than ``now``. Never beyond the moment at which the money went
    back.
    """
    given_up = None if facts.past_due_since is None else facts.past_due_since + grace
    match facts.state:
        case SubscriptionState.INCOMPLETE:
            return None
        case SubscriptionState.TRIALING | SubscriptionState.ACTIVE:
            end = facts.cancels_at or facts.period_end + RENEWAL_LEEWAY
        case SubscriptionState.PAST_DUE:
            end = _earliest(given_up or now + grace, facts.cancels_at)
        case SubscriptionState.UNPAID | SubscriptionState.PAUSED:
            end = _earliest(now, given_up, facts.covered_until)
        case SubscriptionState.CANCELED:
            end = _earliest(facts.ended_at or now, given_up)
    return max(_earliest(end, facts.unwound_at), facts.started_at)


def _earliest(first: datetime, *others: datetime | None) -> datetime:
    return min([first, *(other for other in others if other is not None)])
