"""Members of a Discord server, and settings for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from naxios import config
from naxios.accounts.models import User
from naxios.discord import services
from naxios.discord.models import Identity
from naxios.discord.rest_shapes import Profile
from naxios.discord.services import Granted
from naxios.discord.verification import Presence, Seen
from tests.stand_ins.discord import StandInDiscord

GUILD = "900000000000000001"
OTHER_GUILD = "900000000000000002"
ADA = "200000000000000001"
MEMBER = Seen(GUILD, Presence.MEMBER)
LEFT = Seen(GUILD, Presence.LEFT)
UNKNOWN = Seen(GUILD, Presence.UNKNOWN)


@contextmanager
def configured(**settings: str) -> Iterator[None]:
    """Discord's settings, as ``NAXIOS_DISCORD_…`` says them; those not named are usual ones, an empty one is none."""
    usual = {"CLIENT_ID": "1", "CLIENT_SECRET": "secret", "BOT_TOKEN": "bot", "GUILD_ID": GUILD}
    names = {f"NAXIOS_DISCORD_{name}": value for name, value in {**usual, **settings}.items()}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    config.load.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        config.load.cache_clear()


def settings_of(discord: StandInDiscord) -> dict[str, str]:
    """The settings that lead to a stand-in, as :func:`configured` takes them."""
    return {name.removeprefix("NAXIOS_DISCORD_"): value for name, value in discord.environment().items()}


def granted(discord_id: str = ADA, *seen: Seen, username: str = "ada") -> Granted:
    """What a sign-in with Discord brings; a member unless said otherwise."""
    return Granted(Profile(discord_id, username), "email guilds.members.read identify", seen or (MEMBER,))


def connected(user: User, discord_id: str = ADA, *seen: Seen, username: str = "ada") -> Identity:
    """The identity of ``user``, who has connected it just now."""
    return services.connect(user=user, granted=granted(discord_id, *seen, username=username))


def state_of(discord_id: str = ADA) -> tuple[str, str]:
    """How an identity is verified, and why not."""
    identity = Identity.objects.get(discord_id=discord_id)
    return identity.verification, identity.reason


def id_made(days_ago: float) -> str:
    """A Discord id of an account of this age."""
    made_at = datetime.now(UTC) - timedelta(days=days_ago)
    return str(int((made_at - datetime(2015, 1, 1, tzinfo=UTC)).total_seconds() * 1000) << 22)
