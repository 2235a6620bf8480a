"""Rollups that are not the sum of what they sum up, or have none, and bonuses that records did not take.

A full scan of all of them.
"""

from naxios.plans import queries as plans
from naxios.usage import queries, sums
from naxios.usage.periods import Period


def rollups_that_differ() -> list[str]:
    """One line for each hour, day or month of a group whose rollup is wrong, missing or too many."""
    found = []
    for period in Period:
        of_records, of_rollups = sums.of_records(period), sums.of_rollups(period)
        found += _differences(f"{period} rollup", sums.GROUP, sums.SUMMED, of_records, of_rollups)
    of_counts, of_rollups = sums.of_refusal_counts(), sums.of_refusal_rollups()
    return [*found, *_differences("refusals of the day", sums.REFUSAL_GROUP, ("count",), of_counts, of_rollups)]


def bonuses_that_differ() -> list[str]:
    """One line for each account of whose grants more or less was drawn than its records say; of those that have any."""
    drawn, recorded = plans.bonus_tokens_drawn(), queries.bonus_tokens_in_records()
    return [
        f"bonus of account {user}: drawn {tokens} (records: {recorded.get(user, 0)})"
        for user, tokens in sorted(drawn.items())
        if tokens != recorded.get(user, 0)
    ]


def _differences(
    what: str, group: tuple[str, ...], summed: tuple[str, ...], expected: sums.Rows, stored: sums.Rows
) -> list[str]:
    """What is stored otherwise than expected; compared in the database, which has room for all of it."""
    size, nothing = len(group), (0,) * len(summed)
    ours = {row[:size]: row[size:] for row in stored.difference(expected)}
    theirs = {row[:size]: row[size:] for row in expected.difference(stored)}
    return [
        f"{what} {start:%Y-%m-%d %H:%M} of account {user}, key {key}, {', '.join(map(str, rest))}: "
        + ", ".join(
            f"{name} {our} (records: {their})"
            for name, our, their in zip(summed, ours.get(place, nothing), theirs.get(place, nothing), strict=True)
            if our != their
        )
        for place in sorted(ours.keys() | theirs.keys())
        for start, user, key, *rest in [place]
    ]
