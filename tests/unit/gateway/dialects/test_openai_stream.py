"""Streams on their way through: the same bytes however they are cut, usage read, delivered text counted."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.usage import ReportedUsage
from naxios.gateway.dialects.openai_stream import LARGEST_HELD, ChatStream, error_event
from naxios.gateway.refusal import Refusal
from tests.unit.json_values import json_values

USAGE = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
READ = ReportedUsage(12, 3)
DONE = b"data: [DONE]\n\n"


def event(chunk: Any) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def words(*texts: str, **more: Any) -> bytes:
    return b"".join(event({"choices": [{"index": 0, "delta": {"content": text}}], **more}) for text in texts)


FINISHED = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
USAGE_EVENT = event({"choices": [], "usage": USAGE})
ROLE = event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]})
WHOLE = ROLE + words("Hello", " there") + FINISHED


def pass_through(*parts: bytes, show_usage: bool = False) -> tuple[bytes, ChatStream]:
    """Everything that a client gets of a stream that arrives in ``parts``."""
    stream = ChatStream(show_usage=show_usage)
    passed = b"".join(stream.feed(part) for part in parts)
    return passed + stream.finish(), stream


# What passes


def test_a_whole_stream_passes_as_it_came() -> None:
    passed, stream = pass_through(WHOLE + DONE)

    assert passed == WHOLE + DONE
    assert stream.delivered_bytes == len("Hello there")
    assert stream.done
    assert stream.finished
    assert not stream.failed
    assert stream.usage is None


def test_an_event_passes_once_it_is_whole_and_not_before() -> None:
    stream = ChatStream(show_usage=False)
    first, second = words("Hello"), words("there")

    assert stream.feed(first[:10]) == b""
    assert stream.feed(first[10:] + second[:10]) == first
    assert stream.feed(second[10:]) == second


def test_usage_is_read_and_kept_from_a_client_that_did_not_ask() -> None:
    passed, stream = pass_through(WHOLE, USAGE_EVENT, DONE)

    assert passed == WHOLE + DONE
    assert stream.usage == READ


def test_usage_is_shown_to_a_client_that_asked() -> None:
    passed, stream = pass_through(WHOLE, USAGE_EVENT, DONE, show_usage=True)

    assert passed == WHOLE + USAGE_EVENT + DONE
    assert stream.usage == READ


def test_what_arrives_together_with_hidden_usage_is_not_hidden_with_it() -> None:
    passed, _ = pass_through(WHOLE, b": keep-alive\n\n" + USAGE_EVENT, USAGE_EVENT + b": keep-alive\n\n", DONE)

    assert passed == WHOLE + 2 * b": keep-alive\n\n" + DONE


@pytest.mark.parametrize("choices", [[], None])
def test_a_usage_event_is_known_by_having_no_choices(choices: object) -> None:
    passed, stream = pass_through(WHOLE, event({"choices": choices, "usage": USAGE}), DONE)

    assert passed == WHOLE + DONE
    assert stream.usage == READ
    assert stream.delivered_bytes == len("Hello there")


def test_of_running_usage_the_latest_counts_and_the_text_beside_it_passes() -> None:
    early, late = words("Hello", usage={"prompt_tokens": 12, "completion_tokens": 1}), words("there", usage=USAGE)

    passed, stream = pass_through(early, late, DONE)

    assert passed == early + late + DONE
    assert stream.usage == READ


def test_an_event_that_says_usage_null_does_not_erase_it() -> None:
    _, stream = pass_through(words("Hello", usage=USAGE), words("there", usage=None), DONE)

    assert stream.usage == READ


@pytest.mark.parametrize(
    "comment", [b": keep-alive\n\n", b":\n\n", b": data: x\n\n", b"event: ping\n\n", b"id: 5\n\n", b"retry: 9\n\n"]
)
def test_what_is_no_data_passes_and_costs_nothing(comment: bytes) -> None:
    passed, stream = pass_through(comment + WHOLE + comment + USAGE_EVENT + comment + DONE)

    assert passed == comment + WHOLE + comment * 2 + DONE
    assert stream.delivered_bytes == len("Hello there")


@pytest.mark.parametrize(
    ("delta", "size"),
    [
        ({"content": "Grüße"}, len(json.dumps("Grüße")) - 2),
        ({"reasoning_content": "Hmm"}, 3),
        ({"refusal": "No"}, 2),
        ({"content": None}, 0),
        ({"content": ""}, 0),
        ({"role": "assistant"}, 0),
        ({"tool_calls": [{"index": 0}]}, len('{"index": 0}')),
    ],
)
def test_the_text_of_a_delta_is_counted(delta: dict[str, Any], size: int) -> None:
    _, stream = pass_through(event({"choices": [{"index": 0, "delta": delta}]}))

    assert stream.delivered_bytes == size


def test_data_in_several_lines_is_one_event() -> None:
    several = b'data: {"choices": [\ndata: {"delta": {"content": "Hello"}}]}\n\n'

    passed, stream = pass_through(several)

    assert passed == several
    assert stream.delivered_bytes == 5


def test_text_that_looks_like_an_event_is_none() -> None:
    tricky = words("data: [DONE]", "a\n\ndata: b", "\r\n\r\n")

    passed, stream = pass_through(tricky)

    assert passed == tricky
    assert not stream.done


# How it ends


def test_a_last_event_without_its_blank_line_passes_with_one() -> None:
    for rest in (words("Hello")[:-2], words("Hello")[:-1], b"data: [DONE]", b"data: [DONE]\n"):
        passed, _ = pass_through(WHOLE, rest)

        assert passed.startswith(WHOLE + rest)
        assert passed.endswith(b"\n\n")


def test_a_stream_that_finished_without_its_done_gets_one() -> None:
    passed, stream = pass_through(WHOLE, USAGE_EVENT)

    assert passed == WHOLE + DONE
    assert stream.done


def test_a_stream_that_broke_off_gets_no_done() -> None:
    passed, stream = pass_through(words("Hello"))

    assert passed == words("Hello")
    assert not stream.done
    assert not stream.finished


def test_an_event_torn_by_the_end_is_left_out_and_costs_nothing() -> None:
    passed, stream = pass_through(words("Hello"), words("there")[:-12])

    assert passed == words("Hello")
    assert stream.delivered_bytes == 5


@pytest.mark.parametrize("error", [{"message": "overloaded"}, "overloaded", {"code": 500}])
def test_an_error_inside_the_stream_passes_and_is_noted(error: object) -> None:
    for chunk in ({"error": error}, {"error": error, "choices": [], "usage": USAGE}):
        passed, stream = pass_through(words("Hello"), event(chunk))

        assert passed == words("Hello") + event(chunk)
        assert stream.failed
        assert not stream.done


def test_error_null_is_no_error() -> None:
    _, stream = pass_through(words("Hello", error=None))

    assert not stream.failed


# Whatever comes


def test_an_unfinished_event_that_is_too_large_passes_unread_and_is_counted() -> None:
    large = words("x" * (LARGEST_HELD + 1))
    stream = ChatStream(show_usage=False)

    assert stream.feed(large[:LARGEST_HELD]) == b""
    assert stream.feed(large[LARGEST_HELD:-10]) == large[:-10]
    assert stream.feed(large[-10:] + words("Hello")) == large[-10:] + words("Hello")

    assert stream.delivered_bytes >= LARGEST_HELD + 5


def test_a_large_unfinished_event_behind_a_whole_one_is_still_held() -> None:
    large = words("x" * (LARGEST_HELD + 1))
    stream = ChatStream(show_usage=False)

    assert stream.feed(words("Hello") + large[:-10]) == words("Hello")
    assert stream.delivered_bytes == 5


def test_a_large_event_that_is_whole_is_read_like_any_other() -> None:
    _, stream = pass_through(words("x" * 2 * LARGEST_HELD))

    assert stream.delivered_bytes == 2 * LARGEST_HELD


@pytest.mark.parametrize(
    "chunk",
    [
        b"data: nonsense\n\n",
        b"data: {\xff}\n\n",
        b'data: {"choices":"none"}\n\n',
        b'data: {"choices":[{"delta":"Hello"}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
    ids=lambda chunk: repr(chunk[:40]),
)
def test_data_that_is_no_chunk_passes_and_is_counted_whole(chunk: bytes) -> None:
    passed, stream = pass_through(chunk)

    assert passed == chunk
    assert stream.delivered_bytes == len(chunk) - len(b"data: \n\n")


@given(st.lists(st.binary() | st.sampled_from([b"data: ", b"\n", b"\r", b"\n\n", b"{", b'"choices":[', b"[DONE]"])))
def test_garbage_is_no_error(parts: list[bytes]) -> None:
    passed, stream = pass_through(*parts)

    assert stream.delivered_bytes <= len(passed)


@given(st.lists(st.dictionaries(st.sampled_from(["choices", "usage", "error", "id"]), json_values())))
def test_foreign_json_is_no_error_and_passes(chunks: list[Any]) -> None:
    stream = b"".join(map(event, chunks))

    passed, _ = pass_through(stream, show_usage=True)

    assert passed.startswith(stream)


COMMENTS = [b": keep-alive\n\n", b"event: ping\n\n", b":\n\n"]
EVENTS = st.sampled_from(
    [ROLE, words("Hello"), words("Grüße", " data: x"), words("", "\n\n"), FINISHED, USAGE_EVENT, *COMMENTS]
)


@given(
    events=st.lists(EVENTS, max_size=8),
    line_end=st.sampled_from([b"\n", b"\r\n", b"\r"]),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
    show_usage=st.booleans(),
    done=st.booleans(),
)
def test_a_stream_comes_out_the_same_however_it_is_cut(
    events: list[bytes], line_end: bytes, cuts: list[int], show_usage: bool, done: bool
) -> None:
    events = [*events, DONE] if done else events
    shown = b"".join(event for event in events if show_usage or event != USAGE_EVENT).replace(b"\n", line_end)
    sent = b"".join(events).replace(b"\n", line_end)
    edges = [0, *sorted(cut % (len(sent) + 1) for cut in cuts), len(sent)]
    stream = ChatStream(show_usage=show_usage)

    passed = b"".join(stream.feed(sent[begin:end]) for begin, end in pairwise(edges))

    assert passed == shown
    assert stream.usage == (READ if USAGE_EVENT in events else None)
    assert stream.done == done
    assert stream.finished == (FINISHED in events)
    assert stream.delivered_bytes == sum(map(_size, events))


# Our own error event


def test_our_own_error_event_is_an_error_and_a_chunk() -> None:
    sent = error_event(Refusal(502, "provider_disconnected", "It broke off."), "req_1", "m", 1_700_000_000)

    assert sent.startswith(b"data: ")
    assert sent.endswith(b"\n\n")
    assert json.loads(sent[6:]) == {
        "id": "req_1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}],
        "error": {"message": "It broke off.", "type": "api_error", "param": None, "code": "provider_disconnected"},
    }
    assert pass_through(sent)[1].failed


def _size(event: bytes) -> int:
    """Bytes of text in an event, between the quotes of its JSON."""
    if not event.startswith(b"data: {"):
        return 0
    return sum(
        len(json.dumps(choice["delta"].get("content") or "")) - 2
        for line in event.split(b"\n\n")
        if line
        for choice in json.loads(line[6:])["choices"]
    )
