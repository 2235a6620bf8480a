"""The provider of a benchmark: HTTP/1.1 over raw sockets with answers made beforehand, as cheap as Python allows.

    python -m benchmarks.canned_provider --pause-ms 2

prints its port, then serves on loopback until it is terminated. Whoever asks for a stream gets 103 events, each written
by itself, one every ``--pause-ms``; with 0 as fast as the streams can take turns.
"""

import argparse
import asyncio
import json

import uvloop

HEAD = {"id": "chatcmpl-canned", "created": 1_700_000_000, "model": "canned"}
USAGE = {"prompt_tokens": 60, "completion_tokens": 100, "total_tokens": 160}
EVENTS = 103


def plain_answer() -> bytes:
    """A completion of about a hundred tokens."""
    message = {"role": "assistant", "content": "Every word here stands for one token of text. " * 11}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    body = json.dumps({**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def stream_answer() -> list[bytes]:
    """The head of a stream, then its events, each in a chunk of its own."""
    head = {**HEAD, "object": "chat.completion.chunk"}
    words = [{"role": "assistant", "content": ""}, *({"content": " word"} for _ in range(EVENTS - 4)), {}]
    events: list[dict[str, object]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}]}
        for delta in words
    ]
    events.append({**head, "choices": [], "usage": USAGE})
    payloads = [b"data: %b\n\n" % json.dumps(event).encode() for event in events] + [b"data: [DONE]\n\n"]
    chunks = [b"%x\r\n%b\r\n" % (len(payload), payload) for payload in payloads]
    chunks[-1] += b"0\r\n\r\n"
    return [b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n", *chunks]


class Streams:
    """All streams under way; every tick sends each of them its next part."""

    def __init__(self, pause: float) -> None:
        self._parts = stream_answer()
        self._pause = pause
        self._running: dict[asyncio.Transport, int] = {}

    def begin(self, transport: asyncio.Transport) -> None:
        if not self._running:
            self._schedule()
        self._running[transport] = 0

    def end(self, transport: asyncio.Transport) -> None:
        self._running.pop(transport, None)

    def _schedule(self) -> None:
        asyncio.get_running_loop().call_later(self._pause, self._tick)

    def _tick(self) -> None:
        for transport, number in list(self._running.items()):
            transport.write(self._parts[number])
            if number + 1 < len(self._parts):
                self._running[transport] = number + 1
            else:
                del self._running[transport]
        if self._running:
            self._schedule()


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other, each with a content-length."""

    def __init__(self, plain: bytes, streams: Streams) -> None:
        self._plain = plain
        self._streams = streams
        self._received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._streams.end(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        if b'"stream":true' in body:
            self._streams.begin(self._transport)
        else:
            self._transport.write(self._plain)


async def serve(pause: float) -> None:
    plain, streams = plain_answer(), Streams(pause)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(plain, streams), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pause-ms", type=float, default=0)
    uvloop.run(serve(parser.parse_args().pause_ms / 1000))
