"""The request's body, within its limits of size and time, and the client's leaving."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from naxios.gateway.receive import Call, ClientGone, ClientWatch, Message, Receive, new_id, read_body, respond
from naxios.gateway.refusal import Headers, Refusal

GONE: Message = {"type": "http.disconnect"}
JSON: Headers = [(b"content-type", b"application/json")]


def body(part: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": part, "more_body": more}


def sending(*messages: Message) -> Receive:
    """A client that sends ``messages`` and then nothing more."""
    waiting = list(messages)

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def read(*messages: Message, headers: Headers = JSON, most: int = 10, seconds: int = 60) -> bytes:
    return asyncio.run(read_body(sending(*messages), headers, most=most, seconds=seconds))


def refusal(*messages: Message, **how: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(*messages, **how)
    return refused.value


@pytest.mark.parametrize(
    ("messages", "whole"),
    [
        ([body(b"{}")], b"{}"),
        ([body(b"")], b""),
        ([{"type": "http.request"}], b""),
        ([body(b"{", more=True), body(b"}")], b"{}"),
        ([body(b"", more=True), body(b"{", more=True), body(b"", more=True), body(b"}"), body(b"next")], b"{}"),
        ([body(b"x" * 10)], b"x" * 10),
    ],
)
def test_a_body_is_read_to_its_end(messages: Sequence[Message], whole: bytes) -> None:
    assert read(*messages) == whole


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"application/json")],
        [(b"content-type", b"Application/JSON; charset=utf-8")],
        [(b"content-type", b" application/json ;x")],
        [(b"content-encoding", b"identity")],
        [(b"content-length", b"2")],
        [(b"content-length", b"many")],
    ],
)
def test_json_is_taken_however_it_is_announced(headers: Headers) -> None:
    assert read(body(b"{}"), headers=headers) == b"{}"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([(b"content-type", b"text/plain")], "unsupported_media_type"),
        ([(b"content-type", b"multipart/form-data; boundary=x")], "unsupported_media_type"),
        ([(b"content-type", b"")], "unsupported_media_type"),
        ([(b"content-encoding", b"gzip")], "unsupported_encoding"),
        ([*JSON, (b"content-encoding", b"br")], "unsupported_encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_before_it_is_received(headers: Headers, code: str) -> None:
    refused = refusal(headers=headers)

    assert (refused.status, refused.code, refused.retry) == (415, code, False)


@pytest.mark.parametrize(
    ("messages", "headers"),
    [
        ([], [(b"content-length", b"11")]),
        ([], [(b"content-length", b"9" * 30)]),
        ([body(b"x" * 11)], JSON),
        ([body(b"x" * 6, more=True), body(b"x" * 5)], JSON),
        ([body(b"x" * 6, more=True), body(b"x" * 5, more=True)], JSON),
        ([body(b"x" * 11)], [(b"content-length", b"2")]),
    ],
)
def test_more_than_the_most_is_refused_as_soon_as_it_is_known(messages: Sequence[Message], headers: Headers) -> None:
    refused = refusal(*messages, headers=headers)

    assert (refused.status, refused.code, refused.retry) == (413, "body_too_large", False)


@pytest.mark.parametrize("most", [10, 1024 * 1024, 32 * 1024 * 1024])
def test_the_refusal_says_how_much_is_taken(most: int) -> None:
    refused = refusal(headers=[(b"content-length", b"%d" % (most + 1))], most=most)

    assert f"{most / 1024 / 1024:.4g} MiB" in refused.message


@pytest.mark.parametrize("messages", [[], [body(b"{", more=True)]])
def test_a_body_that_does_not_come_is_not_waited_for(messages: Sequence[Message]) -> None:
    refused = refusal(*messages, seconds=0)

    assert (refused.status, refused.code) == (408, "body_timeout")
    assert (b"connection", b"close") in refused.all_headers()


@pytest.mark.parametrize("messages", [[GONE], [body(b"{", more=True), GONE]])
def test_nobody_is_answered_who_has_left(messages: Sequence[Message]) -> None:
    with pytest.raises(ClientGone):
        read(*messages)


# The client's leaving


class Door:
    """Where clients leave, and who wants to be told."""

    def __init__(self) -> None:
        self.told: Callable[[], None] | None = None

    def when_gone(self, call: Callable[[], None] | None) -> None:
        self.told = call

    def leave(self) -> None:
        if self.told is not None:
            self.told()


def test_a_client_that_leaves_ends_what_is_done_for_it() -> None:
    async def serve() -> bool:
        door = Door()
        watch = ClientWatch(door.when_gone)
        asyncio.get_running_loop().call_soon(door.leave)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return watch.gone
        return False

    assert asyncio.run(serve())


def test_another_cancellation_is_told_from_a_client_that_left() -> None:
    async def serve() -> bool:
        watch = ClientWatch(Door().when_gone)
        asyncio.current_task().cancel()  # type: ignore[union-attr]
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            watch.stop()
            return watch.gone
        return True

    assert not asyncio.run(serve())


def test_who_leaves_after_the_watch_was_stopped_interrupts_nothing() -> None:
    async def serve() -> bool:
        door = Door()
        watch = ClientWatch(door.when_gone)
        watch.stop()
        door.leave()
        await asyncio.sleep(0)
        return watch.gone

    assert not asyncio.run(serve())


def test_stopping_a_watch_again_does_not_end_that_of_the_next_request() -> None:
    async def serve() -> bool:
        door = Door()
        first = ClientWatch(door.when_gone)
        first.stop()
        second = ClientWatch(door.when_gone)
        first.stop()
        door.leave()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.Event().wait()
        return second.gone

    assert asyncio.run(serve())


# Answers


def test_an_answer_has_its_length_and_both_vendors_request_ids() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    call = Call("req_1", [], sending(), send, Door().when_gone, 0)
    asyncio.run(respond(call, 200, [(b"x", b"y")], b"{}"))

    assert sent[0]["status"] == 200
    assert dict(sent[0]["headers"]) == {
        b"content-type": b"application/json",
        b"content-length": b"2",
        b"x": b"y",
        b"x-request-id": b"req_1",
        b"request-id": b"req_1",
    }
    assert sent[1:] == [{"type": "http.response.body", "body": b"{}"}]
    assert call.started


def test_request_ids_differ_and_fit_their_column() -> None:
    from naxios.usage.models import UsageRecord

    ids = {new_id() for _ in range(1_000)}

    assert len(ids) == 1_000
    assert max(map(len, ids)) <= (UsageRecord._meta.get_field("request_id").max_length or 0)
