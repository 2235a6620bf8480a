"""Background work of the embedded server: one thread that carries the journal into the database, and tidies up."""

import threading
from pathlib import Path

import structlog
from django.db import close_old_connections, connection

from naxios.abuse import tasks as abuse
from naxios.accounts import tasks as accounts
from naxios.codes import tasks as codes
from naxios.invalidation import services as invalidation
from naxios.keys import tasks as keys
from naxios.mail import tasks as mail
from naxios.plans import tasks as plans
from naxios.usage import tasks as usage

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 0.2
AFTER_TROUBLE_SECONDS = 2.0
LAPSES_SECONDS = 30.0
TIDY_SECONDS = 600.0


class BackgroundWork:
    """Runs until stopped; what is left in the journal then is carried before :meth:`stop` returns."""

    def __init__(self, journal_directory: Path) -> None:
        self._directory = journal_directory
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Carry what is left and end. Blocks."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause, since_tidy, since_lapses = DRAIN_SECONDS, TIDY_SECONDS, LAPSES_SECONDS
        while not self._stopping.wait(pause):
            since_tidy += pause
            since_lapses += pause
            pause = DRAIN_SECONDS if self._drain() else AFTER_TROUBLE_SECONDS
            self._record()
            if since_tidy >= TIDY_SECONDS:
                since_tidy = 0
                self._tidy()
            if since_lapses >= LAPSES_SECONDS:
                since_lapses = 0
                self._tell_lapses()
        self._drain()
        self._record()
        connection.close()

    def _drain(self) -> bool:
        try:
            close_old_connections()
            usage.drain_journal(self._directory)
        except Exception as error:  # whatever it is: if this thread ended, nothing would reach the database any more
            log.error("the journal could not be drained; it is kept and tried again", exc_info=error)
            return False
        return True

    def _record(self) -> None:
        try:
            accounts.record_failed_sign_ins()
        except Exception as error:
            log.warning("a failed sign-in could not be recorded", exc_info=error)

    def _tell_lapses(self) -> None:
        try:
            plans.tell_lapses()
        except Exception as error:
            log.warning("whose plan ends could not be told; tried again soon", exc_info=error)

    def _tidy(self) -> None:
        try:
            invalidation.forget_old()
            keys.tidy()
            accounts.tidy()
            mail.tidy()
            abuse.tidy()
            codes.tidy()
        except Exception as error:
            log.warning("what is over could not be deleted; tried again later", exc_info=error)
