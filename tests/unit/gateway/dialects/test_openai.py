"""Chat completion requests taken apart and put together again, and the usage in plain answers."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.usage import ReportedUsage
from naxios.gateway.dialects.openai import (
    ChatRequest,
    parse_chat_request,
    read_completion,
    read_usage,
    upstream_body,
)
from naxios.gateway.refusal import Refusal
from tests.unit.json_values import json_values

CANARY = "canary-9d2f"
MESSAGES = [{"role": "user", "content": CANARY}]
IMAGE = "QUJD" * 1_000

FIELDS = ["model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "tools", "user"]


def body(**fields: Any) -> bytes:
    """A request as it should be, with ``fields`` instead of or beside its own."""
    return json.dumps({"model": "m", "messages": MESSAGES, **fields}).encode()


def refusal(request: bytes) -> Refusal:
    with pytest.raises(Refusal) as refused:
        parse_chat_request(request)
    return refused.value


def sent(request: bytes, upstream_model: str = "theirs") -> dict[str, Any]:
    """What a provider understands of ``request``."""
    return json.loads(upstream_body(parse_chat_request(request), upstream_model))


# What is read


def test_the_least_that_a_request_has() -> None:
    request = parse_chat_request(body())

    assert request.model == "m"
    assert not request.stream
    assert not request.wants_usage
    assert request.max_output is None
    assert request.choices == 1
    assert request.body_bytes == request.prompt_bytes == len(body())
    assert request.attachments == 0


def test_everything_that_the_gateway_looks_at() -> None:
    request = parse_chat_request(
        body(model="a/b", stream=True, stream_options={"include_usage": True}, max_completion_tokens=7, n=3)
    )

    assert request.model == "a/b"
    assert request.stream
    assert request.wants_usage
    assert request.max_output == 7
    assert request.choices == 3


@pytest.mark.parametrize("name", ["stream", "stream_options", "max_tokens", "max_completion_tokens", "n"])
def test_null_is_the_same_as_leaving_out(name: str) -> None:
    with_null, without = parse_chat_request(body(**{name: None})), parse_chat_request(body())

    for field in ("stream", "wants_usage", "max_output", "choices"):
        assert getattr(with_null, field) == getattr(without, field)


@pytest.mark.parametrize(
    ("fields", "max_output"),
    [
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 5}, 5),
        ({"max_tokens": 900, "max_completion_tokens": 5}, 900),
        ({"max_tokens": 5, "max_completion_tokens": 900}, 900),
        ({"max_tokens": None, "max_completion_tokens": 5}, 5),
    ],
)
def test_of_two_maxima_the_larger_is_reserved(fields: dict[str, Any], max_output: int) -> None:
    """Providers differ in which one they obey, and a small one must not hide a large one from the limits."""
    assert parse_chat_request(body(**fields)).max_output == max_output


@pytest.mark.parametrize(
    "request_body",
    [
        b'{"model":"a","model":"b","messages":[1]}',
        b'{"model":"a","mod\\u0065l":"b","messages":[1]}',
        b' {"messages":[1] , "model" : "a" , "model" : "b"}',
    ],
)
def test_of_two_models_one_is_limited_and_the_same_one_is_served(request_body: bytes) -> None:
    request = parse_chat_request(request_body)

    assert request.model == "b"
    assert upstream_body(request, "theirs").count(b'"theirs"') == 1
    assert sent(request_body) == {"model": "theirs", "messages": [1]}


def test_an_inlined_image_counts_as_one_attachment_and_not_by_its_size() -> None:
    content = [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{IMAGE}"}}] * 2
    request = parse_chat_request(body(messages=[{"role": "user", "content": content}]))

    assert request.attachments == 2
    assert request.prompt_bytes < 1_000
    assert request.body_bytes > 2 * len(IMAGE)


def test_long_text_is_not_taken_for_an_attachment() -> None:
    text = "Why is the sky blue? " * 1_000
    request = parse_chat_request(body(messages=[{"role": "user", "content": text}]))

    assert request.attachments == 0
    assert request.prompt_bytes > len(text)


# What is refused


@pytest.mark.parametrize(
    "request_body",
    [
        b"",
        b"{",
        CANARY.encode(),
        f'"{CANARY}"'.encode(),
        f'["{CANARY}"]'.encode(),
        f'{{"{CANARY}": {CANARY}}}'.encode(),
        f'{{"model": "{CANARY}'.encode(),
        f'{{"model": "{CANARY}",}}'.encode(),
        f'{{"model": "{CANARY}"}} {CANARY}'.encode(),
        f'{{"model": "{CANARY}", "messages": NaN}}'.encode(),
        f'{{"model": "{CANARY}\n"}}'.encode(),
        CANARY.encode() + b"\xff",
        b'{"' + CANARY.encode() + b'\xff": 1}',
        f'{{"model": "{CANARY}\\ud800"}}'.encode(),
        f'{{"{CANARY}": '.encode() + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda request_body: repr(request_body[:40]),
)
def test_what_is_no_json_object_is_told_where_and_never_quoted(request_body: bytes) -> None:
    refused = refusal(request_body)

    assert (refused.status, refused.retry) == (400, False)
    assert refused.code == "invalid_json" or refused.param == "model"
    assert CANARY not in refused.message


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": [CANARY]}, "model"),
        ({"model": 5}, "model"),
        ({"model": CANARY * 20}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": CANARY}, "messages"),
        ({"messages": {CANARY: CANARY}}, "messages"),
        ({"stream": CANARY}, "stream"),
        ({"stream": "true"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"stream_options": CANARY}, "stream_options"),
        ({"stream_options": [CANARY]}, "stream_options"),
        ({"max_tokens": CANARY}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": [CANARY]}, "max_tokens"),
        ({"max_completion_tokens": CANARY}, "max_completion_tokens"),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"max_tokens": 0, "max_completion_tokens": 5}, "max_tokens"),
        ({"n": CANARY}, "n"),
        ({"n": 0}, "n"),
        ({"n": -1}, "n"),
        ({"n": 129}, "n"),
        ({"n": 1.0}, "n"),
    ],
)
def test_a_field_at_fault_is_named_and_never_quoted(fields: dict[str, Any], param: str) -> None:
    refused = refusal(body(**fields))

    assert (refused.status, refused.code, refused.param, refused.retry) == (400, "invalid_request", param, False)
    assert f"`{param}`" in refused.message
    assert CANARY not in refused.message


@pytest.mark.parametrize("missing", ["model", "messages"])
def test_a_missing_field_is_named(missing: str) -> None:
    fields = {"model": CANARY, "messages": MESSAGES}
    del fields[missing]

    refused = refusal(json.dumps(fields).encode())

    assert refused.param == missing
    assert CANARY not in refused.message


@pytest.mark.parametrize("messages", ["[ ]", "[\n]", "[\t ]"])
def test_messages_with_nothing_but_space_in_them_are_none(messages: str) -> None:
    assert refusal(f'{{"model":"m","messages":{messages}}}'.encode()).param == "messages"


@given(st.binary())
def test_no_bytes_are_anything_but_a_request_or_refused(request_body: bytes) -> None:
    _read_or_refuse(request_body)


@given(st.dictionaries(st.sampled_from(FIELDS), json_values()))
def test_no_json_is_anything_but_a_request_or_refused(fields: dict[str, Any]) -> None:
    _read_or_refuse(json.dumps(fields).encode())


@given(json_values())
def test_the_value_of_a_field_is_never_quoted(value: Any) -> None:
    for name in FIELDS[2:]:
        request = body(**{name: [CANARY, value]})
        try:
            parse_chat_request(request)
        except Refusal as refused:
            assert refused.param == name
            assert CANARY not in refused.message


# What is sent on


RAW_VALUES = [
    '"text"',
    '"\\u00e9 \\/ é"',
    "1.0",
    "1e5",
    "-0",
    "12345678901234567890123",
    "0.1000000000000000055",
    "true",
    "null",
    '{"a" :  1, "a": 2}',
    "[ 1 ,2,\n3 ]",
]


@pytest.mark.parametrize("value", RAW_VALUES)
def test_every_value_travels_as_the_bytes_that_the_client_sent(value: str) -> None:
    request = f'{{"model":"m", "seed" : {value} ,"messages": [{value}]}}'.encode()

    fields = _raw(upstream_body(parse_chat_request(request), "theirs"))

    assert fields == {"model": b'"theirs"', "seed": value.encode(), "messages": f"[{value}]".encode()}


@given(st.dictionaries(st.text(max_size=10), json_values(), max_size=8))
def test_nothing_but_the_model_changes(fields: dict[str, Any]) -> None:
    for ours in ("model", "messages", *FIELDS):
        fields.pop(ours, None)
    request = body(**fields)

    before, after = _raw(request), _raw(upstream_body(parse_chat_request(request), "theirs"))

    assert after == {**before, "model": b'"theirs"'}
    assert list(after) == list(before)


@pytest.mark.parametrize(
    ("options", "sent_options"),
    [
        ("", {"include_usage": True}),
        (',"stream_options":null', {"include_usage": True}),
        (',"stream_options":{}', {"include_usage": True}),
        (',"stream_options":{"include_usage":false}', {"include_usage": True}),
        (',"stream_options":{"include_usage":null,"more":[1]}', {"include_usage": True, "more": [1]}),
        (',"stream_options":{"include_usage":true,"more":[1]}', {"include_usage": True, "more": [1]}),
        (',"stream_options":{"include_usage":true},"stream_options":{"more":1}', {"include_usage": True, "more": 1}),
    ],
)
def test_a_stream_is_always_asked_for_its_usage(options: str, sent_options: dict[str, Any]) -> None:
    request = f'{{"model":"m","messages":[1],"stream":true{options}}}'.encode()

    body_sent = upstream_body(parse_chat_request(request), "theirs")

    assert json.loads(body_sent)["stream_options"] == sent_options
    assert body_sent.count(b"stream_options") == body_sent.count(b"include_usage") == 1


@pytest.mark.parametrize("options", ["", ',"stream_options":{"include_usage":false}', ',"stream_options":null'])
def test_a_plain_request_is_asked_for_nothing_that_the_client_did_not_ask(options: str) -> None:
    request = f'{{"model":"m","messages":[1]{options}}}'.encode()

    assert upstream_body(parse_chat_request(request), "m") == request


def test_the_providers_name_of_the_model_may_have_any_characters() -> None:
    assert sent(body(), 'a"b\\c/é')["model"] == 'a"b\\c/é'


# What is read in answers


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ("", None),
        ("null", None),
        ('"12"', None),
        ("[]", None),
        ("{}", ReportedUsage()),
        ('{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}', ReportedUsage(3, 4)),
        ('{"prompt_tokens":3}', ReportedUsage(3, None)),
        ('{"prompt_tokens":-3,"completion_tokens":0}', ReportedUsage(-3, 0)),
        ('{"prompt_tokens":null,"completion_tokens":4}', ReportedUsage(None, 4)),
        ('{"prompt_tokens":3.0,"completion_tokens":4}', None),
        ('{"prompt_tokens":"3","completion_tokens":4}', None),
        ('{"prompt_tokens":true,"completion_tokens":4}', None),
        ('{"prompt_tokens":1e3,"completion_tokens":4}', None),
        (f'{{"prompt_tokens":{10**25},"completion_tokens":4}}', ReportedUsage(10**25, 4)),
        (f'{{"prompt_tokens":{"9" * 5_000},"completion_tokens":4}}', None),
        (
            '{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2},'
            '"completion_tokens_details":{"reasoning_tokens":1,"audio_tokens":9}}',
            ReportedUsage(3, 4, 2, 1),
        ),
        ('{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":null}', ReportedUsage(3, 4)),
        ('{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":{}}', ReportedUsage(3, 4)),
    ],
)
def test_usage_is_read_as_it_stands_or_not_at_all(usage: str, read: ReportedUsage | None) -> None:
    assert read_usage(msgspec.Raw(usage.encode())) == read


@given(st.dictionaries(st.sampled_from(["prompt_tokens", "completion_tokens", "prompt_tokens_details"]), json_values()))
def test_no_usage_object_is_an_error(usage: dict[str, Any]) -> None:
    read = read_usage(msgspec.Raw(json.dumps(usage).encode()))

    assert read is None or isinstance(read, ReportedUsage)


@pytest.mark.parametrize(
    ("message", "size"),
    [
        ({"content": "Hello"}, 5),
        ({"content": ""}, 0),
        ({"content": None}, 0),
        ({}, 0),
        ({"content": "Hi", "refusal": "No", "reasoning_content": "Hmm"}, 7),
        ({"content": None, "tool_calls": [{"id": "1"}]}, len('{"id": "1"}')),
        ({"content": [{"type": "text", "text": "Hi"}]}, len('{"type": "text", "text": "Hi"}')),
        ({"role": "assistant", "content": "Hi", "annotations": ["long and not charged"]}, 2),
    ],
)
def test_the_text_of_an_answer_is_counted_in_bytes(message: dict[str, Any], size: int) -> None:
    answer = json.dumps({"choices": [{"index": 0, "message": message}], "usage": {"prompt_tokens": 1}}).encode()

    assert read_completion(answer) == (ReportedUsage(1), size)


def test_the_text_of_every_choice_counts() -> None:
    choice = {"message": {"content": "Hello"}}

    assert read_completion(json.dumps({"choices": [choice, choice, {}]}).encode()) == (None, 10)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>Sign in</html>",
        b"{}",
        b"[]",
        b'{"error":{"message":"no"}}',
        b'{"choices":null}',
        b'{"choices":"none"}',
        b'{"choices":[{"message":"text"}]}',
        b'{"choices":[\xff]}',
        b'{"choices":[],"more":' + b"[" * 100_000,
    ],
    ids=lambda answer: repr(answer[:30]),
)
def test_what_is_no_completion_is_recognised(answer: bytes) -> None:
    assert read_completion(answer) is None


@given(st.binary())
def test_no_answer_is_an_error(answer: bytes) -> None:
    assert read_completion(answer) is None


def _read_or_refuse(request_body: bytes) -> None:
    try:
        request = parse_chat_request(request_body)
    except Refusal as refused:
        assert refused.status == 400
    else:
        _check(request)


def _check(request: ChatRequest) -> None:
    assert 1 <= len(request.model) <= 200
    assert 1 <= request.choices <= 128
    assert request.max_output is None or request.max_output >= 1
    assert request.prompt_bytes >= 0
    json.loads(upstream_body(request, "theirs"))


def _raw(content: bytes) -> dict[str, bytes]:
    return {name: bytes(value) for name, value in msgspec.json.decode(content, type=dict[str, msgspec.Raw]).items()}
