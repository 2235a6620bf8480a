"""Limits one request at a time: what is reserved, what is given back, whose limit it is, and what the headers say."""

import json
import math
import re
import time
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest

from naxios.domain.tokens import estimate_tokens
from tests.integration.gateway.asking import http
from tests.serving import Server
from tests.stand_ins.provider import Behaviour, StandInProvider

SECONDS = 30
DAY = 24 * 60 * 60

PLANS = """
[plans.four-a-minute]
requests_per_minute = 4
[plans.thousand-a-day]
tokens_per_day = 1000
[plans.one-at-a-time]
concurrency = 1

[models.dear]
multiplier = "2.5"
routes = [ { provider = "stand-in", model = "dear" } ]
"""

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def server(server: Server) -> Server:
    """With plans and a model for these tests."""
    server.apply(PLANS)
    key = server.key()
    end = time.monotonic() + SECONDS
    while httpx.get(f"{server.api}/models/dear", headers={"x-api-key": key}).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.05)
    return server


@pytest.fixture
def ask(server: Server) -> Ask:
    """Asks for a completion and says what it says; ``naxios/echo`` unless told otherwise."""

    def ask(key: str, **fields: Any) -> httpx.Response:
        return http.post(f"{server.api}/chat/completions", headers={"x-api-key": key}, content=body(**fields))

    return ask


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "naxios/echo", "messages": [{"role": "user", "content": "Hi"}], **fields}).encode()


def reserved(**fields: Any) -> int:
    """What a request with these fields reserves, if it says ``max_tokens``."""
    return estimate_tokens(len(body(**fields))) + int(fields["max_tokens"]) * int(fields.get("n", 1))


def seconds(reset: str) -> float:
    """``1h2m3.4s`` or ``5ms`` in seconds."""
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:(\d+)ms)?", reset)
    assert match is not None
    hours, minutes, rest, milliseconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest + milliseconds / 1000


# Tokens per day


