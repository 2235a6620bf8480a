"""The client of a benchmark: a fixed count of chat requests over keep-alive connections, and how long they took.

    python -m benchmarks.load --port 8000 --requests 1000 --connections 32 [--stream] [--key nx_…]

prints one JSON object. Every answer has to be whole, with status 200; the first that is not ends the run, exit 1.
"""

import argparse
import asyncio
import json
import sys
import time

import uvloop

MOST_SECONDS = 300


def request(port: int, key: str, *, stream: bool) -> bytes:
    """A request of the size of a short question, with the headers that clients cannot do without."""
    messages = [
        {"role": "system", "content": "You are a helpful assistant who answers in one paragraph."},
        {"role": "user", "content": "Explain to a newcomer what a reverse proxy does, and when one needs it."},
    ]
    fields: dict[str, object] = {"model": "canned", "messages": messages, "max_tokens": 200}
    if stream:
        fields["stream"] = True
    body = json.dumps(fields, separators=(",", ":")).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: benchmark\r\n"
        f"accept: application/json\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Run:
    """The requests of one run, shared by its connections."""

    def __init__(self, request: bytes, count: int) -> None:
        self.request = request
        self.left = count
        self.unanswered = count
        self.reads = 0
        self.latencies: list[float] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, seconds: float) -> None:
        self.latencies.append(seconds)
        self.unanswered -= 1
        if not self.unanswered and not self.over.done():
            self.over.set_result(None)

    def failed(self, why: str) -> None:
        if not self.over.done():
            self.over.set_exception(RuntimeError(why))


class Connection(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again while there is something to ask."""

    def __init__(self, run: Run) -> None:
        self._run = run
        # per request
        self._asked_at = 0.0
        self._head: bytes | None = None
        self._received = self._tail = b""
        self._size = 0
        self._length: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._run.unanswered:
            self._run.failed("a connection was closed before the run was over")

    def data_received(self, data: bytes) -> None:
        self._run.reads += 1
        if self._head is None:
            self._received += data
            head, separator, data = self._received.partition(b"\r\n\r\n")
            if not separator:
                return
            self._head = head
            if not head.startswith(b"HTTP/1.1 200 "):
                self._run.failed(f"an answer was not 200: {head.decode()} {data.decode()}")
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._length = int(length) if length else None
        self._size += len(data)
        if self._length is None:
            self._tail = (self._tail + data)[-64:]
            if not self._tail.endswith(b"\r\n0\r\n\r\n"):
                return
            if b"data: [DONE]\n\n" not in self._tail:
                self._run.failed("a stream ended without [DONE]")
                return
        elif self._size < self._length:
            return
        self._run.answered(time.perf_counter() - self._asked_at)
        self._ask()

    def _ask(self) -> None:
        self._head, self._received, self._tail, self._size, self._length = None, b"", b"", 0, None
        if self._run.left:
            self._run.left -= 1
            self._asked_at = time.perf_counter()
            self._transport.write(self._run.request)


async def load(port: int, message: bytes, count: int, connections: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    run = Run(message, count)
    start = time.perf_counter()
    for _ in range(min(connections, count)):
        await loop.create_connection(lambda: Connection(run), "127.0.0.1", port)
    async with asyncio.timeout(MOST_SECONDS):
        await run.over
    seconds = time.perf_counter() - start
    run.latencies.sort()
    return {
        "seconds": seconds,
        "reads": run.reads / count,
        "p50_ms": run.latencies[count // 2] * 1000,
        "p99_ms": run.latencies[count * 99 // 100] * 1000,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--key", default="none")
    given = parser.parse_args()
    message = request(given.port, given.key, stream=given.stream)
    try:
        print(json.dumps(uvloop.run(load(given.port, message, given.requests, given.connections))))
    except (RuntimeError, OSError, TimeoutError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
