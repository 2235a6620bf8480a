"""The durable first place of a usage record: an append-only file that survives the process being killed.

A line is handed to the operating system before the client gets the last byte of its answer, so whoever has a whole
answer is on record. The control plane drains segments into the database and deletes those that are complete; the
lock on a segment tells it whether anyone still writes there.
"""

import fcntl
import os
import secrets
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from naxios.domain.journal import Entry, encode_line

SEGMENT_BYTES = 16 * 1024 * 1024
SUFFIX = ".journal"


class Journal:
    """Appends entries to the current segment in ``directory``. One for each process; not thread-safe."""

    def __init__(self, directory: Path, *, on_trouble: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._on_trouble = on_trouble
        self._waiting: deque[bytes] = deque()
        self._torn = False
        self._file = -1
        self._size = 0
        self.segment = ""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._begin_segment()

    @property
    def healthy(self) -> bool:
        """Whether everything appended has been written."""
        return not self._waiting

    @property
    def position(self) -> tuple[str, int]:
        """Where the next line goes: the segment's file name and its size in bytes."""
        return self.segment, self._size

    def append(self, entry: Entry) -> None:
        """Write ``entry``; if the disk does not take it, keep it in memory and become unhealthy."""
        self._waiting.append(encode_line(entry))
        self.flush()

    def flush(self) -> None:
        """Write what could not be written before."""
        try:
            while self._waiting:
                if self._size >= SEGMENT_BYTES and not self._torn:
                    self._begin_segment()
                self._write(self._waiting[0])
                self._waiting.popleft()
        except OSError:
            self._on_trouble()

    def sync(self) -> None:
        """Force the current segment to the disk, against power failure rather than a killed process. Blocks."""
        os.fdatasync(self._file)

    def close(self) -> None:
        """Sync and release the segment, so that it can be drained and deleted."""
        self.flush()
        self.sync()
        os.close(self._file)
        self._file = -1

    def _write(self, line: bytes) -> None:
        written = os.write(self._file, line)
        self._size += written
        self._torn = written < len(line)
        if self._torn:
            self._waiting[0] = line[written:]  # goes right behind: nothing is written twice
            raise OSError("short write")

    def _begin_segment(self) -> None:
        name = f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(3)}{SUFFIX}"
        # Created under another name and locked first: a drain must never see a segment that looks abandoned.
        fresh = self._directory / f"{name}.new"
        file = os.open(fresh, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        fresh.rename(self._directory / name)
        full, self._file = self._file, file
        self._size, self.segment = 0, name
        if full >= 0:
            try:
                os.fdatasync(full)
            finally:
                os.close(full)
