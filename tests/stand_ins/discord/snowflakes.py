"""Discord's ids: milliseconds since 2015 in the upper bits, so that an id tells when its owner was made."""

import itertools
import time
from datetime import UTC, datetime, timedelta

EPOCH_MS = 1_420_070_400_000

_numbers = itertools.count(1)


def snowflake(age: timedelta = timedelta()) -> int:
    """An id that nobody else has, of something made ``age`` ago."""
    made_at_ms = int((time.time() - age.total_seconds()) * 1000)
    return (made_at_ms - EPOCH_MS) << 22 | next(_numbers) & 0x3FFFFF


def made_at(id_: int) -> datetime:
    return datetime.fromtimestamp(((id_ >> 22) + EPOCH_MS) / 1000, UTC)
