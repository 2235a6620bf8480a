"""Made-up histories of usage, drained as the journal is, and the same questions answered by adding up entries."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from naxios.domain import clock
from naxios.domain.journal import Entry, RefusalEntry, UsageEntry
from naxios.domain.moments import microseconds, moment
from naxios.domain.usage import UsageSource
from naxios.usage import services
from naxios.usage.models import RefusalCount, RefusalRollup, UsageRecord, UsageRollup

NOW = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
"""The present of histories: on the first day of a month after a short one."""

in_one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
"""For properties whose examples share the test's database; each begins with :func:`forget_everything`."""

_numbers = count()


def used(
    at: datetime = NOW,
    *,
    account: int = 1,
    key: int = 1,
    model: str = "good",
    status: int = 200,
    tokens: int = 10,
    duration: int = clock.SECOND,
    first_byte: int = 100_000,
) -> UsageEntry:
    """One request; ``tokens`` is its input and twice its output."""
    return UsageEntry(
        request_id=f"req_{next(_numbers):024x}",
        account_id=account,
        key_id=key,
        model=model,
        provider="stand-in",
        endpoint="chat.completions",
        status=status,
        error="" if status < 400 else "provider_error",
        streamed=False,
        input_tokens=tokens,
        output_tokens=tokens // 2,
        cached_tokens=tokens // 3,
        reasoning_tokens=tokens // 4,
        standard_tokens=tokens + tokens // 2,
        usage_source=UsageSource.REPORTED,
        admitted_at=microseconds(at),
        duration=duration,
        first_byte=first_byte,
        attempts=1,
    )


def refused(
    at: datetime = NOW, *, account: int = 1, key: int = 1, code: str = "requests_per_minute", times: int = 1
) -> RefusalEntry:
    """``times`` refusals of one minute."""
    return RefusalEntry(account, key, code, microseconds(at) // clock.MINUTE, times)


_moments = st.integers(microseconds(NOW) - 400 * clock.DAY, microseconds(NOW) + clock.HOUR).map(moment)
_recent = st.integers(microseconds(NOW) - 2 * clock.DAY, microseconds(NOW)).map(moment)
_when = st.one_of(_moments, _recent, st.sampled_from([datetime(2026, 2, 28, 23, 59, 59, 999999, UTC), NOW]))

_keys = st.sampled_from([{"account": 1, "key": 1}, {"account": 1, "key": 2}, {"account": 2, "key": 3}])

usage_entries = st.builds(
    lambda at, key, **rest: used(at, **key, **rest),
    _when,
    _keys,
    model=st.sampled_from(["good", "better", "best"]),
    status=st.sampled_from([200, 200, 499, 502]),
    tokens=st.integers(0, 5_000),
    duration=st.integers(0, 130 * clock.SECOND),
    first_byte=st.sampled_from([0, 90_000, 700_000]),
)
refusal_entries = st.builds(
    lambda at, key, **rest: refused(at, **key, **rest),
    _when,
    _keys,
    code=st.sampled_from(["concurrency", "model_not_found"]),
    times=st.integers(1, 5),
)
histories = st.lists(st.one_of(usage_entries, usage_entries, refusal_entries), max_size=30)


def drain(entries: Iterable[Entry], batches: int = 1) -> None:
    """Carry ``entries`` into the database in so many transactions."""
    entries = list(entries)
    for number in range(batches):
        services.record(entries=entries[number::batches], segment="one.journal", offset=number)


def forget_everything() -> None:
    """An empty past, for the next example."""
    for table in (UsageRecord, UsageRollup, RefusalCount, RefusalRollup):
        table.objects.all().delete()
