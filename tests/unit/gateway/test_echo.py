"""The built-in model: a provider like any other, and an honest one."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.catalogue import Provider, ProviderKind, Secret
from naxios.domain.usage import Exchanged, ReportedUsage, UsageSource, meter
from naxios.gateway.dialects.openai import parse_chat_request, read_completion, upstream_body
from naxios.gateway.dialects.openai_stream import ChatStream
from naxios.gateway.echo import MOST_ECHOED, EchoUpstream
from naxios.gateway.refusal import Refusal
from tests.unit.json_values import json_values

PROVIDER = Provider("naxios", ProviderKind.ECHO, "", Secret(""))
HELLO = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
    },
}


def post(**fields: Any) -> tuple[int, bytes]:
    """Status and body of the answer to a request that says Hello unless ``fields`` say otherwise."""
    return post_bytes(json.dumps({"model": "naxios/echo", "messages": HELLO, **fields}).encode())


def post_bytes(body: bytes) -> tuple[int, bytes]:
    async def whole() -> tuple[int, bytes]:
        answer = await EchoUpstream().post(PROVIDER, "/chat/completions", body)
        chunks = []
        while chunk := await answer.chunk():
            chunks.append(chunk)
        return answer.status, b"".join(chunks)

    return asyncio.run(whole())


def completion(**fields: Any) -> dict[str, Any]:
    status, body = post(**fields)
    assert status == 200, body
    return json.loads(body)


def message(**fields: Any) -> dict[str, Any]:
    """The first choice's message."""
    return completion(**fields)["choices"][0]["message"]


def streamed(**fields: Any) -> list[dict[str, Any]]:
    """The chunks of a stream, without its end."""
    status, body = post(stream=True, **fields)
    assert status == 200
    *events, done, after = body.split(b"\n\n")
    assert (done, after) == (b"data: [DONE]", b"")
    return [json.loads(event.removeprefix(b"data: ")) for event in events]


def pieces(chunks: list[dict[str, Any]], index: int = 0) -> list[str]:
    """The pieces of text, or of a tool's arguments, of one choice."""
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == index]
    texts = [delta["content"] for delta in deltas if delta.get("content")]
    calls = [call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls", ())]
    return texts + [arguments for arguments in calls if arguments]


# What it says


def test_it_says_what_it_is_and_repeats_what_it_was_told() -> None:
    answered = completion()

    assert answered["object"] == "chat.completion"
    assert answered["model"] == "naxios/echo"
    assert answered["choices"][0]["finish_reason"] == "stop"
    assert "demonstration" in answered["choices"][0]["message"]["content"]
    assert answered["choices"][0]["message"]["content"].endswith("You wrote: Hello")


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}], "Hi"),
        ([{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "you"}]}], "Hi you"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "Hi"}]}], "Hi"),
        ([{"role": "user", "content": None}], ""),
        ([{"role": "user"}], ""),
        ([{"role": "user", "content": "x" * 3_000}], "x" * MOST_ECHOED),
    ],
)
def test_it_repeats_the_text_of_the_last_message(messages: list[Any], said: str) -> None:
    assert message(messages=messages)["content"].partition("You wrote: ")[2] == said


def test_a_stream_says_the_same_in_pieces() -> None:
    said = message()["content"]

    chunks = streamed()

    assert "".join(pieces(chunks)) == said
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-1]["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop", "logprobs": None}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_it_stops_at_the_most_that_was_asked_for(name: str) -> None:
    answered = completion(**{name: 5})

    assert answered["choices"][0]["finish_reason"] == "length"
    assert answered["choices"][0]["message"]["content"] == "This is naxios/echo"
    assert answered["usage"]["completion_tokens"] == 5
    assert streamed(**{name: 5})[-1]["choices"][0]["finish_reason"] == "length"


def test_as_many_choices_come_as_were_asked_for() -> None:
    assert [choice["index"] for choice in completion(n=3)["choices"]] == [0, 1, 2]
    assert all("".join(pieces(streamed(n=3), index)) == message()["content"] for index in range(3))


def test_logprobs_cover_exactly_what_was_said() -> None:
    choice = completion(logprobs=True)["choices"][0]

    assert "".join(token["token"] for token in choice["logprobs"]["content"]) == choice["message"]["content"]
    assert all(bytes(token["bytes"]).decode() == token["token"] for token in choice["logprobs"]["content"])
    assert completion(logprobs=False)["choices"][0]["logprobs"] is None


def test_logprobs_of_a_stream_stand_beside_their_pieces() -> None:
    for chunk in streamed(logprobs=True)[1:-1]:
        choice = chunk["choices"][0]

        assert [token["token"] for token in choice["logprobs"]["content"]] == [choice["delta"]["content"]]


def test_a_json_object_is_one() -> None:
    content = message(response_format={"type": "json_object"})["content"]

    assert json.loads(content)["echo"] == "Hello"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "Hello"),
        ({"type": "integer"}, 1),
        ({"type": "boolean"}, True),
        ({"enum": ["red", "green"]}, "red"),
        ({"type": "array", "items": {"type": "number"}}, [1]),
        (WEATHER["function"]["parameters"], {"city": "Hello", "days": 1}),
        ({"type": "object"}, {}),
        ({"type": ["string", "null"]}, None),
        ({}, None),
    ],
)
def test_an_answer_fits_the_schema_that_was_asked_for(schema: Any, value: Any) -> None:
    asked = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}

    assert json.loads(message(response_format=asked)["content"]) == value


