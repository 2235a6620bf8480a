"""Messages that bots write: checked, made and changed."""

from typing import Any

from tests.stand_ins.discord.errors import ApiError, invalid_form
from tests.stand_ins.discord.snowflakes import snowflake
from tests.stand_ins.discord.state import EPHEMERAL, Application, Channel, Message

COMPONENTS_V2 = 1 << 15
_KEPT_FLAGS = EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12  # besides: no embeds of links, no notification


def written(
    application: Application,
    channel: Channel,
    body: dict[str, Any],
    files: dict[str, bytes] | None = None,
    *,
    type: int = 0,
) -> Message:
    """A new message of the application's bot."""
    message = Message(snowflake(), channel, application.bot, files=files or {}, application=application, type=type)
    message.flags = int(body.get("flags") or 0) & _KEPT_FLAGS
    rewrite(message, body)
    return message


def rewrite(message: Message, body: dict[str, Any]) -> None:
    """Give a message what the body names, and leave the rest."""
    message.flags |= int(body.get("flags") or 0) & COMPONENTS_V2
    content = body.get("content", message.content) or ""
    embeds = body.get("embeds", message.embeds) or []
    components = body.get("components", message.components) or []
    if not isinstance(content, str):
        raise invalid_form("content", "BASE_TYPE_STRING", "Must be a string.")
    if len(content) > 2000:
        raise invalid_form("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    if len(embeds) > 10:
        raise invalid_form("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if message.flags & COMPONENTS_V2 and (content or embeds):
        raise invalid_form("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Must be empty.")
    if not (content or embeds or components or message.files):
        raise ApiError(400, 50006, "Cannot send an empty message")
    message.content, message.embeds, message.components = content, embeds, components
