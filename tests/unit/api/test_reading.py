"""Account, limits and usage over the management API, and its description."""

from pathlib import Path

import pytest
from django.test import Client

from naxios.domain import clock
from naxios.domain.journal import RefusalEntry, UsageEntry
from naxios.keys import services as keys
from naxios.usage import services as usage
from tests.unit.api.conftest import Program
from tests.unit.entries import used


def meter(user_id: int, key_id: int, request_id: str, tokens: int = 10) -> UsageEntry:
    """A metered request of just now."""
    return used(
        request_id=request_id,
        account_id=user_id,
        key_id=key_id,
        input_tokens=tokens,
        output_tokens=0,
        standard_tokens=tokens,
        admitted_at=clock.now(),
    )


@pytest.fixture
def used_key(program: Program, stranger: Program) -> int:
    """A key with one request of ten tokens and three refusals, beside a stranger's usage. Returns the key's id."""
    key, _ = keys.create(user=program.user, name="production")
    other, _ = keys.create(user=stranger.user, name="not mine")
    entries = [
        meter(program.user.pk, key.pk, "req_1"),
        meter(stranger.user.pk, other.pk, "req_2", tokens=99),
        RefusalEntry(program.user.pk, key.pk, "requests_per_minute", clock.now() // clock.MINUTE, 3),
    ]
    usage.record(entries=entries, segment="test", offset=1)
    return key.pk


@pytest.mark.parametrize("by", ["model", "key", "day"])
def test_usage_is_the_own_accounts(program: Program, used_key: int, by: str) -> None:
    told = program.get("/api/usage", {"by": by}).json()

    assert [(row["requests"], row["standard_tokens"]) for row in told["rows"]] == [(1, 10)]
    assert told["refusals"] == {"requests_per_minute": 3}


def test_usage_of_a_strangers_key_is_not_found(program: Program, stranger: Program, used_key: int) -> None:
    assert stranger.get("/api/usage", {"key": used_key}).status_code == 404


def test_usage_begins_where_it_is_asked_to(program: Program, used_key: int) -> None:
    assert program.get("/api/usage", {"since": "2099-01-01"}).json()["rows"] == []


def test_account_tells_the_plan(program: Program) -> None:
    told = program.get("/api/account").json()

    assert (told["plan"], told["limits"]["tokens_per_day"]) == ("free", 100_000)


def test_limits_tell_what_is_used_today(program: Program, used_key: int) -> None:
    told = program.get("/api/limits").json()

    day = next(row for row in told if row["limit"] == "tokens_per_day")
    assert (day["scope"], day["value"], day["used"], day["remaining"]) == (
        f"account:{program.user.pk}",
        100_000,
        10,
        99_990,
    )


def test_a_limit_of_the_day_resets_at_midnight_and_not_a_moment_later(program: Program) -> None:
    told = program.get("/api/limits").json()

    day = next(row for row in told if row["limit"] == "tokens_per_day")
    assert day["resets_at"].endswith("T00:00:00Z")


def test_a_limit_that_only_the_gateway_knows_is_told_without_numbers(program: Program) -> None:
    told = program.get("/api/limits").json()

    minute = next(row for row in told if row["limit"] == "requests_per_minute")
    assert (minute["value"], minute["used"]) == (10, None)


def test_the_description_names_every_endpoint(database: Path) -> None:
    paths = Client().get("/api/openapi.json").json()["paths"]

    assert set(paths) == {
        "/api/account",
        "/api/limits",
        "/api/keys",
        "/api/keys/{key_id}",
        "/api/keys/{key_id}/rotate",
        "/api/usage",
    }


def test_the_documentation_page_loads_nothing_from_elsewhere(database: Path, pages: None) -> None:
    answer = Client().get("/api/", follow=True)

    assert answer.status_code == 200
    assert b"https://" not in answer.content
