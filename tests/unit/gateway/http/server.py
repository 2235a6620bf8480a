"""A provider that answers with whatever bytes a test wants, over real sockets, and then does what it wants too."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

SECONDS = 30


class Then(Enum):
    """What happens to a connection after an answer."""

    KEEP = "it waits for the next request"
    CLOSE = "it is closed in due form"
    RESET = "it is cut"
    STALL = "nothing more comes, and it stays open"


@dataclass
class Script:
    """One answer: ``pieces`` are sent one by one, each after ``pause`` seconds.

    With ``at_once`` they are sent without reading the request's body.
    """

    pieces: list[bytes]
    then: Then = Then.KEEP
    at_once: bool = False
    pause: float = 0


@dataclass
class Asked:
    """One request as it came, over the ``connection``-th connection (from 0); ``left`` is set when that has ended."""

    connection: int
    head: bytes
    body: bytes = b""
    left: asyncio.Event = field(default_factory=asyncio.Event)


class Server:
    """Answers the n-th request with the n-th script, and what comes after the last with the last again."""

    def __init__(self, *scripts: Script) -> None:
        self.port = 0
        self.connections = 0
        self.closed = 0
        self.asked: list[Asked] = []
        self.written = 0
        self.reached_at: list[str] = []
        self._scripts = scripts
        self._writers: list[asyncio.StreamWriter] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.connections = self.connections, self.connections + 1
        self._writers.append(writer)
        self.reached_at.append(writer.get_extra_info("sockname")[0])
        try:
            while await self._serve(number, reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.closed += 1
            for asked in self.asked:
                if asked.connection == number:
                    asked.left.set()
            writer.close()

    def cut(self, connection: int) -> None:
        """Close a connection in due form."""
        self._writers[connection].close()

    def say(self, connection: int, data: bytes) -> None:
        """Send something that nobody asked for."""
        self._writers[connection].write(data)

    async def _serve(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        asked = Asked(number, head)
        script = self._scripts[min(len(self.asked), len(self._scripts) - 1)]
        self.asked.append(asked)
        if not script.at_once:
            _, found, length = head.lower().partition(b"content-length:")
            asked.body = await reader.readexactly(int(length.partition(b"\r\n")[0]) if found else 0)
        for piece in script.pieces:
            await asyncio.sleep(script.pause)
            writer.write(piece)
            await writer.drain()
            self.written += len(piece)
        if script.then is Then.STALL:
            await reader.read()
        elif script.then is Then.RESET:
            writer.transport.abort()
        return script.then is Then.KEEP


@asynccontextmanager
async def serving(
    *scripts: Script, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """A server with these scripts for as long as the context lasts, and no longer than ``SECONDS``."""
    server = Server(*scripts)
    listener = await asyncio.start_server(server.handle, host, 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(SECONDS):
            yield server
    finally:
        listener.close()
        for writer in server._writers:
            writer.transport.abort()


def answer(body: bytes = b"hello", *headers: str, status: str = "200 OK") -> bytes:
    """A plain answer."""
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {len(body)}", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def chunked_head(*headers: str) -> bytes:
    """The head of an answer whose body comes in chunks."""
    lines = ["HTTP/1.1 200 OK", "content-type: text/event-stream", "transfer-encoding: chunked", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk; that of ``b""`` ends a body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until ``condition()`` is true; the server's time limit ends a vain wait."""
    while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.005)
