"""What a request reserves, what the client is told of its limits, and how a refusal reads."""

import asyncio
import re
from typing import Any

import pytest

from naxios.domain import clock
from naxios.domain.catalogue import DEFAULT_MAX_OUTPUT_TOKENS, Model
from naxios.domain.limits import LimitName, Limits
from naxios.domain.principal import Principal
from naxios.gateway.admit import admit, scopes_of, standing_headers
from naxios.gateway.limits import Admitted, LimitState, Scope
from naxios.gateway.limits.memory import MemoryLimiter
from naxios.gateway.refusal import Refusal
from tests.unit.gateway.builders import model, principal

NOW = 20_000 * clock.DAY + 12 * clock.HOUR
MIDNIGHT = "2024-10-05T00:00:00Z"


def ask(
    limiter: MemoryLimiter | None = None,
    who: Principal | None = None,
    what: Model | None = None,
    *,
    prompt_bytes: int = 400,
    attachments: int = 0,
    max_output: int | None = 100,
    choices: int = 1,
    now: int = NOW,
) -> Admitted:
    """Ask for a completion, by default one of 100 tokens in and at most 100 out."""
    return asyncio.run(
        admit(
            limiter or MemoryLimiter(),
            who or principal(),
            what or model(),
            prompt_bytes=prompt_bytes,
            attachments=attachments,
            max_output=max_output,
            choices=choices,
            now=now,
        )
    )


def refused(limits: Limits, times: int = 1, *, of_key: bool = False, **asked: Any) -> Refusal:
    """The refusal that follows after ``times`` requests have been admitted under ``limits``."""
    limiter, who = MemoryLimiter(), principal(**{"key_limits" if of_key else "plan_limits": limits})
    for _ in range(times):
        ask(limiter, who)
    with pytest.raises(Refusal) as refusal:
        ask(limiter, who, **asked)
    return refusal.value


# What is reserved


@pytest.mark.parametrize(
    ("asked", "tokens"),
    [
        ({}, 200),
        ({"max_output": 1}, 101),
        ({"prompt_bytes": 401}, 201),
        ({"choices": 3}, 400),
        ({"attachments": 2}, 2_200),
        ({"what": model(multiplier=2_500_000)}, 500),
        ({"what": model(multiplier=1)}, 1),
        ({"what": model(multiplier=0)}, 0),
        ({"max_output": None}, 100 + DEFAULT_MAX_OUTPUT_TOKENS),
        ({"max_output": None, "choices": 2}, 100 + 2 * DEFAULT_MAX_OUTPUT_TOKENS),
        ({"max_output": None, "what": model(max_output_tokens=900)}, 1_000),
        ({"max_output": 5_000, "what": model(max_output_tokens=900)}, 5_100),
    ],
)
def test_the_prompt_and_the_most_output_there_can_be_are_reserved(asked: dict[str, Any], tokens: int) -> None:
    assert ask(**asked).reservation.tokens == tokens


@pytest.mark.parametrize(
    ("limits", "tokens"),
    [
        (Limits(tokens_per_minute=1_000), 1_000),
        (Limits(tokens_per_day=2_000), 2_000),
        (Limits(tokens_per_day=2_000, tokens_per_minute=1_000), 1_000),
        (Limits(tokens_per_minute=1_000_000), 100 + DEFAULT_MAX_OUTPUT_TOKENS),
        (Limits(requests_per_minute=5, concurrency=5), 100 + DEFAULT_MAX_OUTPUT_TOKENS),
    ],
)
def test_a_maximum_that_the_client_did_not_name_is_never_what_exceeds_a_limit(limits: Limits, tokens: int) -> None:
    assert ask(who=principal(plan_limits=limits), max_output=None).reservation.tokens == tokens
    assert ask(who=principal(key_limits=limits), max_output=None).reservation.tokens == tokens


def test_the_account_stands_under_its_plan_and_the_key_under_its_own_limits() -> None:
    of_plan, of_key = Limits(tokens_per_day=5), Limits(concurrency=1)

    scopes = scopes_of(principal(plan_limits=of_plan, key_limits=of_key))

    assert scopes == (Scope("account:17", of_plan), Scope("key:42", of_key))


