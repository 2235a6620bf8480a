"""The embedded server's post room: one thread that delivers mail, or names it on the terminal where nothing delivers.

It is apart from the other background work, which must not wait for a mail server.
"""

import threading
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from naxios.mail import queries, tasks
from naxios.mail.queries import Announcement

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
AFTER_TROUBLE_SECONDS = 5.0


class PostRoom:
    """Open inside its ``with``. ``tell`` is called with each new mail that holds a link, if nothing delivers it.

    What lies in the outbox already is not told again.
    """

    def __init__(self, tell: Callable[[Announcement], None]) -> None:
        self._tell = tell
        self._told: int | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="post", daemon=True)

    def __enter__(self) -> "PostRoom":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End once a mail that is under way has been settled."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        work = self._deliver if settings.EMAIL_IS_DELIVERED else self._announce
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                close_old_connections()
                work()
                pause = LOOK_SECONDS
            except DatabaseError as error:
                log.error("the outbox could not be read; tried again", exc_info=error)
                pause = AFTER_TROUBLE_SECONDS
        connection.close()

    def _deliver(self) -> None:
        tasks.deliver(stopping=self._stopping.is_set)

    def _announce(self) -> None:
        if self._told is None:
            self._told = queries.latest()
        for announcement in queries.announcements(self._told):
            self._tell(announcement)
            self._told = announcement.number
