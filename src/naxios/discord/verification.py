"""Whether somebody is a verified member of the Discord server, and if not, why: one pure function decides it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class Presence(StrEnum):
    """How somebody stands to a guild. ``PENDING`` has joined and not passed its screening yet."""

    MEMBER = "member"
    PENDING = "pending"
    LEFT = "left"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why somebody is not verified."""

    NONE = ""
    NOT_A_MEMBER = "not_a_member"
    PENDING = "pending"
    MISSING_ROLE = "missing_role"
    TOO_YOUNG = "too_young"
    IDENTITY_GONE = "identity_gone"
    UNKNOWN = "unknown"


class Rules(msgspec.Struct, frozen=True):
    """What the operator asks for: membership in any of ``guild_ids``, a role, an age of the Discord account."""

    guild_ids: tuple[str, ...]
    role_id: str = ""
    min_account_days: int = 0


class Seen(msgspec.Struct, frozen=True):
    """What is known of somebody in one guild. ``roles`` may leave out those that nobody asks for."""

    guild_id: str
    presence: Presence
    roles: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """``is_verified`` is ``None`` where it cannot be known. ``until`` is when an account is old enough."""

    is_verified: bool | None
    reason: Reason = Reason.NONE
    until: datetime | None = None


def decide(discord_id: str, seen: Iterable[Seen], rules: Rules, now: datetime) -> Verdict:
    """Whether ``discord_id`` is verified. One guild that vouches is enough; while one is unknown, nobody is refused."""
    by_guild = {one.guild_id: one for one in seen}
    asked = [by_guild.get(guild_id) or Seen(guild_id, Presence.UNKNOWN) for guild_id in rules.guild_ids]
    members = [one for one in asked if one.presence is Presence.MEMBER]
    if any(not rules.role_id or rules.role_id in one.roles for one in members):
        old_enough_at = made_at(discord_id) + timedelta(days=rules.min_account_days)
        return Verdict(True) if old_enough_at <= now else Verdict(False, Reason.TOO_YOUNG, old_enough_at)
    if not asked or any(one.presence is Presence.UNKNOWN for one in asked):
        return Verdict(None, Reason.UNKNOWN)
    if members:
        return Verdict(False, Reason.MISSING_ROLE)
    if any(one.presence is Presence.PENDING for one in asked):
        return Verdict(False, Reason.PENDING)
    return Verdict(False, Reason.NOT_A_MEMBER)


def made_at(discord_id: str) -> datetime:
    """When a Discord account was made: its id says so, in milliseconds since 2015 above the lower 22 bits."""
    return _EPOCH + timedelta(milliseconds=int(discord_id) >> 22)
