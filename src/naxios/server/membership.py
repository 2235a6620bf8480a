"""The embedded server's look after Discord memberships: one thread, apart from work that must not wait for Discord.

Where there are several processes, one of them does.
"""

import threading

import structlog
from django.db import close_old_connections, connection

from naxios.discord import tasks
from naxios.server.leadership import Leadership

log = structlog.get_logger(__name__)

LOOK_SECONDS = 15.0
AFTER_TROUBLE_SECONDS = 60.0


class MembershipWatch:
    """Open inside its ``with``."""

    def __init__(self, lead: Leadership) -> None:
        self._lead = lead
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="membership", daemon=True)

    def __enter__(self) -> "MembershipWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End once an answer that is under way has come, or has not in its time."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                close_old_connections()
                if self._lead.take():
                    tasks.tidy()
                    tasks.sweep(wait=self._stopping.wait)
                pause = LOOK_SECONDS
            except Exception as error:  # whatever it is: if this thread ended, nobody would ever be found to have left
                log.error("memberships could not be looked after; tried again", exc_info=error)
                pause = AFTER_TROUBLE_SECONDS
        self._lead.release()
        connection.close()
