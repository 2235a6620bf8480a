"""The work behind usage that nobody waits for: the journal carried into the database."""

from pathlib import Path

import structlog

from naxios.errors import Refused
from naxios.usage import journal_files, queries, services

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 30.0
"""Enough for another process to carry what a day of an unreachable database has left in the journal."""


def drain_journal(directory: Path, *, patience: float = PATIENCE_SECONDS) -> int:
    """Carry everything in ``directory`` into the database exactly once and delete finished segments.

    Another process that is draining is waited for, up to ``patience`` seconds: it may have begun before what the
    caller wants to see was written.

    Returns
    -------
    int
        Entries carried.

    Raises
    ------
    Refused
        Another process is still draining.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with journal_files.sole_drainer(directory, patience=patience) as alone:
        if not alone:
            raise Refused(
                "Another process is still carrying the journal into the database. Try again when it has ended."
            )
        positions = queries.journal_positions()
        segments = journal_files.segments(directory)
        for gone in positions.keys() - {segment.name for segment in segments}:
            services.forget_segment(segment=gone)
        return sum(_drain_segment(segment, positions.get(segment.name, 0)) for segment in segments)


def _drain_segment(segment: Path, offset: int) -> int:
    carried = 0
    # Asked first: what is written between the two questions would otherwise be deleted unread.
    abandoned = journal_files.is_abandoned(segment)
    for batch in journal_files.read(segment, offset, abandoned=abandoned):
        if batch.damaged:
            log.warning("damaged journal lines were skipped", segment=segment.name, count=batch.damaged)
        services.record(entries=batch.entries, segment=segment.name, offset=batch.end)
        carried += len(batch.entries)
    if abandoned:
        segment.unlink()  # before its position: a segment without one would be carried again
        services.forget_segment(segment=segment.name)
    return carried
