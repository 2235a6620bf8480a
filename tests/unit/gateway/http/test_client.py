"""Requests over real sockets: what goes out, what is made of what comes back, and which connection it takes."""

import asyncio
import gzip
import zlib

import pytest

from naxios.domain.addresses import Reach
from naxios.domain.catalogue import Secret
from naxios.gateway.http.exchange import HELD_BACK
from naxios.gateway.upstream import LARGEST_ANSWER, UpstreamError, UpstreamTimeout
from tests.unit.gateway.http.asking import PATH, ask, provider, upstream, whole
from tests.unit.gateway.http.server import Script, Then, answer, chunk, chunked_head, eventually, serving

pytestmark = pytest.mark.anyio

GZIPPED = gzip.compress(b"hello" * 1000)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nretry-after: 7\r\ncontent-type: text/plain\r\n\r\n"


# what goes out


async def test_a_request_goes_out_as_it_has_to() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        await whole(client.post(provider(server, headers=(("X-Extra", Secret("1")),)), PATH, b'{"model":"m"}'))

    [asked] = server.asked
    assert asked.body == b'{"model":"m"}'
    assert asked.head.decode().split("\r\n") == [
        "POST /v1/chat/completions HTTP/1.1",
        f"host: 127.0.0.1:{server.port}",
        "accept: */*",
        "accept-encoding: identity",
        "content-type: application/json",
        "user-agent: naxios",
        "authorization: Bearer sk-1",
        "x-extra: 1",
        "content-length: 13",
        "",
        "",
    ]


async def test_a_provider_without_a_credential_is_sent_none() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        await whole(client.post(provider(server, credential=Secret("")), PATH, b"{}"))

    assert b"authorization" not in server.asked[0].head


async def test_a_get_has_no_body() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        assert await whole(client.get(provider(server), "/models")) == (200, b"hello")

    assert server.asked[0].head.startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert b"content-length" not in server.asked[0].head


async def test_a_body_of_many_megabytes_arrives_whole() -> None:
    body = bytes(range(256)) * 32 * 1024
    async with serving(Script([answer()])) as server, upstream() as client:
        await whole(ask(client, server, body))

    assert server.asked[0].body == body


async def test_a_credential_that_is_no_header_is_never_sent() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        with pytest.raises(UpstreamError):
            await client.post(provider(server, credential=Secret("sk\r\nx-evil: 1")), PATH, b"{}")

    assert server.connections == 0


async def test_a_provider_that_was_changed_is_asked_as_it_is_now() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        await whole(client.post(provider(server), PATH, b"{}"))
        await whole(client.post(provider(server, credential=Secret("sk-2")), PATH, b"{}"))

    assert b"Bearer sk-2\r\n" in server.asked[1].head


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(Script([answer()])) as server, upstream() as client:
        assert await whole(ask(client, server)) == (200, b"hello")


# what comes back


