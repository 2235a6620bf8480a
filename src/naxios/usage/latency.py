"""How long requests took, as counts in steps of 1, 2 and 5: sums of them over any period still tell percentiles."""

from bisect import bisect_left
from collections.abc import Sequence

from naxios.domain.clock import SECOND

_MILLISECOND = SECOND // 1000

STEPS = {
    "within_5_ms": 5 * _MILLISECOND,
    "within_10_ms": 10 * _MILLISECOND,
    "within_20_ms": 20 * _MILLISECOND,
    "within_50_ms": 50 * _MILLISECOND,
    "within_100_ms": 100 * _MILLISECOND,
    "within_200_ms": 200 * _MILLISECOND,
    "within_500_ms": 500 * _MILLISECOND,
    "within_1_s": 1 * SECOND,
    "within_2_s": 2 * SECOND,
    "within_5_s": 5 * SECOND,
    "within_10_s": 10 * SECOND,
    "within_20_s": 20 * SECOND,
    "within_50_s": 50 * SECOND,
    "within_100_s": 100 * SECOND,
}
"""The column that counts a duration (longer than the step before) and the longest that it counts, in microseconds."""

BEYOND = "over_100_s"
COLUMNS = (*STEPS, BEYOND)
"""The columns in order, shortest first."""

_BOUNDS = tuple(STEPS.values())


def step_of(duration: int) -> int:
    """The index in :data:`COLUMNS` of the one that counts ``duration`` microseconds."""
    return bisect_left(_BOUNDS, duration)


def percentile(counts: Sequence[int], share: float) -> int | None:
    """About how many microseconds ``share`` (0 to 1) of the requests took at most; ``None`` without requests.

    Within a step, durations are taken to be spread evenly, so the answer is right to the step. Beyond the last step
    nothing is known but its bound.
    """
    rank = share * sum(counts)
    if not rank:
        return None
    before, lower = 0, 0
    for count, upper in zip(counts, _BOUNDS, strict=False):
        if count and before + count >= rank:
            return round(lower + (upper - lower) * (rank - before) / count)
        before, lower = before + count, upper
    return lower
