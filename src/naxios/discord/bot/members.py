"""What the bot hears about members becomes what is known about identities. Everything here asks the database."""

from collections.abc import Iterable

from naxios.discord import services
from naxios.discord.bot.events import Member
from naxios.discord.models import Identity


def known() -> list[int]:
    """The Discord ids of everybody who has connected Discord."""
    return [int(id) for id in Identity.objects.order_by("pk").values_list("discord_id", flat=True)]


def seen(guild_id: str, member: Member) -> None:
    """Somebody is in the guild, as Discord shows them now."""
    person = member.user
    identity = Identity.objects.filter(discord_id=person.id).first()
    if identity is None:  # most members of a server have no account here; they cost one look
        return
    services.note_member(discord_id=person.id, guild_id=guild_id, roles=member.roles, pending=bool(member.pending))
    shown = (person.username, person.global_name or "", person.avatar or "")
    if person.username and shown != (identity.username, identity.global_name, identity.avatar):
        services.note_profile(
            discord_id=person.id, username=person.username, global_name=person.global_name, avatar=person.avatar
        )


def told(guild_id: str, members: Iterable[Member], absent: Iterable[str]) -> None:
    """Who of those that were asked about is in the guild, and who is not."""
    for member in members:
        seen(guild_id, member)
    for discord_id in absent:
        gone(guild_id, discord_id)


def gone(guild_id: str, discord_id: str) -> None:
    """Somebody is not in the guild, or not any more."""
    if Identity.objects.filter(discord_id=discord_id).exists():
        services.note_left(discord_id=discord_id, guild_id=guild_id)
