"""Locks between processes: on one machine by files, on one PostgreSQL by its advisory locks."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

MIGRATION_LOCK = 0x6E6178696F73  # "naxios": PostgreSQL names advisory locks by numbers
SERVER_LOCK = MIGRATION_LOCK + 1
BOT_LOCK = MIGRATION_LOCK + 2
MEMBERSHIP_LOCK = MIGRATION_LOCK + 3


@contextmanager
def sole_on_database(number: int) -> Iterator[bool]:
    """Whether this process is the only one on its PostgreSQL that holds the lock ``number`` while the context lasts.

    The lock belongs to a connection of its own and ends with it, so a process that dies lets go of it.
    """
    holder = connections.create_connection("default")
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            [alone] = cursor.fetchone()
        yield alone
    finally:
        holder.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; waits for whoever holds it. A process that dies lets go of it."""
    lock = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
