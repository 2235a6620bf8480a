"""The Discord bot inside the server: a thread with an event loop of its own, for which nothing else ever waits."""

import asyncio
import os
import socket
import threading
from contextlib import suppress

import structlog

from naxios.config import Config
from naxios.server import leadership

FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 300.0
STOP_SECONDS = 8.0

log = structlog.get_logger(__name__)


class BotRoom:
    """Does nothing where no bot is configured. :meth:`stop` may be called without :meth:`start`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if there is a bot. Returns at once."""
        if self._config.discord_bot_token:
            self._thread = threading.Thread(target=self._run, name="bot", daemon=True)
            self._thread.start()

    def ask_to_stop(self) -> None:
        """Begin to end, without waiting for it."""
        self._ended.set()
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(stopping.set)

    def stop(self) -> None:
        """End. A Discord that does not say goodbye is not waited for."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        rest = FIRST_REST_SECONDS
        while not self._ended.is_set():
            try:
                with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                    runner.run(self._be())
            except Exception as error:  # whatever it is: the server goes on, and the bot is tried again
                log.error("the bot failed; it is started again", exc_info=error, rest_seconds=rest)
                self._ended.wait(rest)
                rest = min(rest * 2, LONGEST_REST_SECONDS)

    async def _be(self) -> None:
        from naxios.discord.bot import running  # takes a moment to load, for which no server waits

        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        if self._ended.is_set():
            return
        await running.run(
            self._config, lead=leadership.of_bot(self._config), process=named("naxios serve"), stopping=self._stopping
        )


def named(verb: str) -> str:
    """This process, as staff are told of it."""
    return f"{verb}, process {os.getpid()} on {socket.gethostname()}"[:100]
