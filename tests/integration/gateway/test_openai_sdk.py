"""OpenAI's official SDK against the gateway: completions of two providers, models, and the limits' headers."""

import re

import openai
import pytest

from tests.integration.gateway.sdk_cases import MESSAGES, WholeProvider
from tests.serving import Server
from tests.stand_ins.provider import StandInProvider


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key with a limit of every kind, so that every header about limits is there."""
    return server.key("--tokens-per-day=1000000000", "--requests-per-minute=1000000", "--tokens-per-minute=100000000")


class TestTheEchoModel(WholeProvider):
    @pytest.fixture
    def model(self) -> str:
        return "naxios/echo"


class TestAModelOfAProvider(WholeProvider):
    @pytest.fixture
    def model(self, provider: StandInProvider) -> str:
        return "good"


def test_models_are_listed_with_their_names_and_owners(client: openai.OpenAI) -> None:
    listed = {model.id: model for model in client.models.list()}

    assert {"naxios/echo", "good", "pair"} <= listed.keys()
    assert listed["good"].object == "model"
    assert listed["good"].created > 0
    assert listed["naxios/echo"].owned_by == "naxios"


def test_a_model_is_found_by_its_name_even_with_a_slash_in_it(client: openai.OpenAI) -> None:
    assert client.models.retrieve("naxios/echo").id == "naxios/echo"
    assert client.models.retrieve("good").id == "good"


def test_a_key_for_some_models_lists_only_those(server: Server) -> None:
    key = server.key("--models=naxios/*,good")

    with openai.OpenAI(base_url=server.api, api_key=key) as client:
        assert [model.id for model in client.models.list()] == ["good", "naxios/echo"]


@pytest.mark.parametrize("of", ["requests", "tokens", "tokens-day"])
def test_a_header_tells_each_limit_what_remains_of_it_and_when_it_is_whole_again(server: Server, of: str) -> None:
    key = server.key("--requests-per-minute=10", "--tokens-per-minute=1000", "--tokens-per-day=1000")

    with openai.OpenAI(base_url=server.api, api_key=key) as client:
        headers = client.chat.completions.with_raw_response.create(model="naxios/echo", messages=MESSAGES).headers

    limit, remaining = int(headers[f"x-ratelimit-limit-{of}"]), int(headers[f"x-ratelimit-remaining-{of}"])
    assert 0 < remaining < limit
    assert re.fullmatch(r"(\d+h)?(\d+m)?\d+(\.\d+)?s|\d+ms", headers[f"x-ratelimit-reset-{of}"])


def test_models_cost_no_tokens(client: openai.OpenAI) -> None:
    before = client.chat.completions.with_raw_response.create(model="naxios/echo", messages=MESSAGES)
    for _ in range(5):
        client.models.list()
    after = client.chat.completions.with_raw_response.create(model="naxios/echo", messages=MESSAGES)

    remained = [int(answer.headers["x-ratelimit-remaining-tokens-day"]) for answer in (before, after)]
    usage = after.parse().usage
    assert usage is not None
    assert remained[0] - remained[1] == usage.total_tokens