# What the client is told


def test_every_limit_but_concurrency_has_its_three_headers() -> None:
    standing = [
        LimitState("account:17", LimitName.TOKENS_PER_DAY, 100_000, 99_000, 12 * clock.HOUR),
        LimitState("account:17", LimitName.REQUESTS_PER_MINUTE, 10, 9, 6 * clock.SECOND),
        LimitState("account:17", LimitName.TOKENS_PER_MINUTE, 20_000, 18_500, 4_500_000),
        LimitState("account:17", LimitName.CONCURRENCY, 2, 1, 0),
    ]

    assert dict(standing_headers(standing)) == {
        b"x-ratelimit-limit-tokens-day": b"100000",
        b"x-ratelimit-remaining-tokens-day": b"99000",
        b"x-ratelimit-reset-tokens-day": b"12h0m0s",
        b"x-ratelimit-limit-requests": b"10",
        b"x-ratelimit-remaining-requests": b"9",
        b"x-ratelimit-reset-requests": b"6s",
        b"x-ratelimit-limit-tokens": b"20000",
        b"x-ratelimit-remaining-tokens": b"18500",
        b"x-ratelimit-reset-tokens": b"4.5s",
    }


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_scopes_the_tighter_one_is_told(order: int) -> None:
    account = LimitState("account:17", LimitName.REQUESTS_PER_MINUTE, 10, 9, 6 * clock.SECOND)
    key = LimitState("key:42", LimitName.REQUESTS_PER_MINUTE, 600, 5, clock.SECOND)

    headers = dict(standing_headers([account, key][::order]))

    assert headers[b"x-ratelimit-limit-requests"] == b"600"
    assert headers[b"x-ratelimit-remaining-requests"] == b"5"
    assert headers[b"x-ratelimit-reset-requests"] == b"1s"


def test_without_limits_there_are_no_headers() -> None:
    assert standing_headers(ask().standing) == []


# How a refusal reads


@pytest.mark.parametrize("of_key", [False, True])
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(requests_per_minute=1), "requests_per_minute"),
        (Limits(tokens_per_minute=300), "tokens_per_minute"),
        (Limits(tokens_per_day=300), "tokens_per_day"),
        (Limits(concurrency=1), "concurrency"),
    ],
)
def test_a_refusal_says_which_limit_of_whom_and_when_there_is_room(limits: Limits, code: str, of_key: bool) -> None:
    refusal = refused(limits, of_key=of_key)

    assert (refusal.status, refusal.code) == (429, code)
    assert ("this key" if of_key else "this account") in refusal.message
    assert code.replace("_", " ") in refusal.message or code == "concurrency"
    assert refusal.retry_after is not None
    assert refusal.retry_after > 0


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            Limits(requests_per_minute=1),
            "The limit of this account is 1 requests per minute; 0 remain. There is room again in 1m0s.",
        ),
        (
            Limits(tokens_per_minute=3_000),
            "The limit of this account is 3,000 tokens per minute; 2,800 remain. This request may use up to 3,000. "
            "There is room again in 4s.",
        ),
        (
            Limits(tokens_per_day=3_000),
            "The limit of this account is 3,000 tokens per day; 2,800 remain. This request may use up to 3,000. "
            f"There is room again in 12h0m0s ({MIDNIGHT}).",
        ),
        (
            Limits(concurrency=1),
            "The limit of this account is 1 requests at the same time, and all are running. Retry when one has ended.",
        ),
    ],
)
def test_a_refusal_says_how_much_is_left_and_when_it_resets(limits: Limits, message: str) -> None:
    assert refused(limits, max_output=2_900).message == message


@pytest.mark.parametrize(
    ("limits", "retry", "retry_after"),
    [
        (Limits(requests_per_minute=1), None, clock.MINUTE),
        (Limits(tokens_per_minute=300), None, 20 * clock.SECOND),
        (Limits(concurrency=1), None, clock.SECOND),
        (Limits(tokens_per_day=300), False, 12 * clock.HOUR),
    ],
)
def test_sdks_may_wait_for_a_minute_but_not_for_a_day(limits: Limits, retry: bool | None, retry_after: int) -> None:
    """Some of them sleep for as long as they are told, without a word."""
    refusal = refused(limits)

    assert refusal.retry is retry
    assert refusal.retry_after == retry_after


