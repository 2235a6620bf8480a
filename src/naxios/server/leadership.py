"""Which of several processes leads in something that only one may do, such as being the Discord bot.

On SQLite a lock file in the home directory decides, on PostgreSQL an advisory lock. Both belong to the process that
holds them, so when it dies, however it dies, the next one that asks leads.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from django.db import Error as DatabaseError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from naxios.config import Config
from naxios.server.locks import BOT_LOCK, MEMBERSHIP_LOCK

_NOTICE_DEATH = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3"
"""A machine that vanishes says no goodbye; without these, the database would hold its lock for hours."""


class Leadership(Protocol):
    """A lock that is asked for again and again. All methods block, and are called in one and the same thread."""

    def take(self) -> bool:
        """Lead from now on if nobody does; whether this process leads."""

    def is_held(self) -> bool:
        """Whether this process still leads."""

    def release(self) -> None:
        """Let others lead."""


def of_bot(config: Config) -> Leadership:
    """Leads who is the Discord bot."""
    return FileLeadership(config.home / "bot.lock") if config.uses_sqlite else DatabaseLeadership(BOT_LOCK)


def of_memberships(config: Config) -> Leadership:
    """Leads who looks after Discord memberships: two would ask about everybody twice."""
    if config.uses_sqlite:
        return FileLeadership(config.home / "membership.lock")
    return DatabaseLeadership(MEMBERSHIP_LOCK)


class FileLeadership:
    """Leads who holds a lock file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: int | None = None

    def take(self) -> bool:
        if self._lock is None:
            lock = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return False
            self._lock = lock
        return True

    def is_held(self) -> bool:
        return self._lock is not None

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class DatabaseLeadership:
    """Leads whose connection to PostgreSQL holds an advisory lock. Who loses the connection has lost the lock."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._connection: BaseDatabaseWrapper | None = None
        self._held = False

    def take(self) -> bool:
        if self.is_held():
            return True
        try:
            if self._connection is None:
                self._connection = connections.create_connection("default")
                self._ask(_NOTICE_DEATH)
            self._held = bool(self._ask(f"SELECT pg_try_advisory_lock({self._number})"))
        except DatabaseError:
            self.release()
        return self._held

    def is_held(self) -> bool:
        if self._held:
            try:
                self._ask("SELECT 1")
            except DatabaseError:
                self.release()
        return self._held

    def release(self) -> None:
        if self._connection is not None:
            with suppress(DatabaseError):  # it was gone before
                if self._held:  # said, because PostgreSQL notices a closed connection only a moment later
                    self._ask(f"SELECT pg_advisory_unlock({self._number})")
            with suppress(DatabaseError):
                self._connection.close()
        self._connection, self._held = None, False

    def _ask(self, question: str) -> object:
        assert self._connection is not None  # noqa: S101 - only asked while there is one
        with self._connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
