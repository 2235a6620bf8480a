"""Days, resets and how they are written. Instants are integers of microseconds since the Unix epoch, UTC."""

import time
from datetime import UTC, datetime

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    """The present instant."""
    return time.time_ns() // 1000


def day_of(instant: int) -> int:
    """The UTC calendar day of ``instant``, as days since the epoch."""
    return instant // DAY


def until_next_day(instant: int) -> int:
    """Microseconds from ``instant`` to the next UTC midnight (never 0)."""
    return DAY - instant % DAY


def format_duration(duration: int) -> str:
    """A reset as OpenAI writes it: ``12ms``, ``1.5s``, ``6m0s``, ``1m12.3s``, ``7h1m12s``; rounded up to 1 ms."""
    milliseconds = max(0, -(-duration // 1000))
    if milliseconds < 1000:
        return f"{milliseconds}ms" if milliseconds else "0s"
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    shown_fraction = f".{fraction:03d}".rstrip("0") if fraction else ""
    text = f"{seconds}{shown_fraction}s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text


def format_instant(instant: int) -> str:
    """RFC 3339 with seconds: ``2026-01-31T00:00:00Z``."""
    return datetime.fromtimestamp(instant // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
