"""An interaction as its caller sees it, and the addresses at which the bot answers it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.stand_ins.discord import asking, payloads
from tests.stand_ins.discord.acts import tell_of_message
from tests.stand_ins.discord.core import Core, Routes
from tests.stand_ins.discord.errors import ApiError, unknown
from tests.stand_ins.discord.snowflakes import snowflake
from tests.stand_ins.discord.state import EPHEMERAL, LOADING, Application, Channel, Guild, Message, User
from tests.stand_ins.discord.writing import rewrite, written

TOKEN_SECONDS = 15 * 60
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, AUTOCOMPLETE, MODAL = 4, 5, 6, 7, 8, 9


@dataclass(eq=False)
class Interaction:
    """What became of a command, a pressed button or a form.

    ``failed`` is "The application did not respond"; ``messages`` are the bot's answer and what followed it; ``modal``
    is the form that it opened instead; ``message`` is the message whose button was pressed.
    """

    application: Application
    user: User
    guild: Guild | None
    channel: Channel
    type: int
    began_at: float
    message: Message | None = None
    id: int = field(default_factory=snowflake)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    answered: bool = False
    failed: bool = False
    messages: list[Message] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def thinking(self) -> bool:
        """Whether the bot said that it will answer later, and has not yet."""
        return bool(self.messages) and bool(self.messages[0].flags & LOADING)

    @property
    def content(self) -> str:
        return self.messages[0].content if self.messages else ""

    @property
    def ephemeral(self) -> bool:
        return bool(self.messages) and self.messages[0].ephemeral

    @property
    def embeds(self) -> list[dict[str, Any]]:
        return self.messages[0].embeds if self.messages else []

    @property
    def components(self) -> list[dict[str, Any]]:
        return self.messages[0].components if self.messages else []

    @property
    def follow_ups(self) -> list[Message]:
        return self.messages[1:]

    def wait(self, until: Callable[[Interaction], Any], seconds: float = 10) -> bool:
        """Wait for something to become true, and say whether it did."""
        end = time.monotonic() + seconds
        with self.changed:
            return bool(self.changed.wait_for(lambda: until(self), end - time.monotonic()))

    def tell(self) -> None:
        """Wake who waits."""
        with self.changed:
            self.changed.notify_all()


async def answer(core: Core, request: web.Request) -> web.Response:
    """The bot's first answer."""
    interaction = core.interactions.get(request.match_info["token"])
    if interaction is None or str(interaction.id) != request.match_info["interaction"] or interaction.failed:
        raise unknown("interaction")
    if interaction.answered:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    body = await asking.body_object(request)
    kind, data = body.get("type"), body.get("data") or {}
    _take(core, interaction, kind, data, await asking.files(request))
    interaction.answered = True
    interaction.tell()
    if request.query.get("with_response", "").lower() not in ("true", "1"):
        return web.Response(status=204)
    return web.json_response(_told(interaction, kind))


async def follow_up(core: Core, request: web.Request) -> web.Response:
    """A further message; after a deferral the first is the deferred answer itself."""
    interaction = _open(core, request)
    body, files = await asking.body_object(request), await asking.files(request)
    if interaction.thinking:
        return _edited(interaction, interaction.messages[0], body, files)
    message = written(interaction.application, interaction.channel, body, files)
    _keep(core, interaction, message)
    return web.json_response(payloads.message(message))


async def get_answer(core: Core, request: web.Request) -> web.Response:
    return web.json_response(payloads.message(_message(_open(core, request), request)))


async def edit_answer(core: Core, request: web.Request) -> web.Response:
    interaction = _open(core, request)
    body, files = await asking.body_object(request), await asking.files(request)
    return _edited(interaction, _message(interaction, request), body, files)


async def delete_answer(core: Core, request: web.Request) -> web.Response:
    interaction = _open(core, request)
    message = _message(interaction, request)
    for kept in (interaction.messages, interaction.channel.messages):
        if message in kept:
            kept.remove(message)
    interaction.tell()
    return web.Response(status=204)


ROUTES: Routes = [
    ("POST", "/interactions/{interaction}/{token}/callback", answer),
    ("POST", "/webhooks/{webhook}/{token}", follow_up),
    ("GET", "/webhooks/{webhook}/{token}/messages/{message}", get_answer),
    ("PATCH", "/webhooks/{webhook}/{token}/messages/{message}", edit_answer),
    ("DELETE", "/webhooks/{webhook}/{token}/messages/{message}", delete_answer),
]


def _take(core: Core, interaction: Interaction, kind: Any, data: dict[str, Any], files: dict[str, bytes]) -> None:
    if kind == MESSAGE:
        _keep(core, interaction, written(interaction.application, interaction.channel, data, files, type=20))
    elif kind == DEFERRED_MESSAGE:
        flags = int(data.get("flags") or 0) & EPHEMERAL | LOADING
        author, channel = interaction.application.bot, interaction.channel
        deferred = Message(snowflake(), channel, author, flags=flags, application=interaction.application, type=20)
        interaction.messages.append(deferred)
    elif kind == MODAL and interaction.type != 5:
        interaction.modal = data
    elif kind == UPDATE and interaction.message is not None:
        rewrite(interaction.message, data)
        interaction.messages.append(interaction.message)
    elif kind == DEFERRED_UPDATE and interaction.message is not None:
        interaction.messages.append(interaction.message)
    elif kind != AUTOCOMPLETE:
        raise ApiError(400, 50035, "Invalid Form Body", errors={"type": {"_errors": []}})


def _told(interaction: Interaction, kind: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
    resource: dict[str, Any] = {"type": kind}
    if interaction.messages:
        message = interaction.messages[0]
        told |= {
            "response_message_id": str(message.id),
            "response_message_loading": interaction.thinking,
            "response_message_ephemeral": message.ephemeral,
        }
        if kind in (MESSAGE, UPDATE):
            resource["message"] = payloads.message(message)
    return {"interaction": told, "resource": resource}


def _open(core: Core, request: web.Request) -> Interaction:
    """The interaction in the path, if its token can still be used."""
    interaction = core.interactions.get(request.match_info["token"])
    if interaction is None or request.match_info["webhook"] != interaction.application.client_id:
        raise unknown("Webhook")
    if core.world.clock.now() > interaction.began_at + TOKEN_SECONDS:
        raise ApiError(401, 50027, "Invalid Webhook Token")
    if not interaction.answered:
        raise unknown("Webhook")
    return interaction


def _message(interaction: Interaction, request: web.Request) -> Message:
    name = request.match_info["message"]
    if name == "@original" and interaction.messages:
        return interaction.messages[0]
    for message in interaction.messages:
        if str(message.id) == name:
            return message
    raise unknown("Message")


def _edited(interaction: Interaction, message: Message, body: dict[str, Any], files: dict[str, bytes]) -> web.Response:
    message.files.update(files)
    rewrite(message, body)
    if not message.flags & LOADING:
        message.edited_at = datetime.now(UTC)
    elif not message.ephemeral:
        message.channel.messages.append(message)
    message.flags &= ~LOADING
    interaction.tell()
    return web.json_response(payloads.message(message))


def _keep(core: Core, interaction: Interaction, message: Message) -> None:
    """An ephemeral message is the caller's alone; others are in the channel."""
    interaction.messages.append(message)
    if not message.ephemeral:
        tell_of_message(core, message)
    interaction.tell()
