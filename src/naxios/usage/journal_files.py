"""Reading the journal's segments: which there are, what stands in them, whether anyone still writes."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from naxios.domain.journal import Entry, decode_line

SUFFIX = ".journal"
READ_BYTES = 1024 * 1024
LOOK_AGAIN_SECONDS = 0.02


class Batch(NamedTuple):
    """Entries between two offsets of a segment; ``damaged`` counts the lines that could not be read."""

    entries: list[Entry]
    end: int
    damaged: int


def segments(directory: Path) -> list[Path]:
    """All segments, oldest first."""
    return sorted(directory.glob(f"*{SUFFIX}"))


def is_abandoned(segment: Path) -> bool:
    """Whether no process writes to ``segment`` any more: writers hold a lock that ends with them."""
    with segment.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def read(segment: Path, start: int, *, until: int | None = None, abandoned: bool = False) -> Iterator[Batch]:
    """Whole lines from ``start`` on, in batches of about a mebibyte.

    ``until`` bounds the offset. The line at the end of a segment that has no newline is left for later, unless the
    segment is abandoned: then it is what a killed process could not finish, and damaged if more than that is missing.
    """
    with segment.open("rb") as file:
        file.seek(start)
        while True:
            data = file.read(READ_BYTES if until is None else min(READ_BYTES, max(0, until - start)))
            whole = data.rfind(b"\n") + 1
            if not whole:
                if data and abandoned:
                    yield _batch(data, start + len(data))
                return
            yield _batch(data[:whole], start + whole)
            start += whole
            file.seek(start)


@contextmanager
def sole_drainer(directory: Path, *, patience: float) -> Iterator[bool]:
    """Whether this process is the only one that drains ``directory``, for as long as the context lasts.

    Another one is waited for, but for no longer than ``patience`` seconds.
    """
    with (directory / "drain.lock").open("w") as file:
        end = time.monotonic() + patience
        while not (alone := _locks(file)) and time.monotonic() < end:
            time.sleep(LOOK_AGAIN_SECONDS)
        yield alone


def _locks(file: IO[str]) -> bool:
    """Whether this process has got the lock on ``file``."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _batch(lines: bytes, end: int) -> Batch:
    entries, damaged = [], 0
    for line in lines.splitlines():
        try:
            entries.append(decode_line(line))
        except ValueError:
            damaged += 1
    return Batch(entries, end, damaged)
