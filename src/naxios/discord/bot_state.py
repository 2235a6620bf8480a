"""How the bot fares, across processes: written by the one that is the bot, asked by pages and commands."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from naxios import config
from naxios.discord.bot.models import BotState
from naxios.domain.checks import Finding, Health

RENEWED_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=45)
"""A bot that has not written for so long is not there any more, however it ended."""

SUBJECT = "Discord bot"
_ROW = 1


class Condition(StrEnum):
    """In one word."""

    NOT_CONFIGURED = "not configured"
    NOT_RUNNING = "not running"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    REFUSED = "refused"


class Shown(NamedTuple):
    """The bot, as staff see it. ``guilds`` are the names of the servers that it is in, by id."""

    condition: Condition
    since: datetime | None = None
    process: str = ""
    name: str = ""
    guilds: dict[str, str] = {}
    missing_guilds: tuple[str, ...] = ()
    last_event: str = ""
    last_event_at: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None


def bot_state() -> Shown:
    """How the bot fares now, whichever process it runs in."""
    loaded = config.load()
    if not loaded.discord_bot_token:
        return Shown(Condition.NOT_CONFIGURED)
    row = BotState.objects.filter(pk=_ROW).first()
    if row is None:
        return Shown(Condition.NOT_RUNNING)
    running = row.state != BotState.State.STOPPED and timezone.now() - row.seen_at < SILENT_AFTER
    condition = Condition(row.state) if running else Condition.NOT_RUNNING
    there = row.guilds if condition is Condition.CONNECTED else {}
    return Shown(
        condition=condition,
        since=row.since if running else row.seen_at,
        process=row.process,
        name=row.name,
        guilds=there,
        missing_guilds=tuple(id for id in loaded.discord_guild_id if id not in there)
        if condition is Condition.CONNECTED
        else (),
        last_event=row.last_event,
        last_event_at=row.last_event_at,
        last_error=row.last_error,
        last_error_at=row.last_error_at,
    )


@transaction.atomic
def note(**changes: Any) -> None:
    """Write down what changed about the bot, and that it lives."""
    row, _ = BotState.objects.select_for_update().get_or_create(pk=_ROW)
    now = timezone.now()
    if changes.get("state", row.state) != row.state:
        row.since = now
    if "last_error" in changes:
        changes["last_error"] = changes["last_error"][:300]
        changes["last_error_at"] = now if changes["last_error"] else None
    for name, value in changes.items():
        setattr(row, name, value)
    row.seen_at = now
    row.save()


def check() -> Finding:
    """How the bot fares, for whoever looks whether everything works."""
    shown = bot_state()
    match shown.condition:
        case Condition.NOT_CONFIGURED:
            text = "Nobody hears at once who leaves the server, and Discord has no commands. One setting changes that:"
            line = "NAXIOS_DISCORD_BOT_TOKEN=…      # the bot's token: discord.com/developers, Bot"
            return Finding(SUBJECT, Health.NOT_CONFIGURED, text, (line,))
        case Condition.NOT_RUNNING:
            text = "It does not run. naxios serve is the bot too, and so is naxios bot: start one of them."
            return Finding(SUBJECT, Health.PARTLY, f"{text}{_last_error(shown)}")
        case Condition.CONNECTING:
            text = "It is not connected, and tries again by itself."
            return Finding(SUBJECT, Health.BROKEN, f"{text}{_last_error(shown)}")
        case Condition.REFUSED:
            return Finding(SUBJECT, Health.BROKEN, shown.last_error or "Discord refuses it.")
        case Condition.CONNECTED:
            where = ", ".join(shown.guilds.values()) or "no server"
            if shown.missing_guilds or shown.last_error:
                text = f"{shown.name} is connected, in {where}.{_missing(shown)}{_last_error(shown)}"
                return Finding(SUBJECT, Health.PARTLY, text)
            return Finding(SUBJECT, Health.WORKS, f"{shown.name} is connected, in {where}.")


def _missing(shown: Shown) -> str:
    if not shown.missing_guilds:
        return ""
    return f" It is not in {', '.join(shown.missing_guilds)}: invite it."


def _last_error(shown: Shown) -> str:
    return f" Its last trouble: {shown.last_error}" if shown.last_error else ""