def test_a_plain_answer_takes_what_it_used_and_no_more(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-day=1000")

    answers = [ask(key, max_tokens=100) for _ in range(3)]

    used = [answer.json()["usage"]["total_tokens"] for answer in answers]
    remaining = [int(answer.headers["x-ratelimit-remaining-tokens-day"]) for answer in answers]
    assert remaining == [1000 - used[0], 1000 - used[0] - used[1], 1000 - sum(used)]


def test_a_stream_says_what_remains_beside_all_that_it_may_use(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-day=1000")
    fields = {"stream": True, "max_tokens": 50, "n": 3}

    answer = ask(key, **fields)

    assert int(answer.headers["x-ratelimit-remaining-tokens-day"]) == 1000 - reserved(**fields)
    assert answer.headers["x-ratelimit-limit-tokens-day"] == "1000"


def test_a_request_that_names_no_maximum_fits_whatever_room_a_day_has(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-day=300")

    answer = ask(key, stream=True)

    assert answer.status_code == 200
    assert answer.headers["x-ratelimit-remaining-tokens-day"] == "0"


def test_a_request_larger_than_the_limit_is_told_that_it_can_never_fit(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-day=300")

    answer = ask(key, max_tokens=1000)

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "tokens_per_day")
    assert f"may use up to {reserved(max_tokens=1000):,} standard tokens" in answer.json()["error"]["message"]
    assert answer.headers["x-should-retry"] == "false"


def test_a_spent_day_resets_at_midnight_utc(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-day=60")
    ask(key, max_tokens=30)

    before = DAY - time.time() % DAY
    answer = ask(key, max_tokens=30)
    after = DAY - time.time() % DAY

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "tokens_per_day")
    assert after - 0.001 <= seconds(answer.headers["x-ratelimit-reset-tokens-day"]) <= before + 0.001
    assert math.floor(after) <= int(answer.headers["retry-after"]) <= math.ceil(before)
    midnight = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() // DAY * DAY + DAY))
    assert midnight in answer.json()["error"]["message"]


def test_a_models_multiplier_counts(server: Server, ask: Ask, provider: StandInProvider) -> None:
    key = server.key("--tokens-per-day=1000")
    provider.models["dear"] = Behaviour(usage={"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13})

    answer = ask(key, model="dear", max_tokens=10)

    assert int(answer.headers["x-ratelimit-remaining-tokens-day"]) == 1000 - math.ceil(13 * 2.5)
    assert server.record(answer.headers["x-request-id"])["standard_tokens"] == 33


def test_an_answer_longer_than_reserved_is_charged_in_full(
    server: Server, ask: Ask, provider: StandInProvider, solo: str
) -> None:
    key = server.key("--tokens-per-day=1000")
    provider.models[solo] = Behaviour(usage={"prompt_tokens": 500, "completion_tokens": 700, "total_tokens": 1200})

    answer = ask(key, model=solo, max_tokens=10)

    assert answer.headers["x-ratelimit-remaining-tokens-day"] == "0"
    assert ask(key, model=solo, max_tokens=10).json()["error"]["code"] == "tokens_per_day"


@pytest.mark.parametrize("status", [400, 500])
def test_a_request_that_a_provider_refuses_takes_no_tokens(
    server: Server, ask: Ask, provider: StandInProvider, solo: str, status: int
) -> None:
    key = server.key("--tokens-per-day=1000")
    provider.models[solo] = Behaviour(status=status)

    answer = ask(key, model=solo, max_tokens=100)

    assert answer.status_code in (400, 502)
    assert answer.headers["x-ratelimit-remaining-tokens-day"] == "1000"


# Tokens and requests per minute


def test_tokens_per_minute_come_back_evenly_within_the_minute(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-minute=600")  # ten a second

    began = time.monotonic()
    answer = ask(key, max_tokens=100)
    elapsed = time.monotonic() - began

    used = answer.json()["usage"]["total_tokens"]
    assert 600 - used <= int(answer.headers["x-ratelimit-remaining-tokens"]) <= 600 - used + elapsed * 10
    assert used / 10 - elapsed - 0.001 <= seconds(answer.headers["x-ratelimit-reset-tokens"]) <= used / 10 + 0.001


def test_a_refusal_waits_until_just_enough_tokens_have_come_back(server: Server, ask: Ask) -> None:
    key = server.key("--tokens-per-minute=100")
    fields = {"max_tokens": 100 - estimate_tokens(len(body(max_tokens=50)))}

    began = time.monotonic()
    used = ask(key, **fields).json()["usage"]["total_tokens"]
    refused = ask(key, **fields)
    elapsed = time.monotonic() - began

    assert reserved(**fields) == 100
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "tokens_per_minute")
    back_in = used * 60 / 100
    assert back_in - elapsed - 0.001 <= int(refused.headers["retry-after-ms"]) / 1000 <= back_in + 0.001
    assert int(refused.headers["retry-after"]) == math.ceil(int(refused.headers["retry-after-ms"]) / 1000)


def test_each_request_counts_once_in_the_minute_whatever_came_of_it(
    server: Server, ask: Ask, provider: StandInProvider, solo: str
) -> None:
    key = server.key("--requests-per-minute=3")
    provider.models[solo] = Behaviour(status=400)

    answers = [ask(key, model=solo) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert ask(key).json()["error"]["code"] == "requests_per_minute"


def test_a_refused_request_takes_nothing_of_any_limit(server: Server, ask: Ask) -> None:
    key = server.key("--requests-per-minute=2", "--tokens-per-day=100")

    refused = [ask(key, max_tokens=500) for _ in range(5)]

    assert {answer.json()["error"]["code"] for answer in refused} == {"tokens_per_day"}
    assert {answer.headers["x-ratelimit-remaining-requests"] for answer in refused} == {"2"}
    assert ask(key, max_tokens=10).status_code == 200


def test_a_request_that_cannot_be_read_takes_nothing_of_any_limit(server: Server, ask: Ask) -> None:
    key = server.key("--requests-per-minute=1")

    assert ask(key, messages="none").status_code == 400
    assert ask(key, model="no-such-model").status_code == 404
    assert ask(key).status_code == 200


def test_a_reservation_larger_than_a_minute_holds_is_told_that_it_can_never_fit(server: Server, ask: Ask) -> None:
    answer = ask(server.key("--tokens-per-minute=100"), max_tokens=1000)

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "tokens_per_minute")
    assert answer.headers["x-should-retry"] == "false"


# Of the key and of the account


def test_keys_of_one_account_share_its_plan(server: Server, ask: Ask) -> None:
    first, second = (server.key(user="shares@example.com", plan="thousand-a-day") for _ in range(2))

    used = ask(first, max_tokens=100).json()["usage"]["total_tokens"]
    answer = ask(second, max_tokens=100)

    used += answer.json()["usage"]["total_tokens"]
    assert int(answer.headers["x-ratelimit-remaining-tokens-day"]) == 1000 - used


def test_a_plan_that_is_used_up_refuses_every_key_and_says_that_it_is_the_accounts(server: Server, ask: Ask) -> None:
    first, second = (server.key(user="busy@example.com", plan="four-a-minute") for _ in range(2))
    while (refused := ask(first)).status_code == 200:
        pass

    other = ask(second)

    for answer in (refused, other):
        assert answer.json()["error"]["code"] == "requests_per_minute"
        assert "The limit of this account is 4 requests per minute" in answer.json()["error"]["message"]


def test_a_key_that_is_used_up_is_refused_and_its_sister_is_not(server: Server, ask: Ask) -> None:
    first = server.key("--requests-per-minute=1", user="sisters@example.com", plan="thousand-a-day")
    second = server.key(user="sisters@example.com")
    ask(first, max_tokens=10)

    refused = ask(first, max_tokens=10)

    assert "The limit of this key is 1 requests per minute" in refused.json()["error"]["message"]
    assert ask(second, max_tokens=10).status_code == 200


def test_the_headers_tell_of_the_tighter_limit(server: Server, ask: Ask) -> None:
    tight = server.key("--tokens-per-day=500", user="tight@example.com", plan="thousand-a-day")
    wide = server.key("--tokens-per-day=5000", user="wide@example.com", plan="thousand-a-day")

    assert ask(tight, max_tokens=10).headers["x-ratelimit-limit-tokens-day"] == "500"
    assert ask(wide, max_tokens=10).headers["x-ratelimit-limit-tokens-day"] == "1000"


def test_a_key_tells_how_all_its_limits_stand(server: Server, ask: Ask) -> None:
    key = server.key("--requests-per-minute=5", user="asks@example.com", plan="thousand-a-day")
    used = ask(key, max_tokens=10).json()["usage"]["total_tokens"]

    told = httpx.get(f"{server.api}/key", headers={"x-api-key": key}).json()

    limits = {(limit["scope"], limit["limit"]): limit for limit in told["limits"]}
    assert limits.keys() == {("account", "tokens_per_day"), ("key", "requests_per_minute")}
    day = limits["account", "tokens_per_day"]
    assert (day["value"], day["used"], day["remaining"]) == (1000, used, 1000 - used)
    assert told["plan"] == "thousand-a-day"


def test_requests_at_the_same_time_are_counted_per_account(
    server: Server, ask: Ask, provider: StandInProvider, solo: str
) -> None:
    first, second = (server.key(user="parallel@example.com", plan="one-at-a-time") for _ in range(2))
    provider.models[solo] = Behaviour(words=["One"], stall_after=1)
    request = {"headers": {"x-api-key": first}, "content": body(model=solo, stream=True)}

    with httpx.stream("POST", f"{server.api}/chat/completions", **request) as running:
        lines = running.iter_lines()
        next(lines)
        refused = ask(second)

    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "concurrency")
    assert "this account is 1 requests at the same time" in refused.json()["error"]["message"]


def test_counters_and_records_agree_after_all_this(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0
