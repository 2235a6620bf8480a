"""Objects as Discord's API v10 shows them. Ids are strings, times ISO 8601."""

from datetime import datetime
from typing import Any

from tests.stand_ins.discord.snowflakes import made_at
from tests.stand_ins.discord.state import (
    DIRECT,
    PRIVILEGED_INTENTS,
    Application,
    Channel,
    Guild,
    Member,
    Message,
    Role,
    User,
)

ALL_PERMISSIONS = str((1 << 53) - 1)
MEMBER_PERMISSIONS = str(0x400 | 0x800 | 0x80000000)  # view, send, use application commands


def user(who: User) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(who.id),
        "username": who.username,
        "discriminator": "0",
        "global_name": who.global_name,
        "avatar": who.avatar,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    if who.bot:
        shown["bot"] = True
    return shown


def oneself(who: User, *, email: bool) -> dict[str, Any]:
    """A user as they see themselves; the address only where it was granted."""
    shown = {**user(who), "mfa_enabled": False, "locale": who.locale, "premium_type": 0}
    if email:
        shown |= {"email": who.email, "verified": who.verified}
    return shown


def member(of: Member, *, with_user: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "nick": of.nick,
        "avatar": of.avatar,
        "banner": None,
        "roles": [str(role) for role in of.roles],
        "joined_at": _time(of.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": of.pending,
        "communication_disabled_until": None,
    }
    if with_user:
        shown["user"] = user(of.user)
    return shown


def role(of: Role) -> dict[str, Any]:
    return {
        "id": str(of.id),
        "name": of.name,
        "description": None,
        "color": of.color,
        "colors": {"primary_color": of.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": of.position,
        "permissions": str(of.permissions),
        "managed": of.managed,
        "mentionable": False,
        "flags": 0,
    }


def channel(of: Channel) -> dict[str, Any]:
    last = str(of.messages[-1].id) if of.messages else None
    if of.type == DIRECT:
        assert of.recipient is not None
        recipients = [user(of.recipient)]
        return {"id": str(of.id), "type": of.type, "last_message_id": last, "flags": 0, "recipients": recipients}
    assert of.guild is not None
    return {
        "id": str(of.id),
        "type": of.type,
        "guild_id": str(of.guild.id),
        "name": of.name,
        "topic": None,
        "position": 0,
        "permission_overwrites": [],
        "parent_id": None,
        "nsfw": False,
        "flags": 0,
        "rate_limit_per_user": 0,
        "last_message_id": last,
    }


def guild(of: Guild) -> dict[str, Any]:
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "description": None,
        "banner": None,
        "owner_id": str(of.owner.id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role(one) for one in of.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": ["COMMUNITY", "MEMBER_VERIFICATION_GATE_ENABLED"] if of.screening else [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "max_presences": None,
        "max_members": 500_000,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "incidents_data": None,
    }


def created_guild(of: Guild, me: Member) -> dict[str, Any]:
    """What GUILD_CREATE adds. Without the intent of presences, the only member sent is the bot itself."""
    return {
        **guild(of),
        "joined_at": _time(me.joined_at),
        "large": len(of.members) > 250,
        "member_count": len(of.members),
        "members": [member(me)],
        "channels": [channel(one) for one in of.channels.values()],
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "version": 1,
    }


def message(of: Message, *, read_by: Application | None = None) -> dict[str, Any]:
    """A message; to a bot without the intent of contents, what others wrote in a guild is empty."""
    hidden = (
        read_by is not None
        and of.author is not read_by.bot
        and of.channel.guild is not None
        and "message_content" not in read_by.privileged_intents
        and f"<@{read_by.bot.id}>" not in of.content
    )
    shown: dict[str, Any] = {
        "id": str(of.id),
        "type": of.type,
        "channel_id": str(of.channel.id),
        "author": user(of.author),
        "content": "" if hidden else of.content,
        "embeds": [] if hidden else of.embeds,
        "components": [] if hidden else of.components,
        "attachments": [] if hidden else [_attachment(name, content) for name, content in of.files.items()],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "flags": of.flags,
        "timestamp": _time(made_at(of.id)),
        "edited_timestamp": _time(of.edited_at) if of.edited_at else None,
    }
    if of.application is not None:
        shown |= {"application_id": str(of.application.id), "webhook_id": str(of.application.id)}
    return shown


def application(of: Application) -> dict[str, Any]:
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "description": f"{of.name}, an application",
        "summary": "",
        "type": None,
        "bot": user(of.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": f"{of.id:064x}",
        "owner": user(of.owner),
        "team": None,
        "flags": application_flags(of),
        "hook": True,
        "is_monetized": False,
        "redirect_uris": list(of.redirect_uris),
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
    }


def application_flags(of: Application) -> int:
    """The flags of small bots' privileged intents (``GATEWAY_…_LIMITED``)."""
    limited = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
    return sum(limited[name] for name in PRIVILEGED_INTENTS if name in of.privileged_intents)


def _attachment(name: str, content: bytes) -> dict[str, Any]:
    url = f"https://cdn.discordapp.com/attachments/{name}"
    return {"id": "1", "filename": name, "size": len(content), "url": url, "proxy_url": url}


def _time(when: datetime) -> str:
    return when.isoformat(timespec="microseconds")
