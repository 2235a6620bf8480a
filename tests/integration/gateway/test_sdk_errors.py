"""What OpenAI's SDK raises for each refusal, and when it tries again by itself."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import openai
import pytest

from naxios.domain import keys
from tests.integration.gateway.sdk_cases import MESSAGES
from tests.serving import Server
from tests.stand_ins import completions
from tests.stand_ins.provider import Behaviour, StandInProvider


class Watched:
    """OpenAI's SDK with its default retries; ``statuses`` are those of all answers it has seen."""

    def __init__(self, server: Server, key: str, **options: Any) -> None:
        self.statuses: list[int] = []
        hooks = {"response": [lambda response: self.statuses.append(response.status_code)]}
        self.sdk = openai.OpenAI(
            base_url=server.api, api_key=key, http_client=httpx.Client(event_hooks=hooks, timeout=60), **options
        )

    def ask(self, **changed: Any) -> Any:
        return self.sdk.chat.completions.create(**{"model": "naxios/echo", "messages": MESSAGES, **changed})


@pytest.fixture
def watched(server: Server, key: str) -> Iterator[Watched]:
    watched = Watched(server, key)
    with watched.sdk:
        yield watched


@pytest.mark.parametrize(
    ("changed", "error", "status", "code", "param"),
    [
        ({"model": "no-such-model"}, openai.NotFoundError, 404, "model_not_found", "model"),
        ({"messages": []}, openai.BadRequestError, 400, "invalid_request", "messages"),
        ({"n": 0}, openai.BadRequestError, 400, "invalid_request", "n"),
        ({"max_tokens": -1}, openai.BadRequestError, 400, "invalid_request", "max_tokens"),
        ({"extra_body": {"model": None}}, openai.BadRequestError, 400, "invalid_request", "model"),
        ({"extra_headers": {"content-type": "text/plain"}}, openai.APIStatusError, 415, "unsupported_media_type", None),
        (
            {"messages": [{"role": "user", "content": "x" * 33 * 2**20}]},
            openai.APIStatusError,
            413,
            "body_too_large",
            None,
        ),
    ],
)
def test_a_request_at_fault_raises_what_names_the_fault_and_is_not_tried_again(
    watched: Watched, changed: dict[str, Any], error: type[openai.APIStatusError], status: int, code: str, param: str
) -> None:
    with pytest.raises(error) as raised:
        watched.ask(**changed)

    assert raised.value.status_code == status
    assert (raised.value.code, raised.value.param) == (code, param)
    assert raised.value.request_id is not None
    assert raised.value.request_id.startswith("req_")
    assert watched.statuses == [status]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("nx_mistyped", "invalid_api_key"),
        ("sk-of-somebody-else", "invalid_api_key"),
        (keys.generate(), "invalid_api_key"),
    ],
    ids=["too short", "of another service", "well-formed but unknown"],
)
def test_a_key_that_does_not_exist_raises_authentication_error(server: Server, key: str, code: str) -> None:
    watched = Watched(server, key)

    with watched.sdk, pytest.raises(openai.AuthenticationError) as raised:
        watched.ask()

    assert raised.value.code == code
    assert raised.value.request_id is not None
    assert watched.statuses == [401]


def test_the_old_secret_of_a_rotated_key_raises_authentication_error(server: Server, key: str) -> None:
    made = server.cli("key", "create", "--user=dev@example.com", "--name=leaked")
    server.cli("key", "rotate", str(made["id"]))
    watched = Watched(server, made["secret"])

    with watched.sdk, pytest.raises(openai.AuthenticationError) as raised:
        watched.ask()

    assert raised.value.code == "key_expired"
    assert watched.statuses == [401]


def test_a_model_that_the_key_does_not_allow_raises_permission_denied(server: Server) -> None:
    watched = Watched(server, server.key("--models=good"))

    with watched.sdk, pytest.raises(openai.PermissionDeniedError) as raised:
        watched.ask(model="naxios/echo")

    assert (raised.value.code, raised.value.param) == ("model_not_allowed", "model")
    assert watched.statuses == [403]