# Tools


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        {"messages": [{"role": "user", "content": "Please get_weather in Oslo"}]},
    ],
)
def test_a_tool_is_called_when_it_is_demanded_or_named(fields: dict[str, Any]) -> None:
    choice = completion(tools=[WEATHER], **fields)["choices"][0]

    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    call = choice["message"]["tool_calls"][0]
    assert (call["type"], call["function"]["name"]) == ("function", "get_weather")
    assert json.loads(call["function"]["arguments"]).keys() == {"city", "days"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"tool_choice": "auto"},
        {"tool_choice": "none", "messages": [{"role": "user", "content": "get_weather"}]},
        {"tool_choice": {"type": "function", "function": {"name": "another"}}},
        {"tools": []},
    ],
)
def test_otherwise_it_talks(fields: dict[str, Any]) -> None:
    assert message(**{"tools": [WEATHER], **fields})["content"]


def test_a_streamed_call_names_itself_once_and_brings_its_arguments_in_pieces() -> None:
    chunks = streamed(tools=[WEATHER], tool_choice="required")

    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    assert all(call["index"] == 0 for call in calls)
    assert calls[0]["function"] == {"name": "get_weather", "arguments": ""}
    assert [call for call in calls[1:] if "id" in call or "name" in call["function"]] == []
    assert json.loads("".join(pieces(chunks))) == {"city": "Hello", "days": 1}
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


# What it counts


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"n": 3},
        {"max_tokens": 5},
        {"messages": [{"role": "user", "content": "Grüße,  aus 東京!\n\n\t…"}]},
        {"messages": [{"role": "user", "content": "x" * 3_000}]},
        {"tools": [WEATHER], "tool_choice": "required"},
        {"response_format": {"type": "json_object"}},
    ],
)
def test_an_answer_counts_as_many_tokens_as_it_is_streamed_in_pieces(fields: dict[str, Any]) -> None:
    *chunks, last = streamed(stream_options={"include_usage": True}, **fields)

    told = sum(len(pieces(chunks, index)) for index in range(fields.get("n", 1)))
    usage = completion(**fields)["usage"]
    assert last["choices"] == []
    assert last["usage"] == usage
    assert usage["completion_tokens"] == told
    assert usage["total_tokens"] == usage["prompt_tokens"] + told


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        (HELLO, 2),
        ([{"role": "user", "content": ""}], 1),
        ([{"role": "system", "content": "x" * 400}, *HELLO], 102),
        ([{"role": "user", "content": [{"type": "image_url"}, {"type": "text", "text": "Hello"}]}], 1_002),
    ],
)
def test_a_prompt_counts_one_token_for_four_bytes(messages: list[Any], tokens: int) -> None:
    assert completion(messages=messages)["usage"]["prompt_tokens"] == tokens


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}])
def test_usage_is_streamed_only_when_it_was_asked_for(options: Any) -> None:
    assert all("usage" not in chunk for chunk in streamed(stream_options=options))


def test_what_it_counts_is_believed() -> None:
    _, body = post()
    read = read_completion(body)
    assert read is not None
    usage, size = read

    metered = meter(usage, Exchanged(prompt_bytes=80, delivered_bytes=size, context_tokens=32_000))

    assert metered.source is UsageSource.REPORTED


# What it refuses


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": ["Hello"]},
        {"messages": [{"content": "Hello"}]},
        {"messages": [{"role": "user", "content": 5}]},
        {"messages": [{"role": "user", "content": ["Hello"]}]},
        {"tools": "get_weather"},
        {"stream_options": {"include_usage": True}},
    ],
)
def test_what_it_does_not_understand_is_a_fault_of_the_client(fields: dict[str, Any]) -> None:
    status, body = post(**fields)

    assert status == 400
    assert json.loads(body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"messages":' + b"[" * 100_000])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    assert post_bytes(body)[0] == 400


FIELDS = ["stream", "stream_options", "n", "max_tokens", "tools", "tool_choice", "response_format", "logprobs"]
TOOLS = st.lists(st.fixed_dictionaries({"type": st.just("function"), "function": json_values()}), max_size=2)
FORMATS = st.fixed_dictionaries({"type": st.sampled_from(["json_schema", "json_object"]), "json_schema": json_values()})
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.just("user"), "content": st.text() | st.none() | json_values()}) | json_values(),
    min_size=1,
    max_size=3,
)


@given(MESSAGES, st.dictionaries(st.sampled_from(FIELDS), json_values() | TOOLS | FORMATS | st.just("required")))
def test_whatever_passes_the_gateway_is_answered_and_counted(messages: list[Any], fields: dict[str, Any]) -> None:
    try:
        request = parse_chat_request(json.dumps({"model": "m", "messages": messages, **fields}).encode())
    except Refusal:
        return

    status, body = post_bytes(upstream_body(request, "naxios/echo"))

    if status == 200 and request.stream:
        stream = ChatStream(show_usage=True)
        assert stream.feed(body) == body
        assert stream.done
        assert stream.finished
        assert isinstance(stream.usage, ReportedUsage)
    elif status == 200:
        assert read_completion(body) is not None
    else:
        assert status == 400
        assert "error" in json.loads(body)
