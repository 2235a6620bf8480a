"""What can be asked of usage: totals, refusals, and what limits have to know at start."""

from datetime import date
from typing import Any

import pytest

from naxios.accounts import services as accounts
from naxios.domain import clock
from naxios.domain.journal import Entry, RefusalEntry
from naxios.domain.stored_usage import RecentUse, TokensOfDay
from naxios.keys import services as keys
from naxios.usage import queries, services
from tests.unit.entries import NOON, used

pytestmark = pytest.mark.usefixtures("database")

DAY = clock.day_of(NOON)
MINUTE = NOON // clock.MINUTE


def record(*entries: Entry) -> None:
    services.record(entries=list(entries), segment="s.journal", offset=1)


def tokens(by: str, **asked: Any) -> dict[str, int]:
    """Standard tokens by model, key or day, in the order in which they are told."""
    return {row[by]: row["standard_tokens"] for row in queries.totals(by=by, **asked)}


# Totals


def test_totals_of_nothing_are_none() -> None:
    assert queries.totals(by="model") == []
    assert queries.request_count() == queries.record_count() == 0


def test_totals_tell_every_sum() -> None:
    record(used(1), used(2, status=400))

    assert queries.totals(by="model") == [
        {
            "model": "m",
            "requests": 2,
            "errors": 1,
            "input_tokens": 200,
            "output_tokens": 100,
            "cached_tokens": 20,
            "reasoning_tokens": 10,
            "standard_tokens": 300,
        }
    ]


def test_models_are_told_largest_first() -> None:
    record(used(1, model="small"), used(2, model="large"), used(3, model="large"))

    assert list(tokens("model").items()) == [("large", 300), ("small", 150)]


def test_days_are_told_newest_first() -> None:
    record(used(1), used(2, admitted_at=NOON + clock.DAY), used(3, admitted_at=NOON + clock.DAY + clock.HOUR))

    assert list(tokens("day").items()) == [("2026-01-02", 300), ("2026-01-01", 150)]


def test_keys_are_told_by_id_and_name() -> None:
    key, _ = keys.create(user=accounts.create_user(email="dev@example.com"), name="laptop")
    record(used(1, key_id=key.pk), used(2, key_id=10**9, standard_tokens=1))

    assert tokens("key") == {f"{key.pk} laptop": 150, "1000000000 (deleted)": 1}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, 600),
        ({"user_id": 17}, 450),
        ({"user_id": 18}, 150),
        ({"user_id": 19}, 0),
        ({"key_id": 43}, 150),
        ({"user_id": 18, "key_id": 43}, 0),
        ({"since": date(2026, 1, 1)}, 600),
        ({"since": date(2026, 1, 2)}, 150),
        ({"since": date(2026, 1, 3)}, 0),
    ],
)
def test_totals_are_of_whom_and_since_when_they_were_asked_for(asked: dict[str, Any], told: int) -> None:
    record(
        used(1),
        used(2, key_id=43),
        used(3, account_id=18, key_id=44),
        used(4, admitted_at=NOON + clock.DAY),
    )

    assert sum(tokens("model", **asked).values()) == told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, {"concurrency": 6, "tokens_per_day": 8}),
        ({"user_id": 17}, {"concurrency": 2, "tokens_per_day": 8}),
        ({"key_id": 44}, {"concurrency": 4}),
        ({"since": date(2026, 1, 2)}, {"tokens_per_day": 8}),
        ({"user_id": 19}, {}),
    ],
)
def test_refusals_are_counted_by_reason(asked: dict[str, Any], told: dict[str, int]) -> None:
    record(
        RefusalEntry(17, 42, "concurrency", MINUTE, 2),
        RefusalEntry(18, 44, "concurrency", MINUTE, 4),
        RefusalEntry(17, 42, "tokens_per_day", MINUTE + 24 * 60, 8),
    )

    assert queries.refusals(**asked) == told


# What limits have to know at start


def test_tokens_of_the_present_day_are_told_by_key() -> None:
    record(
        used(1),
        used(2, model="n"),
        used(3, key_id=43),
        used(4, admitted_at=NOON - clock.DAY),
        used(5, admitted_at=NOON + clock.DAY),
    )

    assert set(queries.stored_usage(NOON + 6 * clock.HOUR).days) == {
        TokensOfDay(17, 42, DAY, 300),
        TokensOfDay(17, 43, DAY, 150),
    }


def test_requests_of_the_last_minute_are_told_one_by_one() -> None:
    record(
        used(1, admitted_at=NOON - clock.MINUTE - 1),
        used(2, admitted_at=NOON - clock.MINUTE),
        used(3, admitted_at=NOON - 1, account_id=18, key_id=44, standard_tokens=7),
    )

    assert set(queries.stored_usage(NOON).recent) == {
        RecentUse(17, 42, NOON - clock.MINUTE, 150),
        RecentUse(18, 44, NOON - 1, 7),
    }


def test_tokens_of_a_day_are_summed_by_account_and_key() -> None:
    record(used(1), used(2, key_id=43), used(3, admitted_at=NOON + clock.DAY))

    assert queries.tokens_in_records(DAY) == {"account:17": 300, "key:42": 150, "key:43": 150}
    assert queries.tokens_in_records(DAY + 1) == {"account:17": 150, "key:42": 150}
    assert queries.tokens_in_records(DAY - 1) == {}
