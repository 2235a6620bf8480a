"""What OpenAI's official SDK has to find at the gateway, whoever serves the model.

Subclasses are collected by pytest; each brings a ``model`` fixture. :class:`EveryProvider` holds for any
OpenAI-compatible server, :class:`WholeProvider` for one that does all that a chat completion can ask for.
"""

import asyncio
import json
from typing import Any, Literal

import openai
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

MESSAGES: Any = [{"role": "user", "content": "Say something."}]

SWITCH: Any = {
    "type": "function",
    "function": {
        "name": "switch_light",
        "description": "Switches a light on or off",
        "parameters": {
            "type": "object",
            "properties": {"on": {"type": "boolean"}},
            "required": ["on"],
            "additionalProperties": False,
        },
    },
}
SWITCH_IT: Any = {"type": "function", "function": {"name": "switch_light"}}

RATE_LIMIT_HEADERS = [
    f"x-ratelimit-{what}-{of}"
    for of in ("requests", "tokens", "tokens-day")
    for what in ("limit", "remaining", "reset")
]


class Light(BaseModel):
    """What a structured answer has to be."""

    state: Literal["on", "off"]
    dimmed: bool


class EveryProvider:
    """Cases that any OpenAI-compatible server can serve."""

    def test_a_completion_has_an_answer_and_its_usage(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=16)

        assert completion.object == "chat.completion"
        assert completion.choices[0].message.role == "assistant"
        assert completion.choices[0].message.content
        assert completion.choices[0].finish_reason in ("stop", "length")
        assert completion.usage is not None
        assert completion.usage.prompt_tokens > 0
        assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens

    def test_a_stream_brings_the_answer_in_pieces(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=16, stream=True) as stream:
            chunks = list(stream)

        assert all(chunk.object == "chat.completion.chunk" for chunk in chunks)
        assert len({chunk.id for chunk in chunks}) == 1
        assert chunks[0].choices[0].delta.role == "assistant"
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert chunks[-1].choices[0].finish_reason in ("stop", "length")

    def test_a_stream_whose_usage_nobody_asked_for_shows_none(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=16, stream=True) as stream:
            chunks = list(stream)

        assert all(chunk.choices for chunk in chunks)
        assert all(chunk.usage is None for chunk in chunks)

    def test_the_stream_helper_puts_the_answer_together(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.stream(model=model, messages=MESSAGES, max_tokens=16) as stream:
            deltas = [event.delta for event in stream if event.type == "content.delta"]
            snapshot = stream.current_completion_snapshot

        assert deltas
        assert snapshot.choices[0].message.content == "".join(deltas)

    def test_the_asynchronous_client_works_alike(self, client: openai.OpenAI, model: str) -> None:
        async def ask() -> tuple[ChatCompletion, str]:
            async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key, max_retries=0) as asking:
                plain = await asking.chat.completions.create(model=model, messages=MESSAGES, max_tokens=16)
                stream = await asking.chat.completions.create(
                    model=model, messages=MESSAGES, max_tokens=16, stream=True
                )
                return plain, "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

        plain, streamed = asyncio.run(ask())

        assert plain.choices[0].message.content
        assert streamed

    def test_a_demanded_tool_is_called_with_arguments_that_fit(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.create(
            model=model, messages=MESSAGES, tools=[SWITCH], tool_choice=SWITCH_IT, max_tokens=64
        )

        calls: Any = completion.choices[0].message.tool_calls
        assert [call.function.name for call in calls] == ["switch_light"]
        assert calls[0].id
        assert json.loads(calls[0].function.arguments)["on"] in (True, False)

    def test_a_tool_call_can_be_streamed(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.create(
            model=model, messages=MESSAGES, tools=[SWITCH], tool_choice=SWITCH_IT, max_tokens=64, stream=True
        ) as stream:
            parts = [part for chunk in stream for part in chunk.choices[0].delta.tool_calls or ()]

        assert {part.index for part in parts} == {0}
        assert parts[0].id
        assert parts[0].function is not None
        assert parts[0].function.name == "switch_light"
        arguments = "".join(part.function.arguments or "" for part in parts if part.function is not None)
        assert json.loads(arguments)["on"] in (True, False)

    def test_a_tools_result_can_be_sent_back(self, client: openai.OpenAI, model: str) -> None:
        call = {"id": "call_1", "type": "function", "function": {"name": "switch_light", "arguments": '{"on": true}'}}
        conversation: Any = [
            *MESSAGES,
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": "It is on now."},
        ]

        completion = client.chat.completions.create(
            model=model, messages=conversation, tools=[SWITCH], tool_choice="none", max_tokens=16
        )

        assert completion.choices[0].message.tool_calls is None
        assert completion.choices[0].message.content

    def test_log_probabilities_come_for_each_token(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.create(
            model=model, messages=MESSAGES, logprobs=True, top_logprobs=1, max_tokens=8
        )

        logprobs: Any = completion.choices[0].logprobs
        assert completion.usage is not None
        assert len(logprobs.content) == completion.usage.completion_tokens
        assert all(token.logprob <= 0 for token in logprobs.content)

    def test_an_answer_says_its_request_id_and_how_the_limits_stand(self, client: openai.OpenAI, model: str) -> None:
        raw = client.chat.completions.with_raw_response.create(model=model, messages=MESSAGES, max_tokens=8)

        completion: Any = raw.parse()
        assert raw.headers["x-request-id"].startswith("req_")
        assert completion._request_id == raw.headers["x-request-id"]
        assert [name for name in RATE_LIMIT_HEADERS if name not in raw.headers] == []

    def test_a_stream_says_them_too(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.with_streaming_response.create(
            model=model, messages=MESSAGES, max_tokens=8, stream=True
        ) as raw:
            headers = raw.headers
            body = raw.read()

        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-request-id"].startswith("req_")
        assert [name for name in RATE_LIMIT_HEADERS if name not in headers] == []
        assert body.endswith(b"data: [DONE]\n\n")


class WholeProvider(EveryProvider):
    """Cases that also need a provider of all that a chat completion can ask for."""

    def test_usage_is_the_last_chunk_of_a_stream_that_asks_for_it(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.create(
            model=model, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        ) as stream:
            *chunks, last = stream

        assert last.choices == []
        assert last.usage is not None
        assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens
        assert all(chunk.usage is None for chunk in chunks)

    def test_the_stream_helper_puts_a_tool_call_together(self, client: openai.OpenAI, model: str) -> None:
        strict: Any = {**SWITCH, "function": {**SWITCH["function"], "strict": True}}

        with client.chat.completions.stream(
            model=model, messages=MESSAGES, tools=[strict], tool_choice=SWITCH_IT
        ) as stream:
            final = stream.get_final_completion()

        calls: Any = final.choices[0].message.tool_calls
        assert calls[0].function.parsed_arguments == {"on": True}
        assert final.choices[0].finish_reason == "tool_calls"

    def test_an_answer_can_be_held_to_a_json_schema(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.parse(
            model=model, messages=MESSAGES, response_format=Light, max_completion_tokens=200
        )

        assert isinstance(completion.choices[0].message.parsed, Light)

    def test_json_mode_answers_with_a_json_object(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.create(
            model=model, messages=MESSAGES, response_format={"type": "json_object"}
        )

        assert isinstance(json.loads(completion.choices[0].message.content or ""), dict)

    def test_images_may_be_part_of_a_message(self, client: openai.OpenAI, model: str) -> None:
        pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
        parts: Any = [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": pixel, "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://images.example.com/cat.png"}},
        ]

        completion = client.chat.completions.create(model=model, messages=[{"role": "user", "content": parts}])

        assert completion.choices[0].message.content

    def test_several_choices_come_at_once(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.create(model=model, messages=MESSAGES, n=3)

        assert [choice.index for choice in completion.choices] == [0, 1, 2]
        assert all(choice.message.content for choice in completion.choices)

    def test_several_choices_can_be_streamed(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.create(model=model, messages=MESSAGES, n=2, stream=True) as stream:
            choices = [choice for chunk in stream for choice in chunk.choices]

        finished = {choice.index: choice.finish_reason for choice in choices if choice.finish_reason}
        assert finished == {0: "stop", 1: "stop"}

    def test_log_probabilities_can_be_streamed(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.create(model=model, messages=MESSAGES, logprobs=True, stream=True) as stream:
            tokens = [
                token.token
                for chunk in stream
                for token in (chunk.choices[0].logprobs and chunk.choices[0].logprobs.content) or ()
            ]

        assert len(tokens) > 1

    def test_every_other_parameter_of_the_sdk_is_accepted(self, client: openai.OpenAI, model: str) -> None:
        completion = client.chat.completions.create(
            model=model,
            messages=[{"role": "developer", "content": "Be brief."}, *MESSAGES],
            temperature=0.5,
            top_p=0.9,
            seed=7,
            stop=["\n\n\n"],
            presence_penalty=0.1,
            frequency_penalty=-0.1,
            logit_bias={"50256": -100},
            user="someone",
            metadata={"purpose": "test"},
            reasoning_effort="low",
            extra_headers={"x-of-mine": "kept here"},
            extra_body={"of_mine": {"deep": [1, 2, 3]}},
            extra_query={"of": "mine"},
        )

        assert completion.choices[0].message.content
