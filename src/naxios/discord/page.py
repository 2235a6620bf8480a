"""What the dashboard's Discord page shows."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from naxios import config
from naxios.discord import queries, rules, services
from naxios.discord.models import Identity, Membership
from naxios.discord.queries import FreeTier, FreeTierState
from naxios.discord.verification import Presence
from naxios.discord.words import Told
from naxios.domain.entitlements import State
from naxios.keys import queries as keys
from naxios.plans import queries as plans

_PRESENCES = {
    Presence.MEMBER: "member",
    Presence.PENDING: "joined, rules not accepted",
    Presence.LEFT: "not a member",
    Presence.UNKNOWN: "not known",
}


@dataclass(frozen=True)
class Page:
    """``told`` is what is the matter with the verification. ``grace_ends_at`` is set while Discord does not tell.

    ``other_plan`` is the plan that counts instead of the free tier, if there is one.
    """

    identity: Identity | None
    told: Told | None
    memberships: list[str]
    grace_ends_at: datetime | None
    free_tier: FreeTierState
    other_plan: str
    is_on_free: bool
    has_key: bool
    has_another_way_in: bool
    invite_url: str
    several_guilds: bool

    @property
    def wants_key(self) -> bool:
        """Whether the next step is to get the free tier's key."""
        return self.is_on_free and self.free_tier.state is FreeTier.ACTIVE and not self.has_key


def of_user(user: AbstractBaseUser) -> Page:
    """The page of ``user``."""
    identity = queries.of_user(user.pk)
    entitled = plans.entitled(user.pk)
    failing_since = identity.failing_since if identity is not None and identity.is_verified else None
    return Page(
        identity=identity,
        told=queries.reason_of(identity) if identity else None,
        memberships=_presences(identity),
        grace_ends_at=failing_since + rules.grace() if failing_since else None,
        free_tier=queries.free_tier_of(user.pk),
        other_plan=str(entitled.plan) if entitled.decision.state is State.ENTITLED else "",
        is_on_free=entitled.decision.state is State.FREE,
        has_key=bool(keys.usable_of_user(user.pk)),
        has_another_way_in=services.has_another_way_in(user),
        invite_url=config.load().discord_invite_url,
        several_guilds=len(rules.configured().guild_ids) > 1,
    )


def _presences(identity: Identity | None) -> list[str]:
    """How the account stands to each of the servers, in their order."""
    if identity is None:
        return []
    stored = dict(Membership.objects.filter(identity=identity).values_list("guild_id", "presence"))
    return [_PRESENCES[Presence(stored.get(guild_id, Presence.UNKNOWN))] for guild_id in rules.configured().guild_ids]
