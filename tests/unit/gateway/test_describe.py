"""What /v1/models and /v1/key say."""

import json
from typing import Any

import pytest

from naxios.domain import clock
from naxios.domain.catalogue import Provider, ProviderKind, Route, Secret
from naxios.domain.limits import LimitName, Limits
from naxios.gateway import describe
from naxios.gateway.limits import LimitState
from tests.unit.gateway.builders import model, principal

NOW = 20_000 * clock.DAY + 12 * clock.HOUR


def listed(*models: Any) -> dict[str, Any]:
    return json.loads(describe.model_list(list(models)))


def test_a_model_is_described_for_both_vendors_sdks() -> None:
    described = json.loads(
        describe.model(model(name="a/b", context_tokens=8_000, max_output_tokens=1_000, multiplier=2_500_000))
    )

    assert described == {
        "id": "a/b",
        "object": "model",
        "type": "model",
        "created": 1_700_000_000,
        "created_at": "2023-11-14T22:13:20Z",
        "owned_by": "provider",
        "display_name": "The Model",
        "lifecycle": "active",
        "context_tokens": 8_000,
        "max_output_tokens": 1_000,
        "multiplier": "2.5",
        "demonstration": False,
    }


def test_a_model_without_a_display_name_shows_its_name() -> None:
    assert json.loads(describe.model(model(display_name="")))["display_name"] == "m"


def test_the_demonstration_is_told_as_one() -> None:
    described = json.loads(describe.model(model(demonstration=True)))

    assert (described["owned_by"], described["demonstration"]) == ("naxios", True)


def test_a_description_says_nothing_of_routes_and_providers() -> None:
    provider = Provider("hidden-provider", ProviderKind.OPENAI, "https://hidden.example.com", Secret("sk-hidden"))
    body = describe.model(model(routes=(Route(provider, "hidden-model"),)))

    assert b"hidden" not in body


def test_models_are_listed_by_name() -> None:
    body = listed(model(name="b"), model(name="c"), model(name="a"))

    assert [described["id"] for described in body["data"]] == ["a", "b", "c"]
    assert (body["object"], body["has_more"], body["first_id"], body["last_id"]) == ("list", False, "a", "c")


def test_a_list_of_no_models_is_a_list() -> None:
    assert listed() == {"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None}


def test_a_key_is_described_with_what_it_has_used_and_when_that_resets() -> None:
    who = principal(plan_models=("*",), key_models=("gpt-*",), expires_at=NOW + clock.DAY, plan_limits=Limits())
    standing = [
        LimitState("account:17", LimitName.TOKENS_PER_DAY, 100_000, 99_000, 12 * clock.HOUR),
        LimitState("key:42", LimitName.REQUESTS_PER_MINUTE, 10, 9, 6 * clock.SECOND),
    ]

    assert json.loads(describe.key(who, standing, 0, NOW)) == {
        "object": "key",
        "name": "laptop",
        "prefix": "nx_12345678",
        "plan": "free",
        "expires_at": "2024-10-05T12:00:00Z",
        "models": {"plan": ["*"], "key": ["gpt-*"]},
        "limits": [
            {
                "limit": "tokens_per_day",
                "scope": "account",
                "value": 100_000,
                "used": 1_000,
                "remaining": 99_000,
                "reset": "12h0m0s",
                "resets_at": "2024-10-05T00:00:00Z",
            },
            {
                "limit": "requests_per_minute",
                "scope": "key",
                "value": 10,
                "used": 1,
                "remaining": 9,
                "reset": "6s",
                "resets_at": "2024-10-04T12:00:06Z",
            },
        ],
        "bonus": {"granted": 0, "used": 0, "remaining": 0},
    }


@pytest.mark.parametrize(("used", "remaining"), [(0, 500), (120, 380), (501, 0)])
def test_a_key_is_described_with_the_bonus_of_its_account(used: int, remaining: int) -> None:
    described = json.loads(describe.key(principal(bonus_tokens=500), [], used, NOW))

    assert described["bonus"] == {"granted": 500, "used": used, "remaining": remaining}


def test_a_key_without_an_end_and_limits_says_so() -> None:
    described = json.loads(describe.key(principal(), [], 0, NOW))

    assert described["expires_at"] is None
    assert described["limits"] == []


def test_a_reset_is_never_told_too_early() -> None:
    standing = [LimitState("key:42", LimitName.REQUESTS_PER_MINUTE, 10, 9, 6 * clock.SECOND + 1)]

    [limit] = json.loads(describe.key(principal(), standing, 0, NOW))["limits"]

    assert limit["resets_at"] == "2024-10-04T12:00:07Z"
