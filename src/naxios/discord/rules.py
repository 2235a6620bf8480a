"""What the operator's settings ask of members."""

from datetime import timedelta

from naxios import config
from naxios.discord.verification import Rules


def configured() -> Rules:
    """The rules of this server."""
    loaded = config.load()
    return Rules(loaded.discord_guild_id, loaded.discord_role_id, loaded.discord_min_account_days)


def grace() -> timedelta:
    """How long somebody stays verified while Discord does not tell."""
    return timedelta(hours=config.load().discord_grace_hours)
