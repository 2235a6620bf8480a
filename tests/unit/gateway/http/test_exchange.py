"""An answer from arbitrary bytes in arbitrary pieces: read as it was meant, or refused, and never anything between."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.gateway.http.exchange import Exchange
from naxios.gateway.upstream import UpstreamError
from tests.unit.gateway.http.server import answer, chunk, chunked_head

loops = asyncio.Runner()
"""One loop for all examples: making one takes longer than an example does."""


@pytest.fixture(scope="module", autouse=True)
def _close_the_loop() -> Iterator[None]:
    yield
    loops.close()


@dataclass
class Transport:
    """A transport that can only be paused."""

    reading: bool = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False


@dataclass
class Link:
    """A connection that is told how its exchange ended, once."""

    transport: Transport = field(default_factory=Transport)
    ended: list[bool] = field(default_factory=list)

    def exchanged(self, *, reusable: bool) -> None:
        self.ended.append(reusable)


@dataclass
class Outcome:
    """What became of an answer; ``status`` is 0 and ``body`` what came of it if it was refused."""

    status: int
    body: bytes
    whole: bool
    reusable: bool


def receive(pieces: list[bytes], *, cleanly: bool = True) -> Outcome:
    """An exchange that receives ``pieces``, after which the connection ends if the exchange has not before."""

    async def run() -> Outcome:
        link = Link()
        exchange = Exchange(link, 20)
        for piece in pieces:
            if link.ended:
                break
            exchange.received(piece)
        exchange.disconnected(cleanly=cleanly)
        body, whole = b"", True
        try:
            await exchange.head()
            while part := await exchange.chunk():
                body += part
        except UpstreamError:
            whole = False
        exchange.close()
        assert len(link.ended) == 1, "a connection is given back once"
        assert link.transport.reading, "a connection is given back as it was"
        return Outcome(exchange.status, body, whole, link.ended[0])

    return loops.run(run())


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """``data`` in pieces, cut at ``places``."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


places = st.lists(st.integers(0, 10_000), max_size=30)
chunks = st.lists(st.binary(min_size=1, max_size=60), max_size=8)
interim = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n"])


@given(chunks, places, interim)
def test_chunks_are_read_however_they_are_cut(chunks: list[bytes], places: list[int], interim: bytes) -> None:
    data = interim + chunked_head() + b"".join(map(chunk, chunks)) + chunk(b"")

    assert receive(cut(data, places)) == Outcome(200, b"".join(chunks), whole=True, reusable=True)


@given(st.binary(max_size=400), places, interim)
def test_a_plain_body_is_read_however_it_is_cut(body: bytes, places: list[int], interim: bytes) -> None:
    assert receive(cut(interim + answer(body), places)) == Outcome(200, body, whole=True, reusable=True)


@given(st.binary(max_size=400), places)
def test_a_body_that_the_connections_end_ends_is_read_however_it_is_cut(body: bytes, places: list[int]) -> None:
    data = b"HTTP/1.1 200 OK\r\nx: 1\r\n\r\n" + body

    assert receive(cut(data, places)) == Outcome(200, body, whole=True, reusable=False)
    assert not receive(cut(data, places), cleanly=False).whole


@given(chunks, st.binary(min_size=1, max_size=100), places)
def test_what_follows_an_answer_changes_nothing_of_it(chunks: list[bytes], garbage: bytes, places: list[int]) -> None:
    data = chunked_head() + b"".join(map(chunk, chunks)) + chunk(b"")

    outcome = receive([*cut(data, places)[:-1], cut(data, places)[-1] + garbage])

    assert (outcome.status, outcome.body, outcome.whole) == (200, b"".join(chunks), True)
    assert not outcome.reusable or garbage.strip(b"\r\n") == b""


@given(chunks.filter(any), places, st.data())
def test_an_answer_that_breaks_off_is_never_taken_for_whole(
    chunks: list[bytes], places: list[int], data: st.DataObject
) -> None:
    answer = chunked_head() + b"".join(map(chunk, chunks)) + chunk(b"")
    end = data.draw(st.integers(0, len(answer) - 1))

    outcome = receive(cut(answer[:end], places))

    assert not outcome.whole
    assert not outcome.reusable
    assert b"".join(chunks).startswith(outcome.body)


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_arbitrary_bytes_are_no_answer(pieces: list[bytes]) -> None:
    outcome = receive(pieces)

    assert outcome == Outcome(0, b"", whole=False, reusable=False)


fragments = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n", b"HTTP/1.1 101 X\r\n", b"HTTP/1.0 204 No Content\r\n"),
        *(b"content-length: 5\r\n", b"content-length: 0\r\n", b"transfer-encoding: chunked\r\n", b"upgrade: x\r\n"),
        *(b"connection: close\r\n", b"connection: keep-alive\r\n", b"connection: upgrade\r\n", b"retry-after: 1\r\n"),
        *(b"content-encoding: gzip\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n", b"fffffffff\r\n"),
        *(b"hello", b"\r\n", b"\n", b"\0"),
    ]
)


@given(st.lists(fragments, max_size=15), places, st.booleans())
def test_no_mixture_of_what_answers_are_made_of_does_harm(parts: list[bytes], places: list[int], cleanly: bool) -> None:
    outcome = receive(cut(b"".join(parts), places), cleanly=cleanly)

    assert outcome.status == 0 or 200 <= outcome.status <= 999
    assert outcome.whole or not outcome.reusable


@given(st.lists(fragments, max_size=15), places)
def test_how_an_answer_is_cut_does_not_change_what_it_is(parts: list[bytes], places: list[int]) -> None:
    data = b"".join(parts)
    at_once, in_pieces = receive([data]), receive(cut(data, places))

    assert (in_pieces.status, in_pieces.body, in_pieces.whole) == (at_once.status, at_once.body, at_once.whole)


@pytest.mark.parametrize("pieces", [[answer()], [b"?"], [b"HTTP/1.1 200 OK\r\n"]], ids=["whole", "refused", "cut"])
def test_an_exchange_leaves_nothing_to_the_garbage_collector(pieces: list[bytes]) -> None:
    async def run() -> weakref.ref[Exchange]:
        exchange = Exchange(Link(), 20)
        for piece in pieces:
            exchange.received(piece)
        exchange.disconnected(cleanly=True)
        return weakref.ref(exchange)

    gc.collect()
    gc.disable()
    try:
        assert loops.run(run())() is None
    finally:
        gc.enable()
