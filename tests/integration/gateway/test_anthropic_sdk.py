"""Anthropic's official SDK against the gateway: models, and errors in its dialect."""

import anthropic
import httpx2 as httpx
import pytest

from naxios.domain import keys
from tests.serving import Server


def test_models_are_listed(anthropic_client: anthropic.Anthropic) -> None:
    listed = {model.id: model for model in anthropic_client.models.list()}

    assert {"naxios/echo", "good"} <= listed.keys()
    assert listed["good"].type == "model"
    assert listed["good"].display_name == "good"
    assert listed["good"].lifecycle == "active"
    assert listed["good"].created_at.tzinfo is not None


def test_a_model_is_found_by_its_name_even_with_a_slash_in_it(anthropic_client: anthropic.Anthropic) -> None:
    assert anthropic_client.models.retrieve("naxios/echo").id == "naxios/echo"


def test_an_unknown_model_raises_not_found(anthropic_client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as raised:
        anthropic_client.models.retrieve("no-such-model")

    assert raised.value.type == "not_found_error"
    assert raised.value.request_id is not None
    assert raised.value.request_id.startswith("req_")


def test_an_unknown_key_raises_authentication_error(server: Server) -> None:
    with (
        anthropic.Anthropic(base_url=server.url, api_key=keys.generate(), max_retries=0) as client,
        pytest.raises(anthropic.AuthenticationError) as raised,
    ):
        client.models.list()

    assert raised.value.type == "authentication_error"


@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_the_dialect_follows_from_the_version_header_and_not_from_where_the_key_is(
    server: Server, key: str, version: str, header: str
) -> None:
    credential = f"Bearer {key}" if header == "authorization" else key
    url = f"{server.api}/models/no-such-model"

    theirs = httpx.get(url, headers={header: credential, "anthropic-version": version})
    ours = httpx.get(url, headers={header: credential})

    assert (theirs.status_code, ours.status_code) == (404, 404)
    told = theirs.json()
    assert (told["type"], told["error"]["type"]) == ("error", "not_found_error")
    assert told["request_id"] == theirs.headers["request-id"] == theirs.headers["x-request-id"]
    assert set(ours.json()["error"]) == {"message", "type", "param", "code"}
