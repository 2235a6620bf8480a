"""Asking Discord how somebody stands to the guilds, by the bot or with the person's own token, and noting what it says.

To ask and to note are two steps: nothing of the database is held while Discord is asked.
"""

from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone

from naxios import config
from naxios.discord import rest, rules, services, standing, tokens
from naxios.discord.models import Identity, Membership, Problem
from naxios.discord.rest import Denial, Refusal, Unanswered
from naxios.discord.rest_shapes import Member, Profile
from naxios.discord.verification import Presence, Seen

PROBES = 3
"""So many others are asked about before somebody's word is taken that a guild is not theirs any more."""


class Outcome(StrEnum):
    """What came of asking."""

    TOLD = "told"
    NOT_TOLD = "not_told"
    OURS = "ours"


class Findings(NamedTuple):
    """What Discord said of somebody.

    Attributes
    ----------
    is_gone : there is no such Discord account any more.
    problem : what about our own setup keeps it from telling, and of which guild.
    not_told : it could not be asked, or said nothing usable. ``retry_after`` is in seconds, if it said.
    """

    seen: tuple[Seen, ...] = ()
    profile: Profile | None = None
    is_gone: bool = False
    problems: tuple[tuple[str, str], ...] = ()
    not_told: bool = False
    retry_after: float | None = None


def check(identity: Identity) -> Outcome:
    """Ask about ``identity`` and note what is said."""
    return note(identity, look(identity))


def look(identity: Identity) -> Findings:
    """Ask about ``identity``: the bot where there is one, else with its own token."""
    if config.load().discord_bot_token:
        return by_bot(identity.discord_id)
    try:
        return by_token(tokens.fresh(identity=identity))
    except Unanswered as unanswered:
        return Findings(not_told=True, retry_after=unanswered.retry_after)
    except Refusal:
        return Findings(not_told=True)  # taken back, or never stored: its owner has to connect once more


def at_sign_in(discord_id: str, access_token: str) -> Findings:
    """Ask about somebody who is just signing in, in both ways: what the bot cannot tell their own token may."""
    if not config.load().discord_bot_token:
        return by_token(access_token)
    told = by_bot(discord_id)
    missing = {seen.guild_id for seen in told.seen if seen.presence is Presence.UNKNOWN}
    if not missing or told.is_gone:
        return told
    own = {seen.guild_id: seen for seen in by_token(access_token).seen}
    # That one is not in it may be because it is gone, for which the bot's word is needed.
    vouched = {guild_id for guild_id in missing & own.keys() if own[guild_id].presence is not Presence.LEFT}
    return told._replace(seen=tuple(own[one.guild_id] if one.guild_id in vouched else one for one in told.seen))


def by_bot(discord_id: str) -> Findings:
    """What the bot is told about somebody in every guild."""
    seen: list[Seen] = []
    problems: list[tuple[str, str]] = []
    profile, not_told, retry_after = None, False, None
    for guild_id in rules.configured().guild_ids:
        presence = Presence.UNKNOWN
        try:
            member = rest.member(guild_id, discord_id)
            seen.append(_seen(guild_id, member))
            profile = member.user or profile
            continue
        except Unanswered as unanswered:
            not_told, retry_after = True, unanswered.retry_after or retry_after
        except Refusal as refusal:
            match refusal.denial:
                case Denial.UNKNOWN_USER:
                    return Findings(is_gone=True)
                case Denial.UNKNOWN_MEMBER:
                    presence = Presence.LEFT
                case Denial.UNKNOWN_GUILD:
                    problems.append((Problem.Kind.GUILD_GONE, guild_id))
                case Denial.NO_ACCESS:
                    problems.append((Problem.Kind.BOT_OUTSIDE, guild_id))
                case Denial.TOKEN:
                    problems.append((Problem.Kind.BOT_REFUSED, ""))
                case _:
                    not_told = True
        seen.append(Seen(guild_id, presence))
    return Findings(tuple(seen), profile, problems=tuple(problems), not_told=not_told, retry_after=retry_after)


