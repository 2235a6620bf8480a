"""``naxios bot``."""

import asyncio
import signal

import click

from naxios.cli.output import json_option, show


@click.command()
@json_option
def bot(as_json: bool) -> None:
    """Be the Discord bot, in a process of its own.

    `naxios serve` is the bot too, where one is configured. Of several processes one is, and the others take over.
    """
    from naxios.errors import Refused
    from naxios.server.migrate import open_database

    config = open_database()
    if not config.discord_bot_token:
        raise Refused(
            "There is no bot: NAXIOS_DISCORD_BOT_TOKEN is not set. Make one at https://discord.com/developers, "
            "and set NAXIOS_DISCORD_GUILD_ID to your server's id."
        )

    from naxios.discord.bot import running
    from naxios.server import leadership
    from naxios.server.bot import named
    from naxios.server.route_health import ServersRouteHealth
    from naxios.status import live

    def tell(what: str) -> None:
        if as_json:
            show({"bot": what}, as_json=True)
        else:
            click.echo(what)

    async def be() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await running.run(
            config, lead=leadership.of_bot(config), process=named("naxios bot"), stopping=stopping, on_change=tell
        )

    live.register(ServersRouteHealth(config))
    asyncio.run(be())