def test_sdks_do_not_wait_for_a_bucket_that_was_overdrawn() -> None:
    limiter, who = MemoryLimiter(), principal(plan_limits=Limits(tokens_per_minute=300))
    asyncio.run(limiter.settle(ask(limiter, who).reservation, 3_000, NOW))

    with pytest.raises(Refusal) as refusal:
        ask(limiter, who)

    assert refusal.value.retry is False
    assert refusal.value.retry_after == 9 * clock.MINUTE + 40 * clock.SECOND


@pytest.mark.parametrize("limits", [Limits(tokens_per_minute=1_000), Limits(tokens_per_day=1_000)])
@pytest.mark.parametrize("asked", [{"max_output": 901}, {"prompt_bytes": 4_004, "max_output": None}])
def test_a_request_that_can_never_fit_says_what_to_change(limits: Limits, asked: dict[str, Any]) -> None:
    refusal = refused(limits, times=0, **asked)

    assert refusal.status == 429
    assert refusal.retry is False
    assert re.search(
        r"may use up to 1,001 standard tokens, more than the limit of this account: 1,000", refusal.message
    )
    assert "max_completion_tokens" in refusal.message


@pytest.mark.parametrize("name", ["requests", "tokens", "tokens-day"])
def test_a_refusal_tells_how_every_limit_stands(name: str) -> None:
    refusal = refused(Limits(300, 1, 300, 1))

    headers = dict(refusal.all_headers())
    assert headers[b"x-ratelimit-remaining-" + name.encode()] == (b"0" if name == "requests" else b"100")


def test_a_limit_of_no_requests_at_all_says_whom_to_ask() -> None:
    refusal = refused(Limits(requests_per_minute=0), times=0)

    assert refusal.message == "The limit of this account is 0 requests per minute. Ask the operator for a larger one."
    assert refusal.retry is False


def test_a_request_larger_than_plan_and_bonus_together_is_told_what_there_is() -> None:
    limiter, who = MemoryLimiter(), principal(plan_limits=Limits(tokens_per_day=300), bonus_tokens=150)
    settle(limiter, ask(limiter, who, max_output=250), 350)

    with pytest.raises(Refusal) as refusal:
        ask(limiter, who, max_output=301)

    assert refusal.value.message == (
        "This request may use up to 401 standard tokens, more than the limit of this account: "
        "300 tokens per day and 100 bonus tokens that are left. Shorten the prompt or lower max_completion_tokens."
    )


def test_a_day_whose_bonus_is_used_up_is_refused_until_midnight() -> None:
    limiter, who = MemoryLimiter(), principal(plan_limits=Limits(tokens_per_day=300), bonus_tokens=150)
    settle(limiter, ask(limiter, who, max_output=350), 450)

    with pytest.raises(Refusal) as refusal:
        ask(limiter, who)

    assert refusal.value.message == (
        "The limit of this account is 450 tokens per day; 0 remain. This request may use up to 200. "
        f"There is room again in 12h0m0s ({MIDNIGHT})."
    )
    assert dict(refusal.value.headers)[b"x-ratelimit-limit-tokens-day"] == b"450"


def test_the_headers_of_a_day_tell_what_the_bonus_adds() -> None:
    limiter, who = MemoryLimiter(), principal(plan_limits=Limits(tokens_per_day=300), bonus_tokens=150)
    standing = settle(limiter, ask(limiter, who, max_output=300), 320)

    assert dict(standing_headers(standing)) == {
        b"x-ratelimit-limit-tokens-day": b"450",
        b"x-ratelimit-remaining-tokens-day": b"130",
        b"x-ratelimit-reset-tokens-day": b"12h0m0s",
    }


def settle(limiter: MemoryLimiter, admitted: Admitted, tokens: int) -> list[LimitState]:
    return asyncio.run(limiter.settle(admitted.reservation, tokens, NOW)).standing