def by_token(access_token: str) -> Findings:
    """What somebody's own token is told in every guild. An unknown guild is one that they are not in."""
    seen: list[Seen] = []
    not_told, retry_after = False, None
    for guild_id in rules.configured().guild_ids:
        presence = Presence.UNKNOWN
        try:
            seen.append(_seen(guild_id, rest.my_membership(access_token, guild_id)))
            continue
        except Unanswered as unanswered:
            not_told, retry_after = True, unanswered.retry_after or retry_after
        except Refusal as refusal:
            if refusal.denial in (Denial.UNKNOWN_GUILD, Denial.UNKNOWN_MEMBER):
                presence = Presence.LEFT
            else:
                not_told = True
        seen.append(Seen(guild_id, presence))
    return Findings(tuple(seen), not_told=not_told, retry_after=retry_after)


def note(identity: Identity, findings: Findings) -> Outcome:
    """Write down what was found, and what follows."""
    for kind, guild_id in findings.problems:
        services.note_problem(kind=kind, guild_id=guild_id)
    if findings.profile is not None and findings.profile.id == identity.discord_id:
        services.note_profile(
            discord_id=identity.discord_id,
            username=findings.profile.username,
            global_name=findings.profile.global_name,
            avatar=findings.profile.avatar,
        )
    if findings.is_gone:
        services.note_identity_gone(discord_id=identity.discord_id)
        return Outcome.TOLD
    told = [seen for seen in findings.seen if seen.presence is not Presence.UNKNOWN]
    for seen in told:
        if seen.presence is not Presence.LEFT or config.load().discord_bot_token:
            services.note_guild_there(guild_id=seen.guild_id)
    if not told:
        if findings.not_told or not findings.problems:
            services.note_not_told(discord_id=identity.discord_id)
            return Outcome.NOT_TOLD
        standing.postpone(identity=identity, until=timezone.now() + standing.TRIED_AGAIN_AFTER)
        return Outcome.OURS
    if _seems_gone(identity, told):
        standing.postpone(identity=identity, until=timezone.now() + standing.TRIED_AGAIN_AFTER)
        return Outcome.OURS
    services.note_seen(discord_id=identity.discord_id, seen=findings.seen)
    return Outcome.TOLD


def _seems_gone(identity: Identity, told: list[Seen]) -> bool:
    """Whether, without a bot, a guild that somebody left seems to be gone altogether: nobody else is in it either.

    Discord gives one answer for both. Held to be so until the time of grace is over.
    """
    if config.load().discord_bot_token or not identity.is_verified:
        return False
    for seen in told:
        if seen.presence is Presence.LEFT and _was_member(identity, seen.guild_id) and _nobody_in(identity, seen):
            services.note_problem(kind=Problem.Kind.ALL_GONE, guild_id=seen.guild_id)
            problem = Problem.objects.get(kind=Problem.Kind.ALL_GONE, guild_id=seen.guild_id)
            return problem.since + rules.grace() > timezone.now()
    return False


def _was_member(identity: Identity, guild_id: str) -> bool:
    return Membership.objects.filter(identity=identity, guild_id=guild_id, presence=Presence.MEMBER).exists()


def _nobody_in(identity: Identity, left: Seen) -> bool:
    """Whether others who were in the guild are not either. With nobody else there is nothing to compare with."""
    others = (
        Identity.objects.filter(
            memberships__guild_id=left.guild_id, memberships__presence=Presence.MEMBER, tokens__isnull=False
        )
        .exclude(pk=identity.pk)
        .order_by("-checked_at")[:PROBES]
    )
    answers = [seen.presence for other in others for seen in look(other).seen if seen.guild_id == left.guild_id]
    return bool(others) and not any(presence in (Presence.MEMBER, Presence.PENDING) for presence in answers)


def _seen(guild_id: str, member: Member) -> Seen:
    return Seen(guild_id, Presence.PENDING if member.pending else Presence.MEMBER, member.roles)
