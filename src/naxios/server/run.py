"""``naxios serve``: from an empty directory to a listening server, and from SIGTERM to exit 0."""

import gc
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from naxios.asgi import FrontDoor
from naxios.config import Config
from naxios.errors import Refused
from naxios.mail.queries import Announcement
from naxios.server import leadership
from naxios.server.bot import BotRoom
from naxios.server.membership import MembershipWatch
from naxios.server.post import PostRoom
from naxios.server.protocol import GuardedProtocol
from naxios.server.running import sole_server
from naxios.server.static_files import collect_static_files
from naxios.server.till import Till
from naxios.usage.tasks import drain_journal

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
YOUNG_OBJECTS = 10_000
"""So many new objects make the garbage collector look: some thirty requests' worth instead of two."""


def serve(
    config: Config, *, host: str, port: int, announce: Callable[[str], None], tell: Callable[[Announcement], None]
) -> None:
    """Serve until SIGTERM or SIGINT.

    Parameters
    ----------
    announce : called with the URL once connections are accepted.
    tell : called with each mail that holds a link, where no mail server delivers it.

    Raises
    ------
    Refused
        The address cannot be listened on, or a server runs from this directory already.
    """
    # The home directory comes first: who starts Naxios twice has to hear that, and not that the port is in use.
    with sole_server(config) as leave_address, _listen(host, port) as listener:
        address = _url(host, listener.getsockname()[1])
        leave_address(address)
        collect_static_files(config)
        drain_journal(config.journal_directory)  # what a killed process left behind counts before anything new
        GuardedProtocol.header_seconds = config.header_seconds
        bot = BotRoom(config)

        def started() -> None:
            announce(config.base_url or address)
            bot.start()

        server = _Server(
            uvicorn.Config(
                FrontDoor(config, host),
                http=GuardedProtocol,
                ws="none",
                loop="uvloop",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=config.drain_seconds,
                proxy_headers=bool(config.trusted_proxies),
                forwarded_allow_ips=list(config.trusted_proxies),
            ),
            started,
            bot.ask_to_stop,
        )
        # uvicorn raises the signal again once it has stopped cleanly; that must not turn exit 0 into death by signal.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        with PostRoom(tell), MembershipWatch(leadership.of_memberships(config)), Till():
            try:
                server.run(sockets=[listener])
            finally:
                bot.stop()
    if not server.started:
        raise Refused("Naxios could not start; the log says why.")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None], on_stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._on_stopping = on_stopping

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _spare_the_garbage_collector()
            self._on_started()

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        self._on_stopping()
        await super().shutdown(sockets)


def _spare_the_garbage_collector() -> None:
    """What is loaded by now stays to the end: nobody has to look for garbage in it, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # asked for by number: create_server adds the address to the text, which stands in the message already
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise Refused(
            f"Naxios cannot listen on {host}:{port} ({why}). Choose another with --host and --port."
        ) from None
    listener.setblocking(False)
    return listener


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
