"""HTTP by hand, for what a polite client would not send or would hide."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.serving import Server

SECONDS = 60


@dataclass
class Answer:
    """One HTTP answer; ``headers`` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """A TCP connection to the server."""

    def __init__(self, server: Server) -> None:
        host, port = server.url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=SECONDS)
        self._received = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> Answer:
        """The next whole answer."""
        status, headers = self.head()
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(self.chunks())
        elif "content-length" in headers:
            body = self._exactly(int(headers["content-length"]))
        else:
            body = self.rest()
        return Answer(status, headers, body)

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next answer, whose body has not been read then."""
        status_line, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        assert len(headers) == len([line for line in lines if line]), f"a header came twice: {lines}"
        return int(status_line.split()[1]), headers

    def chunks(self) -> Iterator[bytes]:
        """The chunks of a body, as they arrive."""
        while size := int(self._until(b"\r\n"), 16):
            yield self._exactly(size)
            assert self._exactly(2) == b"\r\n"
        assert self._exactly(2) == b"\r\n"

    def rest(self) -> bytes:
        """Everything until the server closes the connection."""
        while self._receive():
            pass
        received, self._received = self._received, b""
        return received

    def finish_sending(self) -> None:
        """Close our half of the connection."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Cut the connection without a farewell, as a killed client does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For waiting on many connections at once."""
        return self._socket.fileno()

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            assert self._receive(), f"the connection ended within an answer: {self._received!r}"
        before, _, self._received = self._received.partition(end)
        return before

    def _exactly(self, size: int) -> bytes:
        while len(self._received) < size:
            assert self._receive(), f"the connection ended within an answer: {self._received!r}"
        data, self._received = self._received[:size], self._received[size:]
        return data

    def _receive(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self._received += data
        return bool(data)


@contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """A connection for as long as the context lasts."""
    connection = Connection(server)
    try:
        yield connection
    finally:
        connection.close()


def post(key: str, body: bytes, *headers: str, path: str = "/v1/chat/completions") -> bytes:
    """A request with ``body``."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: naxios.example.com",
        f"authorization: Bearer {key}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chat(key: str, model: str = "naxios/echo", **fields: Any) -> bytes:
    """A request for a chat completion."""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], **fields}
    return post(key, json.dumps(body).encode())


def assert_refused(answer: Answer, status: int, code: str) -> None:
    """The error has OpenAI's shape and can be found by its id."""
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert set(answer.json["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers["x-request-id"] == answer.headers["request-id"]