def test_a_suspended_account_raises_permission_denied(server: Server) -> None:
    watched = Watched(server, server.key(user="suspended@example.com"))
    server.cli("user", "suspend", "suspended@example.com")

    with watched.sdk, pytest.raises(openai.PermissionDeniedError) as raised:
        watched.ask()

    assert raised.value.code == "account_suspended"
    assert watched.statuses == [403]


def test_a_fault_of_the_provider_raises_internal_server_error(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(status=500)
    watched = Watched(server, key, max_retries=0)

    with watched.sdk, pytest.raises(openai.InternalServerError) as raised:
        watched.ask(model=solo)

    assert (raised.value.status_code, raised.value.code) == (502, "provider_error")


def test_what_a_provider_says_about_a_request_at_fault_is_raised_as_it_said_it(
    watched: Watched, provider: StandInProvider, solo: str
) -> None:
    error = {"message": "Unsupported value: temperature", "type": "x", "param": "temperature", "code": "unsupported"}
    provider.models[solo] = Behaviour(status=400, body=json.dumps({"error": error}).encode())

    with pytest.raises(openai.BadRequestError, match="Unsupported value: temperature") as raised:
        watched.ask(model=solo, temperature=9)

    assert (raised.value.code, raised.value.param) == ("unsupported", "temperature")
    assert watched.statuses == [400]


def test_a_stream_that_breaks_off_raises_api_error_after_what_came(
    watched: Watched, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(words=["One", " two", " three"], cut_after=2)
    received = []

    with pytest.raises(openai.APIError) as raised:
        for chunk in watched.ask(model=solo, stream=True):
            received.append(chunk.choices[0].delta.content)

    assert received == ["One", " two"]
    assert raised.value.code == "provider_disconnected"
    assert watched.statuses == [200]


def test_an_error_that_the_provider_reports_inside_a_stream_raises_api_error(
    watched: Watched, provider: StandInProvider, solo: str
) -> None:
    error = {"error": {"message": "The model is overloaded", "type": "server_error", "param": None, "code": "busy"}}
    provider.models[solo] = Behaviour(chunks=[completions.event(error)])

    with pytest.raises(openai.APIError, match="The model is overloaded") as raised:
        list(watched.ask(model=solo, stream=True))

    assert raised.value.code == "busy"


def test_a_limit_that_frees_up_is_waited_for(server: Server) -> None:
    watched = Watched(server, server.key("--requests-per-minute=20"))
    with watched.sdk:
        for _ in range(5):  # a slow machine may give the minute time to come back in between
            _exhaust(watched)
            watched.statuses.clear()
            watched.ask()
            if len(watched.statuses) > 1:
                break

    assert watched.statuses == [429, 200]


def test_a_spent_day_raises_rate_limit_error_at_once(server: Server) -> None:
    watched = Watched(server, server.key("--tokens-per-day=40"))
    with watched.sdk:
        watched.ask(max_tokens=10)

        with pytest.raises(openai.RateLimitError) as raised:
            watched.ask(max_tokens=10)

    assert watched.statuses == [200, 429]
    assert raised.value.code == "tokens_per_day"
    assert raised.value.response.headers["x-should-retry"] == "false"
    until_midnight = int(raised.value.response.headers["retry-after"])
    assert 0 < until_midnight <= 24 * 60 * 60


def test_no_route_to_any_provider_is_tried_again_after_the_time_that_it_says(
    server: Server, key: str, provider: StandInProvider, solo: str
) -> None:
    provider.models[solo] = Behaviour(hang_up=True)
    watched = Watched(server, key, max_retries=1)

    with watched.sdk, pytest.raises(openai.InternalServerError) as raised:
        watched.ask(model=solo)

    assert watched.statuses == [503, 503]
    assert raised.value.code == "provider_unavailable"
    assert int(raised.value.response.headers["retry-after"]) >= 1


def _exhaust(watched: Watched) -> None:
    """Ask until a request is refused."""
    impatient = watched.sdk.with_options(max_retries=0)
    with pytest.raises(openai.RateLimitError):
        for _ in range(100):
            impatient.chat.completions.create(model="naxios/echo", messages=MESSAGES)
