"""A bot made with the real discord.py, in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord as library
from discord import app_commands

from tests.stand_ins.discord import StandInDiscord
from tests.stand_ins.discord.pointing import pointed


class Bot(library.Client):
    """Notes what it hears in ``heard`` as (event, what it was about)."""

    def __init__(self, intents: library.Intents, **options: Any) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.1, **options)
        self.heard: list[tuple[str, Any]] = []
        self.tree = app_commands.CommandTree(self)
        commands: list[app_commands.Command[Any, ..., Any]] = [ping, later, silent, about, form]
        for command in commands:
            self.tree.add_command(command)

    async def live(self, token: str) -> None:
        self.end = asyncio.Event()
        async with self:
            living = asyncio.create_task(self.start(token))
            await asyncio.wait([living, asyncio.create_task(self.end.wait())], return_when=asyncio.FIRST_COMPLETED)
        await living

    async def setup_hook(self) -> None:
        await self.tree.sync()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append((event, args[-1] if args else None))
        super().dispatch(event, *args, **kwargs)

    def count(self, event: str) -> int:
        return [name for name, _ in list(self.heard)].count(event)

    def last(self, event: str) -> Any:
        return next(about for name, about in reversed(list(self.heard)) if name == event)


@app_commands.command(description="Answers at once")
async def ping(interaction: library.Interaction) -> None:
    await interaction.response.send_message(f"pong, {interaction.user.display_name}", ephemeral=True, view=Buttons())


@app_commands.command(description="Answers later")
async def later(interaction: library.Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await asyncio.sleep(0.1)
    await interaction.followup.send("at last")
    await interaction.followup.send("and another thing", ephemeral=True)


@app_commands.command(description="Never answers")
async def silent(interaction: library.Interaction) -> None:
    pass


@app_commands.command(description="Says who a member is")
async def about(interaction: library.Interaction, who: library.Member, loudly: bool = False) -> None:
    text = f"{who.name} with {[role.name for role in who.roles[1:]]}"
    await interaction.response.send_message(text.upper() if loudly else text)


@app_commands.command(description="Opens a form")
async def form(interaction: library.Interaction) -> None:
    await interaction.response.send_modal(Form())


class Buttons(library.ui.View):
    @library.ui.button(label="Again", custom_id="again")
    async def again(self, interaction: library.Interaction, _: Any) -> None:
        await interaction.response.edit_message(content="pong again", view=None)


class Form(library.ui.Modal, title="A form"):
    subject: library.ui.TextInput[Any] = library.ui.TextInput(label="Subject", custom_id="subject")

    async def on_submit(self, interaction: library.Interaction) -> None:
        await interaction.response.send_message(f"about {self.subject.value}", ephemeral=True)


@contextmanager
def running_bot(discord: StandInDiscord, *, members: bool = True, **options: Any) -> Iterator[Bot]:
    """A bot that is connected and ready."""
    intents = library.Intents.default()
    intents.members = members
    with pointed(discord):
        bot = Bot(intents, **options)
        thread = threading.Thread(target=asyncio.run, args=[bot.live(discord.application.bot_token)], daemon=True)
        thread.start()
        try:
            discord.wait_for(lambda: bot.count("ready"))
            yield bot
        finally:
            bot.loop.call_soon_threadsafe(bot.end.set)
            thread.join(10)
            assert not thread.is_alive()
