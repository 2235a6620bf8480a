"""Naxios in front of an OpenAI-compatible server of another project, through OpenAI's SDK."""

import json
from typing import Any

import openai
import pytest

from tests.integration.gateway.sdk_cases import MESSAGES, EveryProvider, Light
from tests.serving import Server

pytestmark = pytest.mark.real_provider


class TestARealProvider(EveryProvider):
    def test_an_answer_can_be_held_to_a_schema_in_the_way_of_this_provider(
        self, client: openai.OpenAI, model: str
    ) -> None:
        wanted: Any = {"type": "json_object", "schema": Light.model_json_schema()}

        completion = client.chat.completions.create(
            model=model, messages=MESSAGES, response_format=wanted, max_tokens=200
        )

        assert Light.model_validate(json.loads(completion.choices[0].message.content or ""))


def test_the_provider_can_be_tested_by_its_name(server: Server) -> None:
    assert server.run("providers", "test", "llama").returncode == 0


def test_its_own_count_is_what_a_plain_answer_is_charged_for(server: Server, client: openai.OpenAI, model: str) -> None:
    completion = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=12)

    assert completion.usage is not None
    record = server.record(completion._request_id or "")
    assert record["usage_source"] == "reported"
    assert record["input_tokens"] == completion.usage.prompt_tokens
    assert record["output_tokens"] == completion.usage.completion_tokens == 12


def test_a_stream_that_it_does_not_count_is_estimated_by_what_was_delivered(
    server: Server, client: openai.OpenAI, model: str
) -> None:
    with client.chat.completions.with_streaming_response.create(
        model=model, messages=MESSAGES, max_tokens=40, stream=True
    ) as raw:
        request_id = raw.headers["x-request-id"]
        raw.read()

    record = server.record(request_id)
    assert (record["status"], record["usage_source"]) == (200, "estimated")
    assert record["output_tokens"] > 0


def test_everything_agrees_afterwards(server: Server) -> None:
    assert server.run("usage", "reconcile").returncode == 0
