"""The server's till: one thread that does what payment providers tell, and looks for what they have not told.

It is apart from the other background work, which must not wait for servers of somebody else's.
"""

import threading
import time

import structlog
from django.db import close_old_connections, connection

from naxios.billing import tasks

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
AFTER_TROUBLE_SECONDS = 5.0
ROUND_SECONDS = 60.0
PATIENCE_SECONDS = 5.0
NIGHT_SECONDS = 24 * 3600.0
FIRST_NIGHT_SECONDS = 600.0
"""After a start: what came while the server was away is found soon."""


class Till:
    """Open inside its ``with``."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="till", daemon=True)

    def __enter__(self) -> "Till":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, and wait a moment for what is under way. What is not finished then is done at the next start."""
        self._stopping.set()
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        started = time.monotonic()
        next_round, next_night, pause = started + ROUND_SECONDS, started + FIRST_NIGHT_SECONDS, 0.0
        while not self._stopping.wait(pause):
            pause = LOOK_SECONDS
            try:
                close_old_connections()
                tasks.process_events(stopping=self._stopping.is_set)
                if time.monotonic() >= next_round:
                    next_round = time.monotonic() + ROUND_SECONDS
                    self._go_round()
                if time.monotonic() >= next_night:
                    next_night = time.monotonic() + NIGHT_SECONDS
                    tasks.reconcile_nightly(stopping=self._stopping.is_set)
                    tasks.tidy()
            except Exception as error:  # whatever it is: without this thread nothing that is paid would begin
                log.error("payments could not be looked after; tried again", exc_info=error)
                pause = AFTER_TROUBLE_SECONDS
        connection.close()

    def _go_round(self) -> None:
        tasks.tell_ended()
        tasks.tell_trials()
        tasks.close_deserted(stopping=self._stopping.is_set)
        tasks.look_for_overdue(stopping=self._stopping.is_set)
