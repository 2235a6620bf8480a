"""What the control plane hands to the gateway at start, so that counters continue where they were."""

import msgspec


class TokensOfDay(msgspec.Struct, frozen=True):
    """Standard tokens that an account's key has used in one UTC day (days since the epoch)."""

    account_id: int
    key_id: int
    day: int
    tokens: int


class RecentUse(msgspec.Struct, frozen=True):
    """One request of the last minute: ``admitted_at`` in microseconds, ``tokens`` in standard tokens."""

    account_id: int
    key_id: int
    admitted_at: int
    tokens: int


class BonusUsed(msgspec.Struct, frozen=True):
    """Bonus tokens that an account has used: ``tokens`` ever, ``today`` of them in ``day`` (days since the epoch)."""

    account_id: int
    tokens: int
    day: int
    today: int


class StoredUsage(msgspec.Struct, frozen=True):
    """Everything that limits need to know about the time before this process."""

    days: tuple[TokensOfDay, ...] = ()
    recent: tuple[RecentUse, ...] = ()
    bonuses: tuple[BonusUsed, ...] = ()
