"""Between datetimes, which the control plane keeps, and integers of microseconds, which both planes compute with."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Microseconds since the epoch, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The datetime of microseconds since the epoch, exactly."""
    return _EPOCH + timedelta(microseconds=microseconds)