@pytest.mark.parametrize(
    ("pieces", "then", "status", "body"),
    [
        ([answer(b"hello")], Then.KEEP, 200, b"hello"),
        ([answer(b"")], Then.KEEP, 200, b""),
        ([answer(b'{"error":{}}', status="429 Too Many Requests")], Then.KEEP, 429, b'{"error":{}}'),
        ([answer(b"", "location: http://a.example.com/", status="302 Found")], Then.KEEP, 302, b""),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], Then.KEEP, 204, b""),
        ([b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok"], Then.KEEP, 200, b"ok"),
        ([chunked_head(), chunk(b"hel"), chunk(b"lo"), chunk(b"")], Then.KEEP, 200, b"hello"),
        ([chunked_head(), chunk(b"hello"), b"0\r\nx-checksum: 1\r\n\r\n"], Then.KEEP, 200, b"hello"),
        ([chunked_head(), b"5;name=value\r\nhello\r\n", chunk(b"")], Then.KEEP, 200, b"hello"),
        ([b"HTTP/1.1 200 OK\r\n\r\n", b"hel", b"lo"], Then.CLOSE, 200, b"hello"),
        ([b"HTTP/1.0 200 OK\r\n\r\nhello"], Then.CLOSE, 200, b"hello"),
        ([b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello"], Then.CLOSE, 200, b"hello"),
        ([CONTINUE, answer(b"hello")], Then.KEEP, 200, b"hello"),
        ([CONTINUE + EARLY_HINTS + answer(b"hello")], Then.KEEP, 200, b"hello"),
        ([answer(GZIPPED, "content-encoding: gzip")], Then.KEEP, 200, b"hello" * 1000),
        ([answer(zlib.compress(b"hello"), "Content-Encoding: deflate")], Then.KEEP, 200, b"hello"),
        ([answer(b"hello", "content-encoding: identity")], Then.KEEP, 200, b"hello"),
        ([b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + GZIPPED], Then.CLOSE, 200, b"hello" * 1000),
    ],
)
async def test_an_answer_in_any_due_form_is_read(pieces: list[bytes], then: Then, status: int, body: bytes) -> None:
    async with serving(Script(pieces, then)) as server, upstream() as client:
        assert await whole(ask(client, server)) == (status, body)


async def test_an_answer_in_single_bytes_is_read() -> None:
    data = EARLY_HINTS + chunked_head() + chunk(b"hel") + chunk(b"lo") + chunk(b"")
    async with serving(Script([data[n : n + 1] for n in range(len(data))])) as server, upstream() as client:
        assert await whole(ask(client, server)) == (200, b"hello")


@pytest.mark.parametrize(
    ("header", "microseconds"),
    [
        ("retry-after: 2", 2_000_000),
        ("Retry-After: 0.25", 250_000),
        ("retry-after: -5", 0),
        ("retry-after: 1e9", 3_600_000_000),
        ("retry-after: inf", 3_600_000_000),
        ("retry-after: nan", None),
        ("retry-after: Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("x-other: 1", None),
    ],
)
async def test_when_to_come_back_is_understood(header: str, microseconds: int | None) -> None:
    async with serving(Script([EARLY_HINTS + answer(b"", header)])) as server, upstream() as client:
        exchange = await ask(client, server)
        exchange.close()

    assert exchange.retry_after == microseconds
    assert exchange.content_type == "application/json"


async def test_a_stream_is_passed_on_while_it_comes() -> None:
    async with serving(Script([chunked_head(), chunk(b"one")], Then.STALL)) as server, upstream() as client:
        exchange = await ask(client, server)

        assert exchange.content_type == "text/event-stream"
        assert await exchange.chunk() == b"one"
        exchange.close()


async def test_what_came_before_a_stream_broke_is_passed_on_first() -> None:
    script = Script([chunked_head(), chunk(b"one"), chunk(b"two")], Then.CLOSE)
    async with serving(script) as server, upstream() as client:
        exchange = await ask(client, server)
        await eventually(lambda: server.closed)
        came = await exchange.chunk()
        with pytest.raises(UpstreamError):
            while part := await exchange.chunk():
                came += part

    assert came == b"onetwo"


@pytest.mark.parametrize(
    ("pieces", "then"),
    [
        ([], Then.CLOSE),
        ([], Then.RESET),
        ([b"HTTP/1.1 200 OK\r\ncontent-"], Then.CLOSE),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", b"hello"], Then.CLOSE),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", b"hello"], Then.RESET),
        ([chunked_head(), chunk(b"hello")], Then.CLOSE),
        ([chunked_head(), b"a\r\nhel"], Then.CLOSE),
        ([CONTINUE], Then.CLOSE),
        ([b"hello, who is there?\r\n\r\n"], Then.KEEP),
        ([b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"], Then.KEEP),
        ([b"HTTP/9.9 200 OK\r\n\r\n"], Then.KEEP),
        ([b"HTTP/1.1 2000 OK\r\n\r\n"], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\nx: \0\r\n\r\n"], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na"], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n"], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", chunk(b"")], Then.KEEP),
        ([chunked_head(), b"xyz\r\nhello\r\n"], Then.KEEP),
        ([chunked_head(), b"5\r\nhello, more than that\r\n"], Then.KEEP),
        ([chunked_head(), b"fffffffffffffffff\r\n"], Then.KEEP),
        ([b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nhello"], Then.KEEP),
        ([answer(b"not gzip", "content-encoding: gzip")], Then.KEEP),
        ([answer(GZIPPED[:-9], "content-encoding: gzip")], Then.KEEP),
        ([answer(b"hello", "content-encoding: br")], Then.KEEP),
        ([answer(gzip.compress(bytes(100 * 1024 * 1024)), "content-encoding: gzip")], Then.KEEP),
        ([b"HTTP/1.1 200 OK\r\n", *[b"x: 1\r\n"] * 20_000], Then.STALL),
        ([b"HTTP/1.1 200 OK\r\nx: ", *[b"x" * 1_000] * 100], Then.STALL),
        ([b"x" * 100_000], Then.STALL),
        ([CONTINUE] * 4_000, Then.STALL),
        ([chunked_head(), chunk(b"hello"), b"0\r\n", *[b"x: 1\r\n"] * 20_000], Then.STALL),
        ([chunked_head(), b"1;", *[b"x" * 1_000] * 100], Then.STALL),
    ],
)
async def test_an_answer_in_no_due_form_is_an_error(pieces: list[bytes], then: Then) -> None:
    async with serving(Script(pieces, then)) as server, upstream() as client:
        with pytest.raises(UpstreamError) as raised:
            await whole(ask(client, server))

    assert raised.type is UpstreamError
    assert len(server.asked) == 1


async def test_an_answer_that_is_too_large_is_an_error() -> None:
    pieces = [b"HTTP/1.1 200 OK\r\n\r\n", *[bytes(1024 * 1024)] * (LARGEST_ANSWER // 1024 // 1024 + 1)]
    async with serving(Script(pieces, Then.STALL)) as server, upstream() as client:
        with pytest.raises(UpstreamError):
            await whole(ask(client, server))


# how long it may take


@pytest.mark.parametrize(
    "pieces", [[], [b"HTTP/1.1 200 OK\r\n"], [CONTINUE], [chunked_head(), chunk(b"hello")]], ids=str
)
async def test_a_provider_that_falls_silent_is_not_waited_for_longer_than_it_may_take(pieces: list[bytes]) -> None:
    async with serving(Script(pieces, Then.STALL)) as server, upstream() as client:
        with pytest.raises(UpstreamTimeout):
            await whole(ask(client, server, seconds=0.1))

        await server.asked[0].left.wait()
        assert len(server.asked) == 1


async def test_the_time_counts_from_one_byte_to_the_next() -> None:
    pieces = [chunked_head(), *[chunk(b"word")] * 8, chunk(b"")]
    async with serving(Script(pieces, pause=0.2)) as server, upstream() as client:
        assert await whole(ask(client, server, seconds=1.5)) == (200, b"word" * 8)


async def test_a_slow_client_makes_the_provider_wait_and_not_the_memory_grow() -> None:
    pieces = [chunked_head(), *[chunk(b"x" * 64 * 1024)] * 800, chunk(b"")]
    async with serving(Script(pieces)) as server, upstream() as client:
        exchange = await ask(client, server, seconds=0.2)
        await eventually(lambda: server.written > HELD_BACK)
        await asyncio.sleep(0.5)  # longer than the provider may be silent; it is not it that is slow

        assert server.written < 25 * 1024 * 1024  # the rest is in the kernel's buffers
        assert len(await exchange.read()) == 800 * 64 * 1024
        exchange.close()


# which connection it takes


async def test_a_connection_is_used_again() -> None:
    async with serving(Script([answer()]), Script([chunked_head(), chunk(b"")])) as server, upstream() as client:
        for _ in range(5):
            await whole(ask(client, server))

    assert [asked.connection for asked in server.asked] == [0] * 5


async def test_requests_at_the_same_time_take_connections_of_their_own() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        await asyncio.gather(*(whole(ask(client, server)) for _ in range(5)))
        await asyncio.gather(*(whole(ask(client, server)) for _ in range(5)))

    assert sorted(asked.connection for asked in server.asked) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize(
    "pieces",
    [
        [answer(b"hello", "connection: close")],
        [b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello"],
        [answer() + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"],
        [answer() + b"x"],
        [chunked_head() + chunk(b"hello") + chunk(b"") + b"x"],
    ],
    ids=["close", "HTTP/1.0", "two answers", "a byte too many", "a byte too many after chunks"],
)
async def test_a_connection_that_cannot_be_trusted_further_is_not_used_again(pieces: list[bytes]) -> None:
    async with serving(Script(pieces), Script([answer(b"next")])) as server, upstream() as client:
        assert await whole(ask(client, server)) == (200, b"hello")
        assert await whole(ask(client, server)) == (200, b"next")

    assert [asked.connection for asked in server.asked] == [0, 1]


async def test_what_comes_unasked_ends_the_connection() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        await whole(ask(client, server))
        server.say(0, answer(b"evil"))
        await eventually(lambda: server.closed)

        assert await whole(ask(client, server)) == (200, b"hello")

    assert [asked.connection for asked in server.asked] == [0, 1]


async def test_an_answer_that_comes_before_the_request_was_sent_ends_the_connection() -> None:
    early = Script([answer(b"{}", status="413 Content Too Large")], Then.STALL, at_once=True)
    async with serving(early, Script([answer()])) as server, upstream() as client:
        assert await whole(ask(client, server, bytes(64 * 1024 * 1024))) == (413, b"{}")
        assert await whole(ask(client, server)) == (200, b"hello")

    assert [asked.connection for asked in server.asked] == [0, 1]


async def test_a_connection_that_was_closed_in_between_is_not_used() -> None:
    async with serving(Script([answer()])) as server, upstream() as client:
        await whole(ask(client, server))
        server.cut(0)
        await eventually(lambda: server.closed)
        await asyncio.sleep(0.1)

        assert await whole(ask(client, server)) == (200, b"hello")

    assert [asked.connection for asked in server.asked] == [0, 1]


@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET])
async def test_a_connection_that_is_closed_just_when_it_is_used_again_costs_one_more_try(then: Then) -> None:
    async with (
        serving(Script([answer()]), Script([], then), Script([answer(b"third")])) as server,
        upstream() as client,
    ):
        await whole(ask(client, server))

        assert await whole(ask(client, server, b"[1]")) == (200, b"third")

    assert [(asked.connection, asked.body) for asked in server.asked] == [(0, b"{}"), (0, b"[1]"), (1, b"[1]")]


async def test_there_is_no_third_try() -> None:
    async with serving(Script([answer()]), Script([], Then.CLOSE)) as server, upstream() as client:
        await whole(ask(client, server))
        with pytest.raises(UpstreamError):
            await whole(ask(client, server))

    assert [asked.connection for asked in server.asked] == [0, 0, 1]


@pytest.mark.parametrize("pieces", [[b"H"], [CONTINUE], [b"HTTP/1.1 200 OK\r\n\r\n"[:-1]], [b"?"]], ids=str)
async def test_a_request_of_whose_answer_a_byte_has_come_is_never_sent_again(pieces: list[bytes]) -> None:
    async with serving(Script([answer()]), Script(pieces, Then.CLOSE)) as server, upstream() as client:
        await whole(ask(client, server))
        with pytest.raises(UpstreamError):
            await whole(ask(client, server))

    assert len(server.asked) == 2


async def test_a_request_over_a_new_connection_is_never_sent_again() -> None:
    async with serving(Script([], Then.CLOSE)) as server, upstream() as client:
        with pytest.raises(UpstreamError):
            await whole(ask(client, server))

    assert len(server.asked) == 1


async def test_a_request_that_took_too_long_is_never_sent_again() -> None:
    async with serving(Script([answer()]), Script([], Then.STALL)) as server, upstream() as client:
        await whole(ask(client, server))
        with pytest.raises(UpstreamTimeout):
            await whole(ask(client, server, seconds=0.1))

        await server.asked[1].left.wait()
        assert len(server.asked) == 2


# leaving


async def test_cancelling_a_request_closes_its_connection() -> None:
    async with serving(Script([], Then.STALL)) as server, upstream() as client:
        asking = asyncio.ensure_future(ask(client, server))
        await eventually(lambda: server.asked)
        asking.cancel()

        await server.asked[0].left.wait()


async def test_closing_an_answer_that_is_not_at_its_end_closes_its_connection() -> None:
    async with serving(Script([chunked_head(), chunk(b"one")], Then.STALL)) as server, upstream() as client:
        exchange = await ask(client, server)
        exchange.close()

        await server.asked[0].left.wait()


async def test_closing_an_answer_twice_does_not_hurt_the_next_on_its_connection() -> None:
    scripts = Script([answer()]), Script([chunked_head(), chunk(b"one"), chunk(b"")])
    async with serving(*scripts) as server, upstream() as client:
        first = await ask(client, server)
        await first.read()
        first.close()
        second = await ask(client, server)
        first.close()

        assert await second.read() == b"one"

    assert [asked.connection for asked in server.asked] == [0, 0]


async def test_closing_the_upstream_closes_connections_that_wait_and_that_are_used() -> None:
    async with serving(Script([chunked_head(), chunk(b"one")], Then.STALL), Script([answer()])) as server:
        async with upstream() as client:
            await ask(client, server)
            await whole(ask(client, server))
            assert server.connections == 2

        await eventually(lambda: server.closed == 2)


# where it may lead


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
async def test_a_provider_may_not_lead_inwards_whatever_its_address_looks_like(host: str) -> None:
    async with serving(Script([answer()])) as server, upstream(Reach.PUBLIC) as client:
        with pytest.raises(UpstreamError) as raised:
            await client.post(provider(url=f"http://{host}:{server.port}/v1"), PATH, b"{}")

    assert raised.type is UpstreamError
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"])
async def test_a_provider_on_this_machine_may_be_allowed(host: str) -> None:
    async with serving(Script([answer()])) as server, upstream(Reach.LOOPBACK) as client:
        answered = await whole(client.post(provider(url=f"http://{host}:{server.port}/v1"), PATH, b"{}"))

    assert answered == (200, b"hello")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v1", "http://name.invalid/v1", f"http://{'a' * 70}.example.com/", "http://a..b/v1"]
)
async def test_a_provider_that_cannot_be_reached_is_an_error(url: str) -> None:
    async with upstream() as client:
        with pytest.raises(UpstreamError):
            await client.post(provider(url=url), PATH, b"{}")
