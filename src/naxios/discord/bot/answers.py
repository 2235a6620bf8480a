"""What each command answers. All of it is shown to the person who asked, and to nobody else."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse

from naxios import config
from naxios.abuse import queries as abuse
from naxios.accounts.origin import Origin
from naxios.codes import services as codes
from naxios.discord import queries, services
from naxios.discord.bot import wording
from naxios.discord.bot.models import OutagePost
from naxios.domain import clock
from naxios.domain.entitlements import Decision, State
from naxios.domain.limits import LimitName, account_scope
from naxios.domain.moments import moment
from naxios.keys import queries as keys
from naxios.plans import queries as plans
from naxios.status import queries as statuses
from naxios.usage import live
from naxios.usage import queries as usages

if TYPE_CHECKING:
    from naxios.discord.models import Identity

ORIGIN = Origin(None, "Discord")
"""What is noted of where a command came from: Discord tells no addresses."""


Answer = Callable[["Asked"], str]


class Seen(NamedTuple):
    """The membership that Discord sends along with a command that is given in a server."""

    guild_id: str
    roles: tuple[str, ...]
    pending: bool


class Asked(NamedTuple):
    """Who gave a command, with what was typed after it."""

    discord_id: str
    typed: dict[str, str] = {}
    seen: Seen | None = None


def verify(asked: Asked) -> str:
    """Whether somebody is verified, why not, and what to do."""
    if asked.seen is not None:
        seen = asked.seen
        services.note_member(
            discord_id=asked.discord_id, guild_id=seen.guild_id, roles=seen.roles, pending=seen.pending
        )
    identity = queries.by_discord_id(asked.discord_id)
    if identity is None:
        return _not_connected()
    told = queries.reason_of(identity)
    if told is not None:
        return wording.not_verified(told, link=_discord_page(), invite=config.load().discord_invite_url)
    entitled = plans.entitled(identity.user_id)
    return wording.verified(
        identity.decided_at,
        plan=entitled.plan.name,
        in_the_way=_in_the_way(identity, entitled.decision),
        link=_link("dashboard:home"),
    )


def usage(asked: Asked) -> str:
    """Today's tokens, what is left of them, when they start again, and the plan."""
    identity = queries.by_discord_id(asked.discord_id)
    if identity is None:
        return _not_connected()
    entitled = plans.entitled(identity.user_id)
    link = _link("usage:explore")
    in_the_way = _in_the_way(identity, entitled.decision)
    if in_the_way:
        return wording.stopped(in_the_way, link=_link("dashboard:home"))
    now = clock.now()
    scope = account_scope(identity.user_id, entitled.plan.limits)
    of_day = next(
        (state for state in live.standing((scope,), now).states if state.name is LimitName.TOKENS_PER_DAY), None
    )
    if of_day is None:
        used = usages.tokens_of_today([scope.id])[scope.id]
        return wording.used(used, plan=entitled.plan.name, link=link)
    return wording.used(
        of_day.limit - of_day.remaining,
        plan=entitled.plan.name,
        link=link,
        limit=of_day.limit,
        left=of_day.remaining,
        resets_at=moment(now + clock.until_next_day(now)),
    )


def key(asked: Asked) -> str:
    """Where keys are. A secret is never sent through Discord."""
    identity = queries.by_discord_id(asked.discord_id)
    if identity is None:
        return _not_connected()
    return wording.keys(len(keys.usable_of_user(identity.user_id)), link=_link("keys:list"))


def redeem(asked: Asked) -> str:
    """Redeem a code for the account that this Discord account is connected to.

    Raises
    ------
    Refused
        The code cannot be redeemed; the message says why.
    """
    identity = queries.by_discord_id(asked.discord_id)
    if identity is None:
        return _not_connected()
    redeemed = codes.redeem(user=identity.user, code=asked.typed["code"], origin=ORIGIN)
    return wording.redeemed(str(redeemed), link=_link("dashboard:home"))


def ticket(asked: Asked) -> str:
    """How to reach the people behind this service."""
    return wording.contact(config.load().site.contact, link=_link("web:contact"))


def status(asked: Asked) -> str:
    """Which providers and models do not work as they should, and since when."""
    since = {(post.kind, post.name): post.began_at for post in OutagePost.objects.filter(ended_at=None)}
    return wording.availability(
        {one.name: one.availability for one in statuses.of_providers()},
        statuses.of_models(),
        since,
        link=_link("status:overview"),
    )


def _in_the_way(identity: "Identity", decision: Decision) -> str:
    """Why keys do not work, and what to do; empty if they do. As the gateway has it."""
    if identity.user.is_suspended or not identity.user.is_active:
        return wording.SUSPENDED
    match decision.state:
        case State.LAPSED:
            return wording.lapsed(decision.plan)
        case State.UNVERIFIED:
            return queries.why_unverified(identity.user_id)
        case State.FREE:
            return abuse.why_held(identity.user_id)
        case State.ENTITLED:
            return ""


def _not_connected() -> str:
    return wording.not_connected(config.load().site.name, link=_discord_page())


def _discord_page() -> str:
    return _link("discord:home")


def _link(name: str) -> str:
    return config.load().address + reverse(name)
