"""How people use a bot: commands, buttons and forms. Each waits for the outcome as they would see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tests.stand_ins.discord import options as typed
from tests.stand_ins.discord import payloads
from tests.stand_ins.discord.core import Core
from tests.stand_ins.discord.interactions import Interaction
from tests.stand_ins.discord.state import Application, Channel, Guild, Message, User

T = TypeVar("T")
COMMAND, COMPONENT, SUBMITTED = 2, 3, 5
TEXT_INPUT = 4


class Interacting:
    """These wait for the bot, so they must not be called from the thread that the bot runs in."""

    core: Core
    application: Application
    guild: Guild

    def do(self, act: Callable[[], T]) -> T:
        raise NotImplementedError

    def interact(
        self,
        user: User,
        command: str,
        options: dict[str, Any] | None = None,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        direct: bool = False,
        seconds: float = 10,
    ) -> Interaction:
        """Use a slash command, such as ``interact(ada, "ticket open", {"subject": "…"})``.

        In the guild's first channel unless said; ``direct`` is the direct messages with the bot. Waits for the answer,
        and ``seconds`` for one that was deferred. A command that is not registered or not shown to this user is a
        ``LookupError``.
        """
        name, *words = command.split()
        where = None if direct else guild or (channel.guild if channel else None) or self.guild
        assert where is None or user.id in where.members, f"{user.username} is not in {where.name}"

        def begin() -> Interaction:
            registered = typed.visible_command(self.application, name, user, where)
            data = typed.chosen(registered, words, options or {}, where)
            room = channel or self._room(user, where)
            return self._begin(Interaction(self.application, user, where, room, COMMAND, self._now()), data)

        return self._outcome(self.do(begin), seconds)

    def press(
        self, user: User, message: Message, custom_id: str, values: list[str] | None = None, *, seconds: float = 10
    ) -> Interaction:
        """Press a button of a message, or choose ``values`` in its select."""
        component = next((one for one in _inside(message.components) if one.get("custom_id") == custom_id), None)
        assert component is not None, f"the message has no {custom_id}"
        assert not component.get("disabled"), f"{custom_id} is disabled"
        assert message.application is not None
        application = message.application
        data = {"custom_id": custom_id, "component_type": component["type"], "id": component.get("id", 1)}
        if values is not None:
            data["values"] = values

        def begin() -> Interaction:
            interaction = Interaction(
                application, user, message.channel.guild, message.channel, COMPONENT, self._now(), message=message
            )
            return self._begin(interaction, data)

        return self._outcome(self.do(begin), seconds)

    def submit(self, opened: Interaction, fields: dict[str, Any], *, seconds: float = 10) -> Interaction:
        """Fill in the form that an interaction opened, by the fields' custom ids, and send it."""
        assert opened.modal is not None, "no form was opened"
        shown = {one["custom_id"]: one for one in _inside(opened.modal["components"]) if "custom_id" in one}
        assert set(fields) <= set(shown), f"the form has only {sorted(shown)}"
        missing = [name for name, one in shown.items() if one.get("required", True) and not fields.get(name)]
        assert not missing, f"required and not given: {missing}"
        filled = [_filled(one, fields) for one in opened.modal["components"]]
        data = {"custom_id": opened.modal["custom_id"], "components": filled}

        def begin() -> Interaction:
            interaction = Interaction(
                opened.application,
                opened.user,
                opened.guild,
                opened.channel,
                SUBMITTED,
                self._now(),
                message=opened.message,
            )
            return self._begin(interaction, data)

        return self._outcome(self.do(begin), seconds)

    def _outcome(self, interaction: Interaction, seconds: float) -> Interaction:
        interaction.wait(lambda it: it.answered or it.failed, self.core.interaction_seconds + 5)
        interaction.wait(lambda it: not it.thinking, seconds)
        return interaction

    def _begin(self, interaction: Interaction, data: dict[str, Any]) -> Interaction:
        """Tell the bot, and give up on it in time."""
        self.core.interactions[interaction.token] = interaction
        payload = _payload(interaction, data)
        self.core.hub.dispatch(interaction.application, "INTERACTION_CREATE", payload)
        self.core.loop.call_later(self.core.interaction_seconds, _give_up, interaction)
        return interaction

    def _room(self, user: User, guild: Guild | None) -> Channel:
        if guild is None:
            return self.core.world.direct_channel(self.application, user)
        return next(iter(guild.channels.values()))

    def _now(self) -> float:
        return self.core.world.clock.now()


def _give_up(interaction: Interaction) -> None:
    if not interaction.answered:
        interaction.failed = True
        interaction.tell()


def _payload(interaction: Interaction, data: dict[str, Any]) -> dict[str, Any]:
    channel, guild, user = interaction.channel, interaction.guild, interaction.user
    payload: dict[str, Any] = {
        "id": str(interaction.id),
        "application_id": str(interaction.application.id),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": data,
        "channel": payloads.channel(channel),
        "channel_id": str(channel.id),
        "app_permissions": payloads.ALL_PERMISSIONS,
        "locale": user.locale,
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
        "context": 0 if guild else 1,
        "attachment_size_limit": 10_485_760,
    }
    if guild is None:
        payload["user"] = payloads.user(user)
    else:
        payload["channel"]["permissions"] = str(typed.permissions(guild, user))
        payload |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": typed.caller(guild, guild.members[user.id]),
        }
    if interaction.message is not None:
        payload["message"] = payloads.message(interaction.message)
    return payload


def _inside(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All components, also those within others."""
    found = []
    for component in components:
        within = component.get("components") or []
        single = [component[name] for name in ("component", "accessory") if component.get(name)]
        found += [component, *_inside([*within, *single])]
    return found


def _filled(component: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """A form's component as a client sends it back: its kind, its name and what was put in."""
    sent: dict[str, Any] = {name: component[name] for name in ("type", "id", "custom_id") if name in component}
    if "components" in component:
        sent["components"] = [_filled(one, fields) for one in component["components"]]
    if "component" in component:
        sent["component"] = _filled(component["component"], fields)
    if component["type"] == TEXT_INPUT:
        sent["value"] = fields.get(component["custom_id"], "")
    elif "custom_id" in component:
        sent["values"] = fields.get(component["custom_id"], [])
    return sent
